"""What every scenario is given: a gateway that believes the proxy to be Stripe, and the calls around it."""

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from tests.harness import invariants
from tests.harness.deployment import Deployment
from tests.harness.fork_server import ForkServer, open_fork_server
from tests.harness.proof import Proof
from tests.harness.proxy import Proxy, open_proxy
from tests.harness.shop import Answer, Shop
from tests.harness.stripe import Stripe
from tests.harness.tables import read_tables
from tests.harness.truth import read_truth
from tests.harness.waiting import eventually

CREATE_SECONDS = 20.0
"""A create is answered within this, whatever Stripe does."""
RECOVERY_SECONDS = 60.0


@dataclass
class Bench:
    deployment: Deployment
    stripe: Stripe
    shop: Shop
    proxy: Proxy
    sessions_of_key: dict[str, set[str]] = field(default_factory=dict)
    proof: Proof = field(default_factory=Proof)
    refusals: int = 0

    async def created(self) -> str:
        """A session, made while all is well."""
        answer = await self.create(new_key())
        assert answer.status == 200, answer.body
        return str(answer.body["sessionId"])

    async def create(self, key: str) -> Answer:
        answer = await self.shop.create(key)
        assert answer is not None, "the gateway hung up"
        given = self.sessions_of_key.setdefault(key, set())
        if answer.ok:
            given.add(answer.body["sessionId"])
        return answer

    async def refused(self, key: str) -> Answer:
        """A create that must be asked to come again, in time."""
        answer = await self.create(key)
        assert (answer.status, answer.body["error"]["code"]) == (503, "stripe_unavailable"), answer
        assert int(answer.headers["Retry-After"]) >= 1, answer.headers
        assert answer.seconds < CREATE_SECONDS, answer.seconds
        self.refusals += 1
        return answer

    async def insist(self, key: str) -> str:
        """The same key again and again, as a client does that was asked to."""

        async def created() -> bool:
            return (await self.create(key)).ok

        await eventually(created, seconds=RECOVERY_SECONDS, what=f"{key} is given its session after the recovery")
        return next(iter(self.sessions_of_key[key]))

    async def read(self, session_id: str) -> Answer:
        answer = await self.shop.status(session_id)
        assert answer is not None, "the gateway hung up"
        assert answer.status == 200, answer.body
        return answer

    async def read_many(self, sessions: list[str], *, count: int, at_once: int = 2) -> list[Answer]:
        """`count` reads over these sessions, so many at a time."""
        turn = iter(range(count))

        async def reader() -> list[Answer]:
            return [await self.read(sessions[number % len(sessions)]) for number in turn]

        return [answer for answers in await asyncio.gather(*(reader() for _ in range(at_once))) for answer in answers]

    async def open_breaker(self, sessions: list[str]) -> float:
        """Read until a read no longer waits for Stripe; how long that took, in seconds."""
        began = asyncio.get_running_loop().time()

        async def is_quick() -> bool:
            return max([(await self.read(one)).seconds for one in sessions[:3]]) < 0.1

        await eventually(is_quick, seconds=30, what="reads stop waiting for Stripe")
        self.proof.needs("reads that no longer wait: the breaker is open", 1)
        return asyncio.get_running_loop().time() - began

    async def breaches(self) -> list[str]:
        """One session a key and a purchase, no orphan, every status as at Stripe; and the fault was really met."""
        self.proof.needs("calls to Stripe that met the fault", self.proxy.misbehaved)
        tables, truth = await read_tables(self.deployment.database_url), await read_truth(self.stripe)
        return [
            *invariants.second_sessions(self.sessions_of_key, tables, truth),
            *invariants.orphans(tables, truth),
            *invariants.broken_histories(tables),
            *invariants.wrong_statuses(tables, truth),
            *self.proof.verdicts(),
        ]

    async def raised_keys(self) -> int:
        """Rows for which Stripe was given another idempotency key than the first."""
        return sum(row["attempt"] > 1 for row in (await read_tables(self.deployment.database_url)).payments)


def new_key() -> str:
    return f"key-{uuid4().hex}"


def percentile_99_ms(answers: list[Answer]) -> float:
    return statistics.quantiles([answer.seconds * 1000 for answer in answers], n=100)[98]


@asynccontextmanager
async def open_bench(folder: Path, fork_server: ForkServer) -> AsyncIterator[Bench]:
    """A database, a sandbox, a proxy and a gateway of its own."""
    deployment = Deployment(folder, f"sqlite://{folder / 'gateway.db'}", fork_server=fork_server)
    await deployment.migrate()
    async with deployment.sandbox() as stripe, open_proxy(deployment.sandbox_port) as proxy, deployment.shop() as shop:
        deployment.stripe_base = proxy.url
        gateway = await deployment.started_gateway()
        try:
            yield Bench(deployment, stripe, shop, proxy)
        finally:
            assert await gateway.stop() == 0, gateway.said()[-4000:]
            assert "Traceback" not in gateway.said(), gateway.said()[-4000:]


@asynccontextmanager
async def lone_bench(folder: Path) -> AsyncIterator[Bench]:
    async with open_fork_server(folder) as fork_server, open_bench(folder, fork_server) as bench:
        yield bench
