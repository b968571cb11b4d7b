"""Every event of a payment many times at once: one effect, one history row a change (docs/invariants.md I2, I5).

`python -m tests.sweeps.concurrent_deliveries --payments 200 --database sqlite|postgres`: each event of each payment
comes fifty times, all of them at the same moment and in random order.
"""

import asyncio
from collections import Counter
from typing import Any

from gateway.domain.errors import ServiceUnavailable
from gateway.services.inbox import Receipt
from gateway.telemetry.metrics import PAYMENT_CHANGES
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import refunded_minor, truth, violations
from tests.harness.rows import rows_of
from tests.harness.stripe_account import MONTHLY, PRICE
from tests.sweeps.bench import Bench, arguments, run

DELIVERIES = 50
AT_ONCE = 50
"""How many posts Stripe has under way to one endpoint; a refused one is posted again."""

STORIES: tuple[tuple[str, ...], ...] = (
    ("pm_card_visa",),
    ("pm_card_chargeDeclined", "pm_card_visa", "refund"),
    ("pm_card_threeDSecure2Required", "fail", "pm_card_createDispute", "refund"),
    ("pm_sandbox_processing", "settle"),
    ("pm_card_chargeDeclined", "pm_card_chargeDeclined", "pm_sandbox_processingFails", "settle"),
    ("pm_card_chargeDeclined", "expire"),
)


async def hammer(gateway: BareGateway, bench: Bench, *, deliveries: int = DELIVERIES) -> list[str]:
    """`bench.count` payments, each hammered with all its events. What went wrong, as sentences."""
    found: list[str] = []
    tally: Counter[str] = Counter()
    announced = _announced()
    for number in range(bench.count):
        story = STORIES[number % len(STORIES)]
        session_id = await gateway.created(MONTHLY if number % 12 == 11 else PRICE)
        await _live(gateway, session_id, story)
        events = await gateway.desk.events()
        posts = [event for event in events for _ in range(deliveries)]
        bench.random.shuffle(posts)
        receipts = await _post_all(gateway, posts, tally)
        expected = Counter({event["id"]: 1 for event in events})
        if receipts != expected:
            found.append(f"payment {number}: not every event was stored exactly once: {receipts - expected}")
    bench.notes |= dict(tally)
    bench.proof.needs("events stored", tally[Receipt.STORED.value])
    bench.proof.needs("deliveries of a stored event", tally[Receipt.DUPLICATE.value])
    return found + await _judge(gateway, bench, announced)


async def sweep(bench: Bench) -> list[str]:
    async with bench.gateway() as gateway:
        return await hammer(gateway, bench)


async def _live(gateway: BareGateway, session_id: str, story: tuple[str, ...]) -> None:
    for step in story:
        match step:
            case "refund":
                await gateway.desk.refund(session_id, 100)
            case "fail":
                await gateway.desk.answer_challenge(session_id, well=False)
            case "settle":
                await gateway.desk.settle()
            case "expire":
                await gateway.desk.expire(session_id)
            case _:
                await gateway.desk.pay(session_id, step)


async def _post_all(gateway: BareGateway, posts: list[dict[str, Any]], tally: Counter[str]) -> Counter[str]:
    """Deliver all, `AT_ONCE` under way; how often each event was said to be new."""
    stored: Counter[str] = Counter()
    turn = asyncio.Semaphore(AT_ONCE)

    async def post(event: dict[str, Any]) -> None:
        async with turn:
            while True:
                try:
                    receipt = await gateway.deliver(event)
                except ServiceUnavailable:
                    tally["refused, came again"] += 1
                    continue
                tally[receipt.value] += 1
                stored[event["id"]] += receipt is not Receipt.DUPLICATE
                return

    await asyncio.gather(*(post(event) for event in posts))
    return stored


async def _judge(gateway: BareGateway, bench: Bench, announced: float) -> list[str]:
    await gateway.settled()
    rows, sessions = await rows_of(bench.database_url), await gateway.desk.sessions()
    found = violations(rows, sessions)
    for session in sessions:
        row = rows.payment(session["id"])
        if row["status"] not in truth(session, cancel_recorded=False):
            found.append(f"{row['id']} is {row['status']}, Stripe tells {truth(session, cancel_recorded=False)}")
        snapshot = await gateway.services.payments.read(session["id"])
        if snapshot is None or snapshot.refunded.amount_minor != refunded_minor(session):
            found.append(f"{row['id']}: refunds differ")
    steps = sum(line["from_status"] not in {None, line["to_status"]} for line in rows.changes)
    if steps != _announced() - announced:
        found.append(f"{steps} changes of status in the history, {_announced() - announced} were announced")
    bench.notes |= {"history rows": len(rows.changes), "events": len(rows.events)}
    return found


def _announced() -> float:
    return sum(
        sample.value
        for metric in PAYMENT_CHANGES.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    )


if __name__ == "__main__":
    run(sweep, arguments(__doc__, "--payments", 200))
