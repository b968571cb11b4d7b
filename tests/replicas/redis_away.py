"""Redis is killed, or swallows everything, in the middle: nobody misses a final status, and limits still limit.

`python -m tests.replicas.redis_away --how kill --watchers 300 --sessions 60` (or `--how black-hole`)
"""

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.harness.figures import Outcome, main, percentile
from tests.harness.fork_server import ForkServer
from tests.harness.waiting import eventually
from tests.harness.watchers import Crowd
from tests.replicas.cluster import Cluster, Engines, open_cluster
from tests.replicas.stripe_side import Courier, Couriers, lost_events

LIMIT = 30
TIMEOUT_SECONDS = 0.25
NORMAL_SECONDS = 0.1
"""What a call may take beside the timeout on a machine that is busy with this show."""
BACK_SECONDS = 10.0


@dataclass
class Prober:
    """Asks one replica all the time, each time for another client, and remembers how long it took."""

    http: aiohttp.ClientSession
    url: str
    seconds: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    async def run(self) -> None:
        for number in itertools.count():
            address = f"203.0.{number // 250 % 250}.{number % 250}"
            self.seconds.append(await self._timed(address))
            await asyncio.sleep(0.02)

    async def _timed(self, address: str) -> float:
        began = time.perf_counter()
        self.statuses.add(await ask(self.http, self.url, address))
        return time.perf_counter() - began


async def redis_away(
    engines: Engines,
    *,
    how: str = "kill",
    watchers: int = 300,
    sessions: int = 60,
    per_second: float = 25.0,
    fork_server: ForkServer | None = None,
) -> Outcome:
    """The first replica has the watchers, the second the webhooks. Redis is away for the middle half of the events."""
    limit = {"GATEWAY_RATE_LIMIT": f"{LIMIT}/minute", "GATEWAY_TRUSTED_PROXIES": "127.0.0.1/32"}
    async with open_cluster(engines, replicas=2, fork_server=fork_server, **limit) as cluster:
        known = await cluster.paid_sessions(sessions)
        crowd = Crowd(known, watchers, addresses=[f"198.51.{n // 250}.{n % 250}" for n in range(watchers)])
        await crowd.gather(cluster.urls[:1])
        async with Couriers(cluster.urls[1:]) as courier, aiohttp.ClientSession() as http:
            show = _Show(cluster, courier, http, per_second)
            with show.probing():
                await show.while_all_is_well()
                engines.redis.kill() if how == "kill" else engines.redis.freeze()
                await show.while_it_is_away()
                await asyncio.to_thread(engines.redis.start if how == "kill" else engines.redis.thaw)
                await show.after_its_return()
            await crowd.finish(seconds=30)
            show.outcome.breaches += crowd.breaches() + await lost_events(cluster, courier)
    return show.outcome


class _Show:
    def __init__(self, cluster: Cluster, courier: Courier, http: aiohttp.ClientSession, per_second: float) -> None:
        self.outcome = Outcome()
        self._cluster, self._courier, self._http, self._per_second = cluster, courier, http, per_second
        self._probers = [Prober(http, url) for url in cluster.urls]
        self._quarter = len(cluster.events) // 4

    @contextmanager
    def probing(self) -> Iterator[None]:
        tasks = [asyncio.create_task(prober.run()) for prober in self._probers]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

    async def while_all_is_well(self) -> None:
        await self._deliver(0, self._quarter)
        self.outcome.figures["calls before"] = _reported(self._seconds())
        for prober in self._probers:
            prober.seconds.clear()
        self._courier.seconds.clear()

    async def while_it_is_away(self) -> None:
        """Each replica limits for itself; one call in flight pays a timeout, and nobody after it."""
        await self._deliver(self._quarter, 3 * self._quarter)
        during = self._seconds()
        slow = sum(seconds > TIMEOUT_SECONDS for seconds in during)
        self.outcome.figures["calls while it is away"] = f"{_reported(during)}, {slow} of {len(during)} above 250 ms"
        self.outcome.figures["webhooks while it is away"] = _reported(self._courier.seconds)
        worst = max([*during, *self._courier.seconds])
        self.outcome.require(worst <= TIMEOUT_SECONDS + NORMAL_SECONDS, f"something waited {worst * 1000:.0f} ms")
        passed = await self._passed_of(2 * LIMIT, self._cluster.urls[:1], "192.88.99.1")
        self.outcome.proof.needs("calls refused by one replica alone", 2 * LIMIT - passed)
        self.outcome.proof.needs("calls asked while Redis was away", len(during))
        self.outcome.require(passed == LIMIT, f"one replica alone let {passed} calls pass a limit of {LIMIT}")

    async def after_its_return(self) -> None:
        began = time.perf_counter()
        await eventually(self._all_hear, seconds=BACK_SECONDS, what="both replicas hear Redis again")
        for what in ("away", "back"):
            self.outcome.proof.needs(
                f"times that a replica noticed Redis is {what}", len(self._cluster.reported(f"redis.{what}"))
            )
        self.outcome.figures["heard again after its return"] = f"{time.perf_counter() - began:.1f} s"
        passed = await self._passed_of(3 * LIMIT, self._cluster.urls, "192.88.99.2")
        away = [f"{one['timestamp']} {one['user']} {one['error']}" for one in self._cluster.reported("redis.away")]
        reported = f"two replicas together let {passed} calls pass a limit of {LIMIT}; away: {away}"
        self.outcome.require(passed == LIMIT, reported)
        await self._deliver(3 * self._quarter, len(self._cluster.events))

    async def _deliver(self, first: int, last: int) -> None:
        await self._courier.deliver_all(self._cluster.events[first:last], per_second=self._per_second)

    async def _passed_of(self, calls: int, urls: list[str], address: str) -> int:
        asking = (ask(self._http, urls[number % len(urls)], address) for number in range(calls))
        return sum(status != 429 for status in await asyncio.gather(*asking))

    async def _all_hear(self) -> bool:
        for url in self._cluster.urls:
            async with self._http.get(f"{url}/readyz") as answer:
                if (await answer.json())["checks"]["redis"] != "ok":
                    return False
        return len(self._cluster.reported("redis.away")) == len(self._cluster.reported("redis.back"))

    def _seconds(self) -> list[float]:
        return [seconds for prober in self._probers for seconds in prober.seconds]


async def ask(http: aiohttp.ClientSession, url: str, address: str) -> int:
    """One status call for a client at this address; 404 when it was let through."""
    headers = {"X-Forwarded-For": address}
    async with http.get(f"{url}/api/check-payment-status/cs_test_nobody", headers=headers) as answer:
        return answer.status


def _reported(seconds: list[float]) -> str:
    shares = ((f"p{percent}", percentile(seconds, percent)) for percent in (50, 99))
    return " ".join(f"{name} {value * 1000:.0f} ms" for name, value in (*shares, ("max", max(seconds))))


if __name__ == "__main__":
    main(redis_away, __doc__)
