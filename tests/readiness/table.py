"""One gateway, its conditions one after the other, and what it answered before, during and after each."""

import asyncio
import random
import string
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.harness.child import Child
from tests.harness.deployment import Deployment, open_deployment
from tests.harness.shop import Answer, Shop
from tests.harness.waiting import eventually

RED_SECONDS = 10.0
HEALED_SECONDS = 20.0
BODY_CHARACTERS = 300_000
HEADINGS = f"{'condition':<26}{'when':<8}{'readyz':<8}{'healthz':<9}{'webhook':<9}{'status':<8}said"


@dataclass(frozen=True, slots=True)
class Answers:
    """HTTP statuses, and the checks of /readyz."""

    ready: int
    checks: dict[str, str]
    alive: int
    webhook: int
    status: int


class Watched:
    """A gateway with one session in it."""

    def __init__(
        self, gateway: Child, deployment: Deployment, shop: Shop, http: aiohttp.ClientSession, session_id: str
    ) -> None:
        self.gateway = gateway
        self._deployment = deployment
        self._shop = shop
        self._http = http
        self._session_id = session_id

    async def deliver(self) -> Answer | None:
        """An event that was never delivered before."""
        return await self._shop.deliver(_event())

    async def read(self) -> Answer | None:
        return await self._shop.status(self._session_id)

    async def answers(self) -> Answers:
        ready, checks = await self._probe("/readyz")
        webhook, status = await asyncio.gather(self.deliver(), self.read())
        assert webhook is not None, "the webhook was not answered"
        assert status is not None, "the status was not answered"
        return Answers(ready, checks, (await self._probe("/healthz"))[0], webhook.status, status.status)

    async def is_ready(self) -> bool:
        return (await self._probe("/readyz"))[0] == 200

    async def is_unready(self) -> bool:
        return not await self.is_ready()

    async def _probe(self, path: str) -> tuple[int, dict[str, str]]:
        async with self._http.get(f"{self._deployment.url}{path}") as answer:
            return answer.status, (await answer.json()).get("checks", {})


@asynccontextmanager
async def watched(folder: Path, *, database_url: str | None = None) -> AsyncIterator[Watched]:
    async with (
        open_deployment(folder, database_url=database_url) as (deployment, _stripe, shop),
        aiohttp.ClientSession() as http,
    ):
        gateway = await deployment.started_gateway()
        try:
            created = await shop.create()
            assert created is not None
            assert created.ok, created.body
            yield Watched(gateway, deployment, shop, http, created.body["sessionId"])
        finally:
            await gateway.stop()


@dataclass(frozen=True, slots=True)
class Row:
    """`problems`: what did not hold."""

    name: str
    lines: list[str]
    problems: list[str]


async def row(gateway: Watched, name: str, check: str, word: str, hold: Callable[[], Awaitable[Any]]) -> Row:
    """`hold` brings the condition about and answers how it is taken away."""
    before = await gateway.answers()
    heal = await hold()
    try:
        with suppress(AssertionError):  # What it said instead stands in the table.
            await eventually(gateway.is_unready, seconds=RED_SECONDS, what=f"unready while: {name}")
        during = await gateway.answers()
    finally:
        await heal()
    await eventually(gateway.is_ready, seconds=HEALED_SECONDS, what=f"ready after: {name}")
    after = await gateway.answers()
    problems = [
        f"{name}, {when}: {found}"
        for when, found, holds in (
            ("before", before, _is_well(before)),
            ("while", during, during.ready == 503 and during.checks.get(check) == word and during.webhook == 503),
            ("while", during, during.alive == 200 and during.status == 200),
            ("after", after, _is_well(after)),
        )
        if not holds
    ]
    lines = [_line(name, when, each) for when, each in (("before", before), ("while", during), ("after", after))]
    return Row(name, lines, problems)


def _is_well(found: Answers) -> bool:
    return (found.ready, found.alive, found.webhook, found.status) == (200, 200, 200, 200)


def _line(name: str, when: str, found: Answers) -> str:
    said = ", ".join(f"{check}: {word}" for check, word in found.checks.items() if word != "ok")
    return f"{name:<26}{when:<8}{found.ready:<8}{found.alive:<9}{found.webhook:<9}{found.status:<8}{said}"


def _event() -> dict[str, Any]:
    """Large, and not to be compressed: so it needs room on a disk."""
    letters = "".join(random.choices(string.ascii_letters, k=BODY_CHARACTERS))
    return {
        "id": f"evt_{letters[:24]}",
        "object": "event",
        "type": "customer.created",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": f"cus_{letters[:14]}", "object": "customer", "description": letters}},
    }


def from_iterator(hold: Callable[[Path], Any], folder: Path) -> Callable[[], Awaitable[Any]]:
    """A condition that is a generator, as `row` takes it."""

    async def begin() -> Callable[[], Awaitable[None]]:
        held = contextmanager(hold)(folder)
        held.__enter__()

        async def end() -> None:
            held.__exit__(None, None, None)

        return end

    return begin
