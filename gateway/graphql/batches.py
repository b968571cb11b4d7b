"""What the objects of one list read besides their rows: each kind once for all of them, however often it is asked.

A list's objects share one `Batches`, an object alone has its own, and every event of a subscription a new one: nothing
is remembered beyond one answer. So the queries of an answer are bounded by the fields of the schema, not by the number
of objects or aliases, and a root field's one price covers them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

from strawberry.dataloader import DataLoader

Found = TypeVar("Found")
Fetch = Callable[[list[Any]], Awaitable[Mapping[Any, Found]]]

AT_ONCE = 200
"""The longest page."""


class Batches:
    """For one event loop and one answer."""

    def __init__(self) -> None:
        self._loaders: dict[str, DataLoader[str, Any]] = {}

    async def load(self, kind: str, key: str, fetch: Fetch[Found], gate: asyncio.Semaphore) -> Found | None:
        """What `fetch` finds for this key; None: nothing. Of one `kind`, the first `fetch` serves every key.

        `gate` bounds how many such reads go on at once in the process, whoever asked for them.
        """
        loader = self._loaders.get(kind)
        if loader is None:
            loader = self._loaders[kind] = DataLoader(_InOrder(fetch, gate), max_batch_size=AT_ONCE)
        found: Found | None = await loader.load(key)
        return found


class _InOrder(Generic[Found]):
    """A loader wants the answers in the order of its keys."""

    def __init__(self, fetch: Fetch[Found], gate: asyncio.Semaphore) -> None:
        self._fetch = fetch
        self._gate = gate

    async def __call__(self, keys: list[str]) -> list[Found | None]:
        async with self._gate:
            found = await self._fetch(keys)
        return [found.get(key) for key in keys]
