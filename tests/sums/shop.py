"""A shop of many ways to pay and to give back, over the real services and the sandbox; the seed decides which."""

import random
from dataclasses import dataclass
from typing import Any

from tests.harness.bare_gateway import BareGateway
from tests.harness.stripe_account import MONTHLY, PRICE

WAYS = {
    "paid": 34,
    "subscription": 8,
    "in euro": 8,
    "declined, then paid": 6,
    "declined": 4,
    "delayed, then paid": 4,
    "delayed, then failed": 4,
    "expired": 6,
    "cross-sold": 4,
    "partly refunded": 6,
    "refunded": 4,
    "refund failed": 3,
    "subscription refunded": 2,
    "disputed": 3,
    "dispute lost": 2,
    "dispute won": 2,
}
"""How payments go, and in how many of a hundred cases."""


@dataclass
class Shop:
    gateway: BareGateway
    chance: random.Random
    another: str
    """A price of another product."""

    async def buy(self) -> str:
        """One payment lived through, its events delivered in some order; how it went."""
        way = self.chance.choices(list(WAYS), weights=list(WAYS.values()))[0]
        price = MONTHLY if way.startswith("subscription") else "price_euro" if way == "in euro" else PRICE
        session = await self.gateway.created(price)
        await self._pay(session, way)
        await self._deliver()
        await self._give_back(session, way)
        await self._deliver()
        return way

    async def _pay(self, session: str, way: str) -> None:
        desk = self.gateway.desk
        if way == "expired":
            await desk.expire(session)
            return
        if way.startswith("declined"):
            await desk.decline(session)
        if way == "cross-sold":
            await desk.control(f"checkout/sessions/{session}/cross_sell", price=self.another)
        if way == "delayed, then failed":
            await desk.pay(session, "pm_sandbox_processingFails")
        elif way.startswith("delayed"):
            await desk.pay(session, "pm_sandbox_processing")
        elif way != "declined":
            await desk.pay(session)
        if way.startswith("delayed"):
            await self._deliver()
            await desk.settle()

    async def _give_back(self, session: str, way: str) -> None:
        desk = self.gateway.desk
        if way in {"partly refunded", "refund failed", "subscription refunded"}:
            refund = await desk.refund_charge(session, self.chance.randrange(1, 400))
            if way == "refund failed":
                await self._deliver()
                await desk.control(f"refunds/{refund}/fail")
        if way == "refunded":
            await desk.refund_charge(session)
        if way.startswith("dispute"):
            dispute = await desk.dispute(session)
            if way != "disputed":
                await desk.move_dispute(dispute, status=way.rpartition(" ")[2])

    async def _deliver(self) -> None:
        events: list[dict[str, Any]] = await self.gateway.desk.events()
        self.chance.shuffle(events)
        for event in events:
            await self.gateway.deliver(event)
