"""Three replicas under watchers and webhooks; one is killed, or each is rolled: nobody misses a final status.

`python -m tests.replicas.killed_replica --how kill --watchers 500 --sessions 100` (or `--how roll`)
"""

import asyncio
import time

from tests.houses.child import eventually
from tests.houses.zygote import Zygote
from tests.replicas.figures import Outcome, main
from tests.replicas.rig import Engines, Rig, open_rig
from tests.replicas.stripe_side import Courier, Couriers, lost_events
from tests.replicas.watchers import Crowd

STOP_SECONDS = 10.0


async def killed_replica(
    engines: Engines,
    *,
    how: str = "kill",
    watchers: int = 500,
    sessions: int = 100,
    per_second: float = 40.0,
    zygote: Zygote | None = None,
) -> Outcome:
    """`kill`: the first replica dies at a third of the events and comes back at two thirds. `roll`: one by one, all."""
    async with open_rig(engines, replicas=3, zygote=zygote) as rig:
        known = await rig.paid_sessions(sessions, declines=1)
        crowd = Crowd(known, watchers)
        await crowd.gather(rig.urls)
        outcome = Outcome()
        async with Couriers(rig.urls) as courier:
            harm = _roll(rig, courier, outcome) if how == "roll" else _kill(rig, courier)
            await asyncio.gather(courier.deliver_all(rig.events, per_second=per_second), harm)
            await crowd.finish(seconds=60)
            outcome.breaches += crowd.breaches() + await lost_events(rig, courier)
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
        outcome.proof.needs("events acknowledged", len(courier.acknowledged), at_least=len(rig.events))
        outcome.proof.needs("watchers that saw the end", sum(watcher.final is not None for watcher in crowd.watchers))
        return outcome


async def _kill(rig: Rig, courier: Courier) -> None:
    await _delivered(courier, len(rig.events) // 3)
    await rig.replicas[0].child.kill()
    await _delivered(courier, 2 * len(rig.events) // 3)
    await rig.replicas[0].start()


async def _roll(rig: Rig, courier: Courier, outcome: Outcome) -> None:
    """As an orchestrator: one is ended and started again before the next is touched."""
    slowest = 0.0
    for number, replica in enumerate(rig.replicas, start=1):
        await _delivered(courier, number * len(rig.events) // 5)
        began = time.perf_counter()
        code = await replica.child.stop()
        slowest = max(slowest, time.perf_counter() - began)
        outcome.require(code == 0, f"a replica that was told to end ended with {code}")
        await replica.start()
    outcome.figures["slowest SIGTERM to end"] = f"{slowest:.1f} s"
    outcome.require(slowest <= STOP_SECONDS, "a replica took longer than 10 s to end")


async def _delivered(courier: Courier, count: int) -> None:
    async def so_many() -> bool:
        return len(courier.acknowledged) >= count

    await eventually(so_many, seconds=300, what=f"{count} events are acknowledged")


if __name__ == "__main__":
    main(killed_replica, __doc__)
