"""PostgreSQL crashes again and again, stands still, or has no place free: no acknowledged event is lost.

`python -m tests.replicas.postgres_away --restarts 20 --freezes 10 --frozen-seconds 10 --watchers 100 --sessions 300`
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import asyncpg

from tests.harness.figures import Outcome, main, percentile
from tests.harness.fork_server import ForkServer
from tests.harness.waiting import eventually
from tests.harness.watchers import Crowd
from tests.replicas.cluster import Cluster, Engines, open_cluster
from tests.replicas.stripe_side import Courier, Couriers, lost_events

BOUND_SECONDS = 8.0
"""A call is answered within this whatever the database does: 2 s for a place, 5 s for a command."""
RECOVERY_SECONDS = 2.0
BETWEEN_SECONDS = 1.0
RED_SECONDS = 10.0


async def postgres_away(
    engines: Engines,
    *,
    restarts: int = 20,
    freezes: int = 10,
    frozen_seconds: float = 10.0,
    locked_seconds: float = 6.0,
    watchers: int = 100,
    sessions: int = 300,
    per_second: float = 12.0,
    fork_server: ForkServer | None = None,
) -> Outcome:
    async with open_cluster(engines, replicas=2, fork_server=fork_server) as cluster:
        crowd = Crowd(await cluster.paid_sessions(sessions, declines=1), watchers)
        await crowd.gather(cluster.urls)
        async with Couriers(cluster.urls) as courier, aiohttp.ClientSession() as http:
            show = _Show(cluster, courier, http)
            with show.traffic(per_second):
                for _ in range(restarts):
                    await show.restart()
                for _ in range(freezes):
                    await show.freeze(frozen_seconds)
                if locked_seconds:
                    await show.exhaust(locked_seconds)
            await courier.deliver_all(cluster.events)
            await crowd.finish(seconds=60)
            show.outcome.breaches += crowd.breaches() + await lost_events(cluster, courier)
            return show.reported()


class _Show:
    def __init__(self, cluster: Cluster, courier: Courier, http: aiohttp.ClientSession) -> None:
        self.outcome = Outcome()
        self._cluster, self._courier, self._http = cluster, courier, http
        self._urls = cluster.urls
        self._recoveries: dict[str, list[float]] = {}
        self._red = 0
        """How often a replica said that it is not ready."""

    @contextmanager
    def traffic(self, per_second: float) -> Iterator[None]:
        """Each event until it is acknowledged, and reads all the time."""

        async def read() -> None:
            while True:
                await asyncio.gather(
                    *(self._get("/api/check-payment-status/cs_test_nobody", url) for url in self._urls)
                )
                await asyncio.sleep(1 / per_second)

        delivering = self._courier.deliver_all(self._cluster.events, per_second=per_second)
        tasks = [asyncio.ensure_future(work) for work in (delivering, read())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

    async def restart(self) -> None:
        """A crash under load."""
        await asyncio.sleep(BETWEEN_SECONDS)
        await asyncio.to_thread(self._cluster.engines.postgres.restart)
        await self._recovered("restart")

    async def freeze(self, seconds: float) -> None:
        """Meanwhile we are alive, say that we are not ready, and hold nobody longer than the bound."""
        self._cluster.engines.postgres.freeze()
        try:
            thaw_at = time.perf_counter() + seconds
            while time.perf_counter() < thaw_at:
                alive, ready = await asyncio.gather(self._get("/healthz"), self._get("/readyz"))
                self.outcome.require(alive == 200, "a replica was not alive while the database stood still")
                self.outcome.require(ready == 503, f"/readyz said {ready} while the database stood still")
        finally:
            self._cluster.engines.postgres.thaw()
        await self._recovered("freeze")

    async def exhaust(self, seconds: float) -> None:
        """Somebody holds a lock that every call needs, so that all places are taken."""
        connection = await asyncpg.connect(self._cluster.database_url)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE payment, webhook_event IN ACCESS EXCLUSIVE MODE")
                calls = [self._get("/api/check-payment-status/cs_test_nobody") for _ in range(100)]
                statuses = await asyncio.gather(*calls)
                self.outcome.require(set(statuses) == {503}, f"while all places were taken: {set(statuses)}")
                await asyncio.sleep(max(0.0, seconds - BOUND_SECONDS))
        finally:
            await connection.close()
        await self._recovered("exhaustion")

    async def _recovered(self, what: str) -> None:
        """From the moment the server answers again until every replica takes what is asked of it."""
        await self._server_answers()
        began = time.perf_counter()
        await eventually(self._all_ready, seconds=10 * RECOVERY_SECONDS, what=f"ready again after a {what}")
        self._recoveries.setdefault(what, []).append(time.perf_counter() - began)

    async def _all_ready(self) -> bool:
        return {await self._get("/readyz", url) for url in self._urls} == {200}

    async def _server_answers(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._cluster.engines.postgres.url, timeout=2)
                await connection.close()
                return
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.02)

    async def _get(self, path: str, url: str | None = None) -> int:
        began = time.perf_counter()
        async with self._http.get((url or self._urls[0]) + path) as answer:
            took = time.perf_counter() - began
            self.outcome.require(took <= BOUND_SECONDS, f"{path} took {took:.1f} s")
            self._red += path == "/readyz" and answer.status == 503
            return answer.status

    def reported(self) -> Outcome:
        refused = [seconds for status, seconds in self._courier.refused if status == 503]
        others = {status for status, _ in self._courier.refused} - {503}
        self.outcome.require(not others, f"deliveries were refused with {others}")
        self.outcome.require(max(refused, default=0.0) <= BOUND_SECONDS, f"a 503 took {max(refused, default=0):.1f} s")
        self.outcome.proof.needs("outages that ended in a recovery", sum(map(len, self._recoveries.values())))
        self.outcome.proof.needs("times that /readyz was red", self._red)
        self.outcome.proof.needs(
            "events acknowledged", len(self._courier.acknowledged), at_least=len(self._cluster.events)
        )
        if len(self._recoveries.get("restart", ())) > 1:  # A single one may strike between two deliveries.
            self.outcome.proof.needs("deliveries refused or cut off", len(refused) + self._courier.hung_up)
        worst = {what: max(seconds) for what, seconds in self._recoveries.items()}
        for what, seconds in worst.items():
            self.outcome.require(seconds <= RECOVERY_SECONDS, f"{what}: recovery took {seconds:.1f} s")
        self.outcome.figures = {
            "restarts, freezes, exhaustions": [len(seconds) for seconds in self._recoveries.values()],
            "slowest recovery": ", ".join(f"{what} {seconds:.2f} s" for what, seconds in worst.items()),
            "events acknowledged": f"{len(self._courier.acknowledged)} of {len(self._cluster.events)}",
            "deliveries answered 503": f"{len(refused)}, p99 {percentile(refused, 99):.1f} s",
            "hung up on": self._courier.hung_up,
        }
        return self.outcome


if __name__ == "__main__":
    main(postgres_away, __doc__)
