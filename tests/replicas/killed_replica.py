"""Three replicas under watchers and webhooks; one is killed, or each is rolled: nobody misses a final status.

`python -m tests.replicas.killed_replica --how kill --watchers 500 --sessions 100` (or `--how roll`)
"""

import asyncio
import time

from tests.harness.figures import Outcome, main
from tests.harness.fork_server import ForkServer
from tests.harness.waiting import eventually
from tests.harness.watchers import Crowd
from tests.replicas.cluster import Cluster, Engines, open_cluster
from tests.replicas.stripe_side import Courier, Couriers, lost_events

STOP_SECONDS = 10.0


async def killed_replica(
    engines: Engines,
    *,
    how: str = "kill",
    watchers: int = 500,
    sessions: int = 100,
    per_second: float = 40.0,
    fork_server: ForkServer | None = None,
) -> Outcome:
    """`kill`: the first replica dies at a third of the events and comes back at two thirds. `roll`: one by one, all."""
    async with open_cluster(engines, replicas=3, fork_server=fork_server) as cluster:
        known = await cluster.paid_sessions(sessions, declines=1)
        crowd = Crowd(known, watchers)
        await crowd.gather(cluster.urls)
        outcome = Outcome()
        async with Couriers(cluster.urls) as courier:
            harm = _roll(cluster, courier, outcome) if how == "roll" else _kill(cluster, courier)
            await asyncio.gather(courier.deliver_all(cluster.events, per_second=per_second), harm)
            await crowd.finish(seconds=60)
            outcome.breaches += crowd.breaches() + await lost_events(cluster, courier)
        outcome.figures |= {
            "watchers": len(crowd.watchers),
            "events acknowledged": len(courier.acknowledged),
            "deliveries that were hung up on": courier.hung_up,
            "deliveries refused": len(courier.refused),
            "sockets resumed, by close code": crowd.closes,
            "final statuses missed": sum(watcher.final is None for watcher in crowd.watchers),
            "versions backwards": sum(watcher.backwards for watcher in crowd.watchers),
        }
        outcome.proof.needs("sockets that the harm closed", crowd.resumed)
        outcome.proof.needs("events acknowledged", len(courier.acknowledged), at_least=len(cluster.events))
        outcome.proof.needs("watchers that saw the end", sum(watcher.final is not None for watcher in crowd.watchers))
        return outcome


async def _kill(cluster: Cluster, courier: Courier) -> None:
    await _delivered(courier, len(cluster.events) // 3)
    await cluster.replicas[0].child.kill()
    await _delivered(courier, 2 * len(cluster.events) // 3)
    await cluster.replicas[0].start()


async def _roll(cluster: Cluster, courier: Courier, outcome: Outcome) -> None:
    """As an orchestrator: one is ended and started again before the next is touched."""
    slowest = 0.0
    for number, replica in enumerate(cluster.replicas, start=1):
        await _delivered(courier, number * len(cluster.events) // 5)
        began = time.perf_counter()
        code = await replica.child.stop()
        slowest = max(slowest, time.perf_counter() - began)
        outcome.require(code == 0, f"a replica that was asked to end ended with {code}")
        await replica.start()
    outcome.figures["slowest SIGTERM to end"] = f"{slowest:.1f} s"
    outcome.require(slowest <= STOP_SECONDS, "a replica took longer than 10 s to end")


async def _delivered(courier: Courier, count: int) -> None:
    async def so_many() -> bool:
        return len(courier.acknowledged) >= count

    await eventually(so_many, seconds=300, what=f"{count} events are acknowledged")


if __name__ == "__main__":
    main(killed_replica, __doc__)
