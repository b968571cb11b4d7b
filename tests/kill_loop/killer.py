"""One gateway life after another on the same database, each ended by SIGKILL: at a random moment or at a failpoint."""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field

from gateway.telemetry.failpoints import Failpoint
from tests.harness.child import Child
from tests.harness.deployment import Deployment

STARTUP_SECONDS = 0.5
LIFE_SECONDS = 1.2
STRIKE_SECONDS = 4.0
SIGKILLED = -9

_CHANCES = {
    Failpoint.BEFORE_STRIPE_CREATE: 0.3,
    Failpoint.AFTER_STRIPE_CREATE: 0.3,
    Failpoint.BEFORE_STRIPE_EXPIRE: 0.5,
    Failpoint.AFTER_STRIPE_EXPIRE: 0.5,
    Failpoint.BEFORE_COMMIT: 0.05,
    Failpoint.AFTER_COMMIT: 0.05,
    Failpoint.BEFORE_PUBLISH: 0.05,
    Failpoint.BEFORE_ACKNOWLEDGE: 0.1,
}


@dataclass
class Killer:
    """`kills` counts how each life ended."""

    deployment: Deployment
    dice: random.Random
    kills: Counter[str] = field(default_factory=Counter)

    async def kill_once(self) -> None:
        """A life of the gateway, from its start to its violent end."""
        lot = self.dice.random()
        if lot < 0.1:
            await self._while_starting()
        elif lot < 0.45:
            await self._at_a_random_moment()
        else:
            await self._at_a_failpoint(self.dice.choice(list(Failpoint)))

    async def _while_starting(self) -> None:
        gateway = self.deployment.gateway()
        await gateway.start()
        await asyncio.sleep(self.dice.uniform(0, STARTUP_SECONDS))
        await self._end(gateway, "while starting")

    async def _at_a_random_moment(self) -> None:
        gateway = await self.deployment.started_gateway()
        await asyncio.sleep(self.dice.uniform(0, LIFE_SECONDS))
        await self._end(gateway, "at a random moment")

    async def _at_a_failpoint(self, place: Failpoint) -> None:
        """Traffic decides when it is reached; if none comes by, it is killed from outside after all."""
        gateway = self.deployment.gateway(GATEWAY_FAILPOINTS=f"{place}:{_CHANCES[place]}")
        await gateway.start()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(gateway.wait(), STARTUP_SECONDS + STRIKE_SECONDS)
        await self._end(gateway, place.value if not gateway.is_running else "at a random moment")

    async def _end(self, gateway: Child, how: str) -> None:
        await gateway.kill()
        assert gateway.exit_code == SIGKILLED, f"it ended by itself ({gateway.exit_code}):\n{gateway.said()[-4000:]}"
        self.kills[how] += 1


async def kill_migrations(deployment: Deployment, dice: random.Random, count: int) -> None:
    """`gateway migrate` killed at random moments of its work; the next one must find a database it can use."""
    for _ in range(count):
        migration = deployment.gateway("migrate")
        await migration.start()
        await asyncio.sleep(dice.uniform(0, STARTUP_SECONDS))
        await migration.kill()
