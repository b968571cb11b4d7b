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

from tests.harness.child import Child
from tests.harness.deployment import Deployment
from tests.harness.engines import Postgres, Redis, new_name, running_postgres, running_redis
from tests.harness.fork_server import ForkServer, open_fork_server
from tests.harness.shop import STARTER
from tests.harness.stripe import Stripe

Event = dict[str, Any]


@dataclass(frozen=True)
class Engines:
    """They outlive a show: a suite starts them once."""

    postgres: Postgres
    redis: Redis
    folder: Path


class Replica:
    """One `gateway serve`, which may be started, killed, stopped and started again on its port."""

    def __init__(self, deployment: Deployment, environment: dict[str, str]) -> None:
        self.deployment = deployment
        self.url = deployment.url
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
        self._child = await self.deployment.started_gateway(**self._environment)

    def said(self) -> str:
        return self.child.said()

    def last_words(self, count: int = 30) -> str:
        """Without the requests and the webhooks, which are many and well."""
        lines = self.said().splitlines() if self._child is not None else []
        return "\n".join(
            [line for line in lines if '"request"' not in line and "webhook.received" not in line][-count:]
        )


@dataclass
class Cluster:
    engines: Engines
    database_url: str
    replicas: list[Replica]
    stripe_deployment: Deployment
    events: list[Event] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        return [replica.url for replica in self.replicas]

    async def paid_sessions(self, count: int, *, declines: int = 0) -> list[str]:
        """So many sessions, each paid at the sandbox after `declines` declined tries; our side knows of none of it.

        The sandbox is gone afterwards. Its events, oldest first, are in `events`.
        """
        async with self.stripe_deployment.sandbox() as stripe, aiohttp.ClientSession() as http:

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

    def reported(self, action: str) -> list[dict[str, Any]]:
        """The log lines of all replicas with this action, oldest first."""
        lines = [line for replica in self.replicas for line in replica.said().splitlines() if action in line]
        reported = [json.loads(line) for line in lines if line.startswith("{")]
        return sorted((one for one in reported if one.get("action") == action), key=lambda one: str(one["timestamp"]))

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        async with self.session() as connection:
            return list(await connection.fetch(sql, *arguments))

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Any]:
        """A connection to the database that nobody else has."""
        connection = await asyncpg.connect(self.database_url)
        try:
            yield connection
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
async def open_cluster(
    engines: Engines, *, replicas: int, fork_server: ForkServer | None = None, **environment: str
) -> AsyncIterator[Cluster]:
    """All replicas answering. At the end each is stopped as an orchestrator does it, and none may have a traceback."""
    url = await _migrated_database(engines)
    engines.redis.forget()
    async with AsyncExitStack() as stack:
        fork_server = fork_server or await stack.enter_async_context(open_fork_server(engines.folder))
        settings = {"REDIS_URL": engines.redis.url, "GATEWAY_SOCKETS_PER_ADDRESS": "100000", **environment}
        # Its webhooks go to a port where nobody listens: a show delivers them itself.
        stripe_deployment = Deployment(_folder(engines, stack), url, fork_server=fork_server)
        port = stripe_deployment.sandbox_port
        harness = [
            Deployment(_folder(engines, stack), url, sandbox_port=port, fork_server=fork_server)
            for _ in range(replicas)
        ]
        cluster = Cluster(engines, url, [Replica(deployment, settings) for deployment in harness], stripe_deployment)
        try:
            await asyncio.gather(*(replica.start() for replica in cluster.replicas))
            yield cluster
            await asyncio.gather(*(replica.child.stop() for replica in cluster.replicas if replica.is_running))
        except BaseException as error:
            for replica in cluster.replicas:
                error.add_note(f"{replica.url} said at last:\n{replica.last_words()}")
            raise
        finally:
            await asyncio.gather(*(replica.child.kill() for replica in cluster.replicas if replica.is_running))
        for replica in cluster.replicas:
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
            await Deployment(engines.folder, engines.postgres.database(template)).migrate()
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await connection.close()
    return engines.postgres.database(name)
