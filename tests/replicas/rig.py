"""N replicas on one PostgreSQL and one Redis, a sandbox that made their sessions, and a database made for this show.

The usual order is: create sessions, pay them all at the sandbox, take Stripe away, then deliver its events by hand.
So nobody learns a status by asking Stripe, and what reaches a watcher came by a webhook.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from tests.houses.child import Child
from tests.houses.house import House
from tests.houses.shop import STARTER
from tests.houses.stripe import Stripe
from tests.houses.zygote import Zygote, open_zygote
from tests.replicas.engines import Postgres, Redis, new_name, running_postgres, running_redis

Event = dict[str, Any]


@dataclass(frozen=True)
class Engines:
    """They outlive a show: a suite starts them once."""

    postgres: Postgres
    redis: Redis
    folder: Path


class Replica:
    """One `gateway serve`, which may be started, killed, stopped and started again on its port."""

    def __init__(self, house: House, environment: dict[str, str]) -> None:
        self.house = house
        self.url = house.url
        self._environment = environment
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        assert self._child is not None, "it was never started"
        return self._child

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running

    async def start(self) -> None:
        self._child = await self.house.started_gateway(**self._environment)

    def said(self) -> str:
        return self.child.said()

    def last_words(self, count: int = 30) -> str:
        """Without the requests and the webhooks, which are many and well."""
        lines = self.said().splitlines() if self._child is not None else []
        return "\n".join(
            [line for line in lines if '"request"' not in line and "webhook.received" not in line][-count:]
        )


@dataclass
class Rig:
    engines: Engines
    database_url: str
    replicas: list[Replica]
    stripe_house: House
    events: list[Event] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        return [replica.url for replica in self.replicas]

    async def paid_sessions(self, count: int, *, declines: int = 0) -> list[str]:
        """So many sessions, each paid at the sandbox after `declines` declined tries; our side knows of none of it.

        The sandbox is gone afterwards. Its events, oldest first, are in `events`.
        """
        async with self.stripe_house.sandbox() as stripe, aiohttp.ClientSession() as http:

            async def made(number: int) -> str:
                # Each for a client of its own, where the gateway believes that; there its limit may be a small one.
                headers = {"X-Forwarded-For": f"192.0.2.{number % 250}"}
                url = f"{self.urls[0]}/api/create-checkout-session"
                async with http.post(url, json={"priceId": STARTER}, headers=headers) as answer:
                    assert answer.status == 200, await answer.text()
                    return str((await answer.json())["sessionId"])

            sessions = await some_at_once(made, range(count))
            await some_at_once(lambda session: _pay(stripe, session, declines), sessions)
            self.events = list(reversed(await stripe.events()))
        return sessions

    def told(self, action: str) -> list[dict[str, Any]]:
        """The log lines of all replicas with this action, oldest first."""
        lines = [line for replica in self.replicas for line in replica.said().splitlines() if action in line]
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return sorted((one for one in told if one.get("action") == action), key=lambda one: str(one["timestamp"]))

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()


async def some_at_once(work: Any, items: Sequence[Any] | range, *, at_once: int = 8) -> list[Any]:
    """`work` over all items in order of their answers' places, so many at a time."""
    places = asyncio.Semaphore(at_once)

    async def one(item: Any) -> Any:
        async with places:
            return await work(item)

    return list(await asyncio.gather(*(one(item) for item in items)))


@asynccontextmanager
async def open_rig(
    engines: Engines, *, replicas: int, zygote: Zygote | None = None, **environment: str
) -> AsyncIterator[Rig]:
    """All replicas answering. At the end each is stopped as an orchestrator does it, and none may have a traceback."""
    url = await _migrated_database(engines)
    engines.redis.forget()
    async with AsyncExitStack() as stack:
        zygote = zygote or await stack.enter_async_context(open_zygote(engines.folder))
        settings = {"REDIS_URL": engines.redis.url, "GATEWAY_SOCKETS_PER_ADDRESS": "100000", **environment}
        # Its webhooks go to a port where nobody listens: a show delivers them itself.
        stripe_house = House(_folder(engines, stack), url, zygote=zygote)
        port = stripe_house.sandbox_port
        houses = [House(_folder(engines, stack), url, sandbox_port=port, zygote=zygote) for _ in range(replicas)]
        rig = Rig(engines, url, [Replica(house, settings) for house in houses], stripe_house)
        try:
            await asyncio.gather(*(replica.start() for replica in rig.replicas))
            yield rig
            await asyncio.gather(*(replica.child.stop() for replica in rig.replicas if replica.is_running))
        except BaseException as error:
            for replica in rig.replicas:
                error.add_note(f"{replica.url} said at last:\n{replica.last_words()}")
            raise
        finally:
            await asyncio.gather(*(replica.child.kill() for replica in rig.replicas if replica.is_running))
        for replica in rig.replicas:
            before, broken, after = replica.said().partition("Traceback")
            assert not broken, before[-1000:] + broken + after[:6000]


@contextmanager
def running_engines() -> Iterator[Engines]:
    with tempfile.TemporaryDirectory(prefix="gateway-replicas-") as name:
        folder = Path(name)
        with running_postgres(folder) as postgres, running_redis(folder) as redis:
            yield Engines(postgres, redis, folder)


async def _pay(stripe: Stripe, session: str, declines: int) -> None:
    for _ in range(declines):
        assert await stripe.pay(session, "pm_card_chargeDeclined") == 402
    assert await stripe.pay(session) == 200


def _folder(engines: Engines, stack: AsyncExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(dir=engines.folder)))


async def _migrated_database(engines: Engines) -> str:
    """A copy of one that was migrated once."""
    template, name = "gateway_template", new_name()
    connection = await asyncpg.connect(engines.postgres.url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", template):
            await connection.execute(f"CREATE DATABASE {template}")
            await House(engines.folder, engines.postgres.database(template)).migrate()
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await connection.close()
    return engines.postgres.database(name)
