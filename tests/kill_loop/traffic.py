"""The traffic: shoppers who insist with their key, buyers on Stripe's page, a postman who posts everything again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from tests.harness.shop import Answer, Shop
from tests.harness.stripe import Stripe
from tests.kill_loop.journal import Journal

SHOPPERS = 5
PAUSE_SECONDS = 0.25
PARALLEL_SHARE = 0.2
WALKS_AWAY_SHARE = 0.1

Plan = Callable[["Shopper", str], Awaitable[None]]


class Shopper:
    """Buys one thing after the other until asked to stop, and brings the last purchase to its end."""

    def __init__(self, shop: Shop, stripe: Stripe, journal: Journal, dice: random.Random, *, patient: bool) -> None:
        self.shop = shop
        self.stripe = stripe
        self.journal = journal
        self.dice = dice
        self._patient = patient

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._purchase()
            await self.pause()

    async def _purchase(self) -> None:
        key = f"key-{self.dice.getrandbits(128):032x}"
        fields = {"clientReferenceId": f"order-{key}"} if self.dice.random() < 0.5 else {}
        session_id = await self._create(key, fields)
        if session_id is None:
            self.journal.counts["walked away"] += 1
            return
        name, plan = self.dice.choice(sorted(PLANS.items()))
        self.journal.counts[f"plan {name}"] += 1
        await plan(self, session_id)
        await self.look(session_id)
        if self.dice.random() < 0.3:
            await self._create(key, fields)  # The journal sees to it that the same session comes back.

    async def _create(self, key: str, fields: dict[str, Any]) -> str | None:
        """The session, however often it takes; None when this shopper walked away from an error."""
        while True:
            calls = 2 if self.dice.random() < PARALLEL_SHARE else 1
            answers = await asyncio.gather(*(self.shop.create(key, **fields) for _ in range(calls)))
            given = [self._given(key, answer) for answer in answers]
            session_id = next((one for one in given if one is not None), None)
            if session_id is not None:
                return session_id
            if not self._patient and self.dice.random() < WALKS_AWAY_SHARE:
                return None
            await self.pause()

    def _given(self, key: str, answer: Answer | None) -> str | None:
        self.journal.note_answer("create", answer)
        if answer is None or not answer.ok:
            return None
        session_id: str = answer.body["sessionId"]
        self.journal.note_created(key, session_id)
        return session_id

    async def look(self, session_id: str) -> None:
        answer = await self.shop.status(session_id)
        self.journal.note_answer("status", answer)
        if answer is not None and answer.ok:
            self.journal.note_status(session_id, answer.body["status"])

    async def cancel(self, session_id: str) -> None:
        """Until it is answered: only then has the shop a promise."""
        while True:
            answer = await self.shop.cancel(session_id)
            self.journal.note_answer("cancel", answer)
            payment = ((answer.body or {}).get("data") or {}).get("cancelCheckoutSession", {}) if answer else {}
            if "status" in payment:
                self.journal.note_status(session_id, payment["status"])
                return
            await self.pause()

    async def pause(self) -> None:
        await asyncio.sleep(self.dice.uniform(0, PAUSE_SECONDS))


async def pay(shopper: Shopper, session_id: str) -> None:
    assert await shopper.stripe.pay(session_id) == 200


async def decline(shopper: Shopper, session_id: str) -> None:
    assert await shopper.stripe.pay(session_id, "pm_card_chargeDeclined") == 402


async def decline_then_pay(shopper: Shopper, session_id: str) -> None:
    await decline(shopper, session_id)
    await shopper.look(session_id)
    await pay(shopper, session_id)


async def settle_later(shopper: Shopper, session_id: str) -> None:
    assert await shopper.stripe.pay(session_id, "pm_sandbox_processing") == 200


async def fail_later(shopper: Shopper, session_id: str) -> None:
    assert await shopper.stripe.pay(session_id, "pm_sandbox_processingFails") == 200


async def dispute(shopper: Shopper, session_id: str) -> None:
    assert await shopper.stripe.pay(session_id, "pm_card_createDispute") == 200


async def cancel(shopper: Shopper, session_id: str) -> None:
    await shopper.cancel(session_id)


async def decline_then_cancel(shopper: Shopper, session_id: str) -> None:
    await decline(shopper, session_id)
    await shopper.cancel(session_id)


async def pay_while_canceling(shopper: Shopper, session_id: str) -> None:
    """Whoever is first wins at Stripe; the gateway has only to report what happened."""
    await asyncio.gather(shopper.stripe.pay(session_id), shopper.cancel(session_id))


async def pay_and_refund(shopper: Shopper, session_id: str) -> None:
    await pay(shopper, session_id)
    session = await shopper.stripe.session(session_id)
    amount = shopper.dice.choice([None, 100])
    assert await shopper.stripe.refund(session["payment_intent"]["id"], amount) == 200


async def leave_open(shopper: Shopper, session_id: str) -> None:
    await shopper.look(session_id)


PLANS: dict[str, Plan] = {
    plan.__name__: plan
    for plan in (
        *(pay, decline, decline_then_pay, settle_later, fail_later, dispute),
        *(cancel, decline_then_cancel, pay_while_canceling, pay_and_refund, leave_open),
    )
}


class Postman:
    """Posts signed copies of what Stripe has sent lately, out of order, several at once, some of them many times."""

    def __init__(self, shop: Shop, stripe: Stripe, journal: Journal, dice: random.Random) -> None:
        self._shop = shop
        self._stripe = stripe
        self._journal = journal
        self._dice = dice

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            latest = await self._stripe.latest_events(30)
            chosen = self._dice.sample(latest, min(len(latest), self._dice.randint(1, 4)))
            copies = [event for event in chosen for _ in range(self._dice.choice([1, 1, 1, 2, 5]))]
            self._dice.shuffle(copies)
            await asyncio.gather(*(self._deliver(event) for event in copies))
            await asyncio.sleep(self._dice.uniform(0, PAUSE_SECONDS))

    async def _deliver(self, event: Any) -> None:
        self._journal.note_delivered(event, await self._shop.deliver(event))
