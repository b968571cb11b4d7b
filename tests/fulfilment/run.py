"""The two shows: kills and faults together; and one poisoned payment among many."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.fulfilment.shop import Buyers, fail_in_turn
from tests.fulfilment.verdict import Ledger, breaches, read_ledger
from tests.harness.back_end import SECRET, BackEnd, back_end
from tests.harness.deployment import Deployment
from tests.harness.rows import execute
from tests.harness.stripe import Stripe
from tests.harness.waiting import eventually

LIFE_SECONDS = {"sqlite": 1.5, "postgres": 7.0}
"""A process that was killed is followed by another leader after some four seconds, on PostgreSQL."""
SETTLE_SECONDS = 240.0
OPINIONS = ("audit verify", "doctor --invariants")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`opinions`: what the gateway's own commands found wrong."""

    ledger: Ledger
    back_end: BackEnd
    kills: int
    phases: Counter[int]
    opinions: dict[str, str]
    seconds: float

    @property
    def breaches(self) -> list[str]:
        said = [f"{command}: {words}" for command, words in self.opinions.items() if words]
        return [*breaches(self.ledger, self.back_end.notices), *said]

    @property
    def repeats(self) -> int:
        taken = [notice.id for notice in self.back_end.taken]
        return len(taken) - len(set(taken))


async def killed(deployment: Deployment, *, payments: int, kills: int, seed: int) -> Outcome:
    """Buyers buy, the back end fails in turn, the gateway is killed; then peace, and everything is waited for."""
    dice, began = random.Random(seed), time.monotonic()
    phases: list[int] = []
    life = LIFE_SECONDS["sqlite" if deployment.database_url.startswith("sqlite") else "postgres"]
    async with deployment.sandbox() as stripe, deployment.shop() as shop, back_end() as receiver:
        notify = {"GATEWAY_NOTIFY_URLS": receiver.url, "GATEWAY_NOTIFY_SECRETS": SECRET}
        failing = asyncio.create_task(fail_in_turn(receiver, phases))
        buying = asyncio.create_task(Buyers(shop, stripe, dice).run(payments))
        for _ in range(kills):
            gateway = await deployment.started_gateway(**notify)
            await asyncio.sleep(dice.uniform(0, life))
            await gateway.kill()
        gateway = await deployment.started_gateway(**notify)
        await buying
        failing.cancel()
        await asyncio.gather(failing, return_exceptions=True)
        receiver.decide = lambda _: 200
        receiver.released.set()
        await _settled(deployment, stripe=stripe)
        assert await gateway.stop() == 0, gateway.said()[-4000:]
        ledger = await read_ledger(deployment.database_url)
        opinions = {command: await _opinion(deployment, command) for command in OPINIONS}
    return Outcome(ledger, receiver, kills, Counter(phases), opinions, time.monotonic() - began)


async def seconds_to_deliver(deployment: Deployment, *, payments: int, is_poisoned: bool, seed: int) -> float:
    """From the first to the last `payment.paid` of the others, which all wait when the gateway starts."""
    async with deployment.sandbox() as stripe, deployment.shop() as shop, back_end() as receiver:
        notify = {"GATEWAY_NOTIFY_URLS": receiver.url, "GATEWAY_NOTIFY_SECRETS": SECRET}
        gateway = await deployment.started_gateway(**notify)
        receiver.decide = lambda _: 503
        buyers = Buyers(shop, stripe, random.Random(seed))
        await buyers.run(payments, at_once=12)
        await _applied(deployment, stripe=stripe)
        await gateway.stop()
        receiver.notices.clear()
        poison = buyers.sessions[0]
        receiver.decide = lambda body: 500 if is_poisoned and body["sessionId"] == poison else 200
        await _time_passes(deployment)
        others = {row["payment_id"] for row in (await read_ledger(deployment.database_url)).deliveries}
        began = time.monotonic()
        gateway = await deployment.started_gateway(**notify)

        async def taken() -> bool:
            ledger = await read_ledger(deployment.database_url)
            waiting = {row["payment_id"] for row in ledger.deliveries if row["state"] == "pending"}
            return len(waiting) <= int(is_poisoned) and len(others) > 0

        await eventually(taken, seconds=SETTLE_SECONDS, what="everybody else is notified", every=0.25)
        took = time.monotonic() - began
        await gateway.stop()
    return took


async def _settled(deployment: Deployment, *, stripe: Stripe) -> None:
    await _applied(deployment, stripe=stripe)

    async def is_done() -> bool:
        await _time_passes(deployment)
        ledger = await read_ledger(deployment.database_url)
        return ledger.pending == 0 and len(ledger.deliveries) >= len(ledger.changes)

    async def twice() -> bool:
        return await is_done() and await is_done()

    await eventually(twice, seconds=SETTLE_SECONDS, what="every notice is taken", every=0.5)


async def _applied(deployment: Deployment, *, stripe: Stripe) -> None:
    """Every event of Stripe's is here."""
    for event in await stripe.events(delivery_success="false"):
        await stripe.resend(event["id"])

    async def is_done() -> bool:
        return not await stripe.events(delivery_success="false")

    await eventually(is_done, seconds=SETTLE_SECONDS, what="every webhook is delivered", every=0.25)


async def _time_passes(deployment: Deployment) -> None:
    """An hour of test time: every pause is over."""
    earlier = datetime.now(UTC) - timedelta(seconds=1)
    mark = earlier.isoformat(sep=" ")
    await execute(
        deployment.database_url,
        f"UPDATE delivery SET next_try_at = '{mark}' WHERE state = 'pending' AND next_try_at > '{mark}'",
    )


async def _opinion(deployment: Deployment, command: str) -> str:
    code, said = await deployment.run(*command.split())
    return "" if code == 0 else f"exit {code}: {said[-800:]}"
