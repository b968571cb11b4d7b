"""How many calls are left: a moving window over whichever store is at hand."""

import math
from dataclasses import dataclass

from limits import parse as parse_limit

from gateway.rate_limit.memory import BoundedMemoryStorage


@dataclass(frozen=True, slots=True)
class Window:
    """What the `RateLimit-*` headers say: the limit, what is left of it, and when the oldest call leaves the window."""

    limit: int
    remaining: int
    reset_seconds: int


class Limiter:
    """One limit, one bucket a client, whichever entry point the call came by."""

    def __init__(self, limit: str, storage: BoundedMemoryStorage) -> None:
        self._storage = storage
        self._item = parse_limit(limit)

    @property
    def is_shared(self) -> bool:
        """Whether all processes count together just now."""
        return self._storage.is_shared

    async def close(self) -> None:
        await self._storage.close()

    async def hit(self, address: str, cost: int) -> tuple[bool, Window]:
        """Take `cost` tokens, all or none; and the window after it."""
        limit, seconds = self._item.amount, self._item.get_expiry()
        taken = await self._storage.take(self._item.key_for(address), limit, seconds, cost)
        reset_seconds = max(1, math.ceil(seconds - taken.oldest_seconds))
        return taken.allowed, Window(limit, max(0, limit - taken.count), min(reset_seconds, seconds))
