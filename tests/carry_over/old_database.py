"""Run by the code of the earlier commit, in its own folder: payments of every kind it knew, and what it says of them.

It prints one JSON object: payment id → status, version, whether final, what was paid and refunded, disputed.
"""

import asyncio
import copy
import itertools
import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from gateway.domain.facts_json import facts_from_json
from gateway.domain.snapshot import visible
from gateway.models.migrations import upgrade
from tests.harness.bare_gateway import open_gateway, settings_for
from tests.harness.rows import rows_of
from tests.harness.stripe_account import FREE, MONTHLY, PRICE, stripe_side

NUMBERS = itertools.count(1)
NOTHING, FREE_ONE, SUBSCRIPTION, PAID, PART_BACK, ALL_BACK, DISPUTED, DECLINED, SECOND_TRY, DELAYED = range(10)
EXPIRED, CANCELED, OTHER_MONEY, TOTAL_ALONE, LATE, LOST_REFUND = range(10, 16)
KINDS = 16
METHODS = {
    FREE_ONE: "pm_card_visa",
    SUBSCRIPTION: "pm_card_visa",
    PAID: "pm_card_visa",
    PART_BACK: "pm_card_visa",
    ALL_BACK: "pm_card_visa",
    DISPUTED: "pm_card_visa",
    DECLINED: "pm_card_chargeDeclined",
    SECOND_TRY: "pm_card_chargeDeclined",
    DELAYED: "pm_sandbox_processing",
    TOTAL_ALONE: "pm_card_visa",
    LOST_REFUND: "pm_card_visa",
}


async def make(url: str, count: int) -> dict[str, Any]:
    scratch = Path(tempfile.mkdtemp())
    await asyncio.create_task(upgrade(settings_for(url, scratch)))
    async with stripe_side() as side, open_gateway(url, scratch, side) as gateway:
        for number in range(count):
            await _one(gateway, number % KINDS)
    return {row["id"]: _said(row) for row in (await rows_of(url)).payments}


def _said(row: dict[str, Any]) -> dict[str, Any]:
    seen: Any = visible(facts_from_json(row["facts"]))
    return {
        "status": row["status"],
        "version": row["version"],
        "is_final": row["is_final"],
        "refunded": seen.refunded_minor,
        "disputed": seen.disputed,
        "paid": row["amount_minor"] if row["status"] == "paid" else 0,
        "currency": row["currency"],
    }


async def _one(gateway: Any, kind: int) -> None:
    session = await gateway.created({FREE_ONE: FREE, SUBSCRIPTION: MONTHLY}.get(kind, PRICE))
    desk = gateway.desk
    if kind in METHODS:
        await desk.pay(session, METHODS[kind])
    if kind == SECOND_TRY:
        await desk.pay(session)
    if kind in {EXPIRED, LATE}:
        await desk.expire(session)
    if kind == CANCELED:
        await gateway.services.checkout.cancel(session)
    await gateway.deliver_news()
    if kind in {PART_BACK, LOST_REFUND}:
        await desk.refund(session, 200)
    if kind == ALL_BACK:
        await desk.refund(session)
    await gateway.deliver_news()
    await _afterwards(gateway, session, kind)


async def _afterwards(gateway: Any, session: str, kind: int) -> None:
    """What the sandbox of that commit could not do, by events of its shape."""
    thing = copy.deepcopy(await gateway.desk.session(session))
    intent = thing["payment_intent"] if isinstance(thing["payment_intent"], dict) else {}
    charge = intent.get("latest_charge") or {}
    if kind == DISPUTED:
        dispute = {"id": f"du_{session[-12:]}", "object": "dispute", "amount": 500, "currency": "usd"}
        dispute |= {"status": "needs_response", "charge": charge["id"], "payment_intent": intent["id"], "metadata": {}}
        await gateway.deliver(_event("charge.dispute.created", dispute))
    if kind == OTHER_MONEY:
        thing.update(status="complete", payment_status="paid", amount_total=700)
        await gateway.deliver(_event("checkout.session.completed", thing))
    if kind == TOTAL_ALONE:
        await gateway.deliver(_event("charge.refunded", charge | {"amount_refunded": 300}))
    if kind == LATE:
        late = {"id": f"pi_{session[-12:]}", "object": "payment_intent", "amount": 500, "amount_received": 500}
        late |= {"currency": "usd", "status": "succeeded", "metadata": thing["metadata"], "created": 1_790_000_000}
        await gateway.deliver(_event("payment_intent.succeeded", late))
    if kind == LOST_REFUND:
        refund = next(e for e in gateway.desk.seen.values() if e["type"] == "refund.created" and _is_of(e, intent))
        lost = refund["data"]["object"] | {"status": "failed"}
        await gateway.deliver(_event("refund.failed", lost))


def _is_of(event: dict[str, Any], intent: dict[str, Any]) -> bool:
    return bool(event["data"]["object"]["payment_intent"] == intent["id"])


def _event(kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"evt_old{next(NUMBERS):020d}",
        "object": "event",
        "type": kind,
        "created": 1_790_000_000,
        "livemode": False,
        "pending_webhooks": 1,
        "api_version": "2026-10-28.endive",
        "request": {"id": None, "idempotency_key": None},
        "data": {"object": thing},
    }


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    answer, sys.stdout = sys.stdout, sys.stderr  # Logs must not mix with the answer.
    json.dump(asyncio.run(make(sys.argv[1], int(sys.argv[2]))), answer)
