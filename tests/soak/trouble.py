"""What goes wrong beside: Stripe misbehaves for a while, and hostile peers come."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from tests.attack.kinds import Kind, Target
from tests.attack.rounds import Round, attack
from tests.harness import proxy

FAULTS: dict[str, proxy.Action] = {
    "slow": proxy.slow(1.0),
    "reset": proxy.reset,
    "too many": proxy.too_many,
    "black hole": proxy.black_hole,
    "bad gateway": proxy.bad_gateway_page,
}
FAULT_SHARE = 0.15
"""Of the time between two faults, so long does each last."""
PEERS = 3
WAVE_SECONDS = 3.0


async def cause_faults(before: proxy.Proxy, stop: asyncio.Event, *, every: float, dice: random.Random) -> Counter[str]:
    """One fault after each such time; healed at the end."""
    caused: Counter[str] = Counter()
    while not await over(stop, every * (1 - FAULT_SHARE)):
        name = dice.choice(sorted(FAULTS))
        before.when(proxy.ANYTHING, FAULTS[name])
        caused[name] += 1
        await over(stop, every * FAULT_SHARE)
        before.heal()
    before.heal()
    return caused


class Attackers:
    """A few hostile peers of one kind after the other, over and over."""

    def __init__(self, kinds: Sequence[Kind], port: int, target: Target) -> None:
        self._kinds = kinds
        self._port = port
        self._target = target
        self.refused: Counter[str] = Counter()
        self.waves = 0

    async def run(self, stop: asyncio.Event, *, every: float, dice: random.Random) -> None:
        """A wave begins after each such time. One that is not over yet does not keep the next from coming."""
        waves: set[asyncio.Task[None]] = set()
        try:
            while not await over(stop, every):
                kind = dice.choice(self._kinds)
                task = asyncio.create_task(self._wave(kind))
                waves.add(task)
                task.add_done_callback(waves.discard)
        finally:
            for task in waves:
                task.cancel()
            await asyncio.gather(*waves, return_exceptions=True)

    async def _wave(self, kind: Kind) -> None:
        found = Round()
        self.waves += 1
        try:
            await attack(kind, self._port, self._target, peers=PEERS, window=WAVE_SECONDS, found=found)
        finally:  # At the end of the run it may be under way.
            self.refused[kind.name] += found.refused


async def over(stop: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until it is asked to stop; whether it was."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()
