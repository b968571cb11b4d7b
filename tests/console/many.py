"""Purchases of every fate, made side by side while calls to Stripe fail and the gateway is killed."""

import asyncio
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.harness import proxy
from tests.harness.child import Child
from tests.harness.deployment import Deployment
from tests.harness.shop import STARTER, Shop
from tests.harness.stripe import Stripe
from tests.harness.waiting import eventually

FREE = "price_ofNothing"
CATALOGUE = f"""
[[packages]]
price_id = "{STARTER}"
unit_amount = 500
currency = "usd"
name = "Starter"

[[packages]]
price_id = "{FREE}"
unit_amount = 0
currency = "usd"
name = "Nothing at all"
"""
FATES = {"paid": 70, "unpaid": 6, "expired": 6, "failed": 6, "canceled": 6, "no_payment_required": 5, "disputed": 1}
"""Of a hundred purchases; one of them is disputed after it was paid."""
AT_ONCE = 24
FAULTS: tuple[proxy.Action, ...] = (
    proxy.reset,
    proxy.reset_after_work,
    proxy.too_many,
    proxy.bad_gateway_page,
    proxy.slow(0.5),
)
FAULT_SHARE = 0.05
TRIES = 200
SETTLE_SECONDS = 600.0


@dataclass
class Purchases:
    """Sessions by fate, in the order they were finished; `counts` of what was met on the way."""

    sessions: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)


async def fill(
    deployment: Deployment,
    before_stripe: proxy.Proxy,
    stripe: Stripe,
    shop: Shop,
    *,
    payments: int,
    kills: int,
    dice: random.Random,
) -> tuple[Child, Purchases]:
    """The running gateway, which knows the end of every purchase. Stripe is well again when this returns."""
    made = Purchases()
    before_stripe.when(proxy.ANYTHING, _sometimes(dice, made))
    fates = dice.choices(list(FATES), weights=list(FATES.values()), k=payments)
    fates[: len(FATES)] = list(FATES)  # Each at least once, however few there are.
    gateway = await deployment.started_gateway()
    buying = asyncio.create_task(_buy_all(shop, stripe, made, fates))
    try:
        for number in range(kills):
            share = (number + 1) / (kills + 1)

            async def is_time(share: float = share) -> bool:
                return buying.done() or made.counts["finished"] >= share * payments

            await eventually(is_time, seconds=3600, what="the next kill", every=0.05)
            await gateway.kill()
            made.counts["killed"] += 1
            gateway = await deployment.started_gateway()
        await buying
        before_stripe.heal()
        await _settled(stripe)
    except BaseException:
        buying.cancel()
        await gateway.kill()
        raise
    return gateway, made


async def buy(shop: Shop, stripe: Stripe, fate: str, *, number: int, counts: Counter[str]) -> str:
    """One session of this fate, as often as it takes with one key."""
    price = FREE if fate == "no_payment_required" else STARTER
    session = await _created(shop, number, price, counts)
    match fate:
        case "paid" | "no_payment_required":
            assert await stripe.pay(session) == 200
        case "disputed":
            assert await stripe.pay(session, "pm_card_createDispute") == 200
        case "processing":
            assert await stripe.pay(session, "pm_sandbox_processing") == 200
        case "failed":
            assert await stripe.pay(session, "pm_card_chargeDeclined") == 402
        case "expired":
            await stripe.expire(session)
        case "canceled":
            await _canceled(shop, session)
    return session


async def _buy_all(shop: Shop, stripe: Stripe, made: Purchases, fates: list[str]) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, fate: str) -> None:
        async with places:
            session = await buy(shop, stripe, fate, number=number, counts=made.counts)
            made.sessions[fate].append(session)
            made.counts["finished"] += 1

    async with asyncio.TaskGroup() as group:
        for number, fate in enumerate(fates):
            group.create_task(one(number, fate))


async def _created(shop: Shop, number: int, price: str, counts: Counter[str]) -> str:
    wishes = {"clientReferenceId": f"order-{number}", "customerEmail": f"buyer{number}@example.com"}
    for _ in range(TRIES):
        answer = await shop.create(f"key-of-purchase-number-{number:06}", price_id=price, **wishes)
        counts[f"create {answer.status if answer else 'hung up'}"] += 1
        if answer is not None and answer.ok:
            return str(answer.body["sessionId"])
        await asyncio.sleep(0.1)
    raise AssertionError(f"purchase {number} was not created in {TRIES} tries: {counts}")


async def _canceled(shop: Shop, session: str) -> None:
    for _ in range(TRIES):
        answer = await shop.cancel(session)
        if answer is not None and answer.ok and (answer.body.get("data") or {}).get("cancelCheckoutSession"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{session} was not canceled in {TRIES} tries")


def _sometimes(dice: random.Random, made: Purchases) -> proxy.Action:
    async def action(call: proxy.Call) -> None:
        if dice.random() >= FAULT_SHARE:
            await proxy.pass_on(call)
            return
        made.counts["faults at Stripe"] += 1
        await dice.choice(FAULTS)(call)

    return action


async def _settled(stripe: Stripe) -> None:
    """Every event has been taken."""
    for event in await stripe.events(delivery_success="false"):
        await stripe.resend(event["id"])

    async def is_done() -> bool:
        return not await stripe.events(delivery_success="false")

    await eventually(is_done, seconds=SETTLE_SECONDS, what="every event is delivered", every=0.5)
