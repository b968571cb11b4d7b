"""The leader is killed, stands still, loses its session or its server: another leads within 10 s, never two at once.

`python -m tests.replicas.one_leader --rounds 3`. Every tenure is journaled: its beginning and end by the replicas' own
log, an end that could not be logged by the moment of the harm. Two tenures that overlap are a breach.
"""

import asyncio
import itertools
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from tests.harness.figures import Outcome, main
from tests.harness.fork_server import ForkServer
from tests.harness.waiting import eventually
from tests.replicas.cluster import Cluster, Engines, Replica, open_cluster

TAKEOVER_SECONDS = 10.0
GRACE_SECONDS = 3.0
"""Nobody leads sooner than this after another: the other may not have noticed yet. Written down again on purpose."""
LOCK = 0x6C656164
"""Written down again on purpose: the holder is looked up in pg_locks."""


async def one_leader(
    engines: Engines,
    *,
    rounds: int = 1,
    replicas: int = 2,
    harms: str = "kill freeze terminate_session restart_postgres",
    fork_server: ForkServer | None = None,
) -> Outcome:
    async with open_cluster(engines, replicas=replicas, fork_server=fork_server) as cluster:
        show = _Show(cluster)
        await show.somebody_leads(datetime.min.replace(tzinfo=UTC))
        for _ in range(rounds):
            for harm in harms.split():
                await show.harm(harm)
        show.judge()
    return show.outcome


class _Show:
    def __init__(self, cluster: Cluster) -> None:
        self.outcome = Outcome()
        self._cluster = cluster
        self._ended: dict[str, list[datetime]] = {replica.url: [] for replica in cluster.replicas}
        self._takeovers: dict[str, float] = {}
        self._shortest = 2 * TAKEOVER_SECONDS

    async def harm(self, name: str) -> None:
        """Do it to the leader, and wait until somebody leads who began after it."""
        how: Callable[[Replica], Awaitable[None]] = getattr(self, name)
        leader = self._leader()
        began = datetime.now(UTC)
        await how(leader)
        seconds = await self.somebody_leads(began)
        self._takeovers[name] = max(seconds, self._takeovers.get(name, 0.0))
        self._shortest = min(seconds, self._shortest)
        self.outcome.require(seconds <= TAKEOVER_SECONDS, f"{name}: nobody led for {seconds:.1f} s")
        await self._healthy_again(leader)

    async def kill(self, leader: Replica) -> None:
        self._ended[leader.url].append(datetime.now(UTC))
        await leader.child.kill()

    async def freeze(self, leader: Replica) -> None:
        self._ended[leader.url].append(datetime.now(UTC))
        os.kill(leader.child.pid, signal.SIGSTOP)

    async def terminate_session(self, _: Replica) -> None:
        sql = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1"
        assert len(await self._cluster.query(sql, LOCK)) == 1, "not exactly one session holds the lock"

    async def restart_postgres(self, _: Replica) -> None:
        await asyncio.to_thread(self._cluster.engines.postgres.restart)

    async def somebody_leads(self, since: datetime) -> float:
        """Seconds from `since` to the beginning of the first tenure after it."""

        async def led() -> bool:
            return any(begun >= since for _, begun in self._begun())

        await eventually(led, seconds=2 * TAKEOVER_SECONDS, what="somebody leads")
        return (min(begun for _, begun in self._begun() if begun >= since) - since).total_seconds()

    def judge(self) -> None:
        tenures = self.tenures()
        for (first, _, end), (second, begin, _) in itertools.pairwise(tenures):
            self.outcome.require(end <= begin, f"{first} led until {end} while {second} led from {begin}")
        slowest = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self._takeovers.items())
        self.outcome.figures = {"tenures": len(tenures), "slowest takeover": slowest}
        self.outcome.proof.needs("kinds of harm that a takeover followed", len(self._takeovers))
        self.outcome.proof.needs("tenures", len(tenures), at_least=2)
        self.outcome.proof.needs("shortest takeover, seconds", self._shortest, at_least=GRACE_SECONDS)

    def tenures(self) -> list[tuple[str, datetime, datetime]]:
        """Who, from when, until when; in order. One that never ended ends with the show."""
        ends = {
            replica.url: sorted([*self._ended[replica.url], *(_time(line) for line in _lines(replica, "leader.lost"))])
            for replica in self._cluster.replicas
        }
        now = datetime.now(UTC)
        return sorted(
            ((url, begun, next((end for end in ends[url] if end >= begun), now)) for url, begun in self._begun()),
            key=lambda tenure: tenure[1],
        )

    def _begun(self) -> list[tuple[str, datetime]]:
        return [
            (replica.url, _time(line))
            for replica in self._cluster.replicas
            for line in _lines(replica, "leader.elected")
        ]

    def _leader(self) -> Replica:
        last = max(self._begun(), key=lambda begun: begun[1])[0]
        return next(replica for replica in self._cluster.replicas if replica.url == last)

    async def _healthy_again(self, replica: Replica) -> None:
        if not replica.is_running:
            await replica.start()
            return
        os.kill(replica.child.pid, signal.SIGCONT)


def _lines(replica: Replica, action: str) -> list[str]:
    return [line for line in replica.said().splitlines() if f'"action": "{action}"' in line]


def _time(line: str) -> datetime:
    return datetime.fromisoformat(line.partition('"timestamp": "')[2][:27].replace("Z", "+00:00"))


if __name__ == "__main__":
    main(one_leader, __doc__)
