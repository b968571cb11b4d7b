"""One watcher is woken among few others, then among many: how long that takes, and what each of them costs.

`python -m tests.replicas.watcher_cost --few 1000 --many 5000 --rounds 100`
"""

import resource
import statistics

import psutil  # type: ignore[import-untyped]

from tests.harness.figures import Outcome, main
from tests.harness.fork_server import ForkServer
from tests.harness.watchers import Crowd
from tests.replicas.cluster import Cluster, Engines, open_cluster
from tests.replicas.stripe_side import Courier, Couriers, final_event

SESSIONS_OF_OTHERS = 50
OPENED_SECONDS = 300.0


async def watcher_cost(
    engines: Engines,
    *,
    few: int = 1000,
    many: int = 5000,
    rounds: int = 100,
    at_most: float = 1.2,
    fork_server: ForkServer | None = None,
) -> Outcome:
    """`at_most`: how much longer waking may take, and how much more a watcher may weigh, among many than among few."""
    _allow_descriptors()
    async with open_cluster(engines, replicas=1, fork_server=fork_server) as cluster:
        sessions = await cluster.paid_sessions(SESSIONS_OF_OTHERS + 2 * rounds)
        others, woken = sessions[:SESSIONS_OF_OTHERS], sessions[SESSIONS_OF_OTHERS:]
        weights, receipts, crowds = [], [], []
        async with Couriers(cluster.urls) as courier:
            for count, some in ((few, woken[:rounds]), (many - few, woken[rounds:])):
                before = _memory_bytes(cluster)
                crowds.append(Crowd(others, count))
                await crowds[-1].gather(cluster.urls, seconds=OPENED_SECONDS)
                weights.append((_memory_bytes(cluster) - before) / count)
                receipts.append([await _woken(cluster, courier, session) for session in some])
        for crowd in crowds:
            await crowd.finish(seconds=0)
    medians = [statistics.median(seconds) for seconds in receipts]
    slower, heavier = medians[1] / medians[0], weights[1] / max(weights[0], 1.0)
    outcome = Outcome(
        {
            "watchers": f"{few}, then {many}",
            "webhook POST to receipt, median": " ".join(f"{seconds * 1000:.2f} ms" for seconds in medians),
            "memory a watcher": " ".join(f"{weight / 1000:.0f} kB" for weight in weights),
            "among many against among few": f"time {slower:.2f}, memory {heavier:.2f}",
        }
    )
    outcome.proof.needs("watchers woken among few", len(receipts[0]), at_least=rounds)
    outcome.proof.needs("watchers woken among many", len(receipts[1]), at_least=rounds)
    outcome.require(slower <= at_most, f"waking one took {slower:.2f} times as long among many")
    outcome.require(heavier <= at_most, f"a watcher weighed {heavier:.2f} times as much among many")
    return outcome


async def _woken(cluster: Cluster, courier: Courier, session: str) -> float:
    """Seconds from the webhook's POST to the frame that its one watcher gets."""
    crowd = Crowd([session], 1)
    await crowd.gather(cluster.urls)
    event = final_event(cluster.events, session)
    await courier.deliver(event)
    await crowd.finish(seconds=10)
    return crowd.watchers[0].final_at - courier.posted_at[event["id"]]


def _memory_bytes(cluster: Cluster) -> int:
    return int(psutil.Process(cluster.replicas[0].child.pid).memory_info().rss)


def _allow_descriptors() -> None:
    """A socket takes one on each side; what the system allows at most, and no process asked for yet."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main(watcher_cost, __doc__)
