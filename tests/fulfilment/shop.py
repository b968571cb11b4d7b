"""What happens to payments meanwhile: bought, declined first or not, refunded in part or not, left or expired."""

import asyncio
import random
from dataclasses import dataclass, field

from tests.harness.back_end import DIES, HANGS, BackEnd
from tests.harness.shop import Shop
from tests.harness.stripe import Stripe

PHASES = (200, 500, HANGS, DIES, 503, 302)
PHASE_SECONDS = 1.5


@dataclass
class Buyers:
    """`sessions` are all that were begun; a call that the gateway's death cut off is made again."""

    shop: Shop
    stripe: Stripe
    dice: random.Random
    sessions: list[str] = field(default_factory=list)

    async def run(self, count: int, *, at_once: int = 6) -> None:
        places = asyncio.Semaphore(at_once)

        async def one(number: int) -> None:
            async with places:
                await self._buy(f"fulfilment-{number:06d}-{self.dice.random()}")

        await asyncio.gather(*(one(number) for number in range(count)))

    async def _buy(self, key: str) -> None:
        session_id = await self._created(key)
        self.sessions.append(session_id)
        if self.dice.random() < 0.4:
            await self.stripe.pay(session_id, "pm_card_chargeDeclined")
            await asyncio.sleep(self.dice.uniform(0, 2.0))  # A decline is seen when Stripe was asked whose it is.
        if self.dice.random() < 0.9:
            await self.stripe.pay(session_id)
            if self.dice.random() < 0.3:
                session = await self.stripe.session(session_id)
                await asyncio.sleep(self.dice.uniform(0, 0.5))
                await self.stripe.refund(session["payment_intent"]["id"], 100)

    async def _created(self, key: str) -> str:
        while True:
            answer = await self.shop.create(key)
            if answer is not None and answer.ok:
                return str(answer.body["sessionId"])
            await asyncio.sleep(0.05)


async def fail_in_turn(back_end: BackEnd, phases: list[int]) -> None:
    """Each of the ways to fail for a while, over and over; `phases` notes those that were met."""
    while True:
        for phase in PHASES:
            back_end.released.set()
            back_end.released = asyncio.Event()
            back_end.decide = lambda _, answer=phase: answer  # type: ignore[misc]
            phases.append(phase)
            await asyncio.sleep(PHASE_SECONDS)
