"""Watchers on one replica, webhooks to the other: every watcher gets its final status, and how long that takes.

`python -m tests.replicas.fan_out --watchers 500 --sessions 100`
"""

import time

from tests.harness.figures import Outcome, main, percentile
from tests.harness.fork_server import ForkServer
from tests.harness.nginx import open_front
from tests.harness.watchers import Crowd
from tests.replicas.cluster import Cluster, Engines, Event, open_cluster
from tests.replicas.stripe_side import Courier, Couriers, final_event, lost_events


async def fan_out(
    engines: Engines,
    *,
    watchers: int = 500,
    sessions: int = 100,
    per_second: float = 50.0,
    nginx: str = "yes",
    fork_server: ForkServer | None = None,
) -> Outcome:
    """The first replica has the watchers, the second the webhooks, both behind nginx unless `nginx` is `no`."""
    async with open_cluster(engines, replicas=2, fork_server=fork_server) as cluster:
        known = await cluster.paid_sessions(sessions)
        crowd = Crowd(known, watchers)
        watching, receiving = cluster.urls
        if nginx == "no":
            return await _paid(cluster, crowd, watching, receiving, per_second)
        async with open_front([watching], engines.folder) as front, open_front([receiving], engines.folder) as other:
            return await _paid(cluster, crowd, front.url, other.url, per_second)


async def _paid(cluster: Cluster, crowd: Crowd, watching: str, receiving: str, per_second: float) -> Outcome:
    outcome = Outcome()
    await crowd.gather([watching])
    async with Couriers([receiving]) as courier:
        began = time.perf_counter()
        await courier.deliver_all(_deciding_first(cluster.events), per_second=per_second)
        took = time.perf_counter() - began
        await crowd.finish(seconds=30)
        outcome.breaches += crowd.breaches() + await lost_events(cluster, courier)
    receipts = _receipts(cluster, courier, crowd)
    outcome.figures = {
        "watchers": len(crowd.watchers),
        "sessions": len({watcher.session for watcher in crowd.watchers}),
        "events delivered": f"{len(courier.acknowledged)} in {took:.1f} s",
        "webhook POST to receipt": " ".join(
            f"{name} {percentile(receipts, percent) * 1000:.1f} ms" for name, percent in (("p50", 50), ("p99", 99))
        ),
        "sockets resumed": crowd.resumed,
    }
    outcome.proof.needs("webhooks acknowledged by one replica", len(courier.acknowledged))
    outcome.proof.needs("final statuses heard on the other", len(receipts), at_least=len(crowd.watchers))
    outcome.require(percentile(receipts, 99) < 2.0, "doorbells did not ring: the sweep brought the final statuses")
    return outcome


def _deciding_first(events: list[Event]) -> list[Event]:
    """The events that make a session paid come before the others that report the same."""
    return sorted(events, key=lambda event: event["type"] != "checkout.session.completed")


def _receipts(cluster: Cluster, courier: Courier, crowd: Crowd) -> list[float]:
    """From the beginning of the POST that made the payment final to the watcher's frame, per watcher."""
    posted = {
        watcher.session: courier.posted_at[final_event(cluster.events, watcher.session)["id"]]
        for watcher in crowd.watchers
    }
    return [watcher.final_at - posted[watcher.session] for watcher in crowd.watchers if watcher.final]


if __name__ == "__main__":
    main(fan_out, __doc__)
