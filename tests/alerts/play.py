"""One fault after the other: it is held until its alerts fire, put right, and followed until none fires any more."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.alerts.faults import FAULTS, Fault, replica_that
from tests.alerts.prometheus import BEAT_SECONDS
from tests.alerts.world import World, open_world
from tests.harness.fork_server import ForkServer
from tests.replicas.cluster import Engines

FIRE_SECONDS = 180.0
END_SECONDS = 420.0
START_SECONDS = 60.0
"""Whatever fired before somebody led has ended by then."""


@dataclass(frozen=True, slots=True)
class Played:
    """`fired_after` and `ended_after` are seconds since the fault began and since it was put right."""

    fault: Fault
    seen: frozenset[str]
    fired_after: float | None
    ended_after: float | None

    @property
    def breaches(self) -> list[str]:
        missing = self.fault.fires - self.seen
        others = self.seen - self.fault.fires - self.fault.follows
        found = [f"{name} did not fire" for name in sorted(missing)]
        found += [f"{name} fired, and is about something else" for name in sorted(others)]
        found += ["an alert went on firing"] if self.ended_after is None else []
        return [f"{self.fault.name}: {sentence}" for sentence in found]


async def play_all(
    engines: Engines,
    faults: Sequence[Fault] = FAULTS,
    *,
    rules: str,
    fork_server: ForkServer | None = None,
    say: Callable[[Played], None] = lambda _played: None,
) -> list[Played]:
    """Each fault on the same gateways."""
    played = []
    async with open_world(engines, rules=rules, fork_server=fork_server) as world:
        await replica_that(world, leads=True)
        began = time.monotonic()
        calm = await _until(world, None, START_SECONDS, since=began)
        assert calm is not None, f"at the start: {world.prometheus.seen}"
        for fault in faults:
            played.append(await _played(world, fault))
            say(played[-1])
        assert world.counts["create 200"], world.counts
    return played


async def _played(world: World, fault: Fault) -> Played:
    world.prometheus.seen = set()
    began = time.monotonic()
    async with fault.play(world):
        fired_after = await _until(world, lambda: fault.fires <= world.prometheus.seen, FIRE_SECONDS, since=began)
    ended = time.monotonic()
    ended_after = await _until(world, None, END_SECONDS, since=ended)
    return Played(fault, frozenset(world.prometheus.seen), fired_after, ended_after)


async def _until(world: World, holds: Callable[[], bool] | None, seconds: float, *, since: float) -> float | None:
    """Until `holds`, or without it until nothing fires; None when the time is over before."""
    while (took := time.monotonic() - since) < seconds:
        firing = await world.prometheus.firing()
        if holds() if holds is not None else not firing:
            return took
        await asyncio.sleep(BEAT_SECONDS)
    return None
