"""A refund in the currency the buyer saw, of a session read in the one that was asked for: nothing is guessed."""

import copy
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.harness.oracle import violations
from tests.harness.rows import Rows
from tests.harness.stripe_front import RETRIEVE
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]
REFUNDS = "GET /v1/refunds"
RATE = 18.5


def in_pesos(event: dict[str, Any], **amounts: int) -> dict[str, Any]:
    """As an account on an older API version has it: the currency that the buyer saw."""
    shown = copy.deepcopy(event)
    shown["data"]["object"] |= {"currency": "mxn", **{name: round(each * RATE) for name, each in amounts.items()}}
    return shown


@pytest.mark.parametrize("refunded", [500, 250], ids=["whole", "in part"])
@pytest.mark.parametrize("with_charge", [False, True], ids=["the refund alone", "with its charge"])
async def test_a_refund_in_another_currency_books_nothing_until_stripe_was_asked(
    opened: Opener, rows: ReadRows, refunded: int, with_charge: bool
) -> None:
    async with opened() as gateway:
        session_id = await gateway.created()
        await gateway.desk.pay(session_id)
        await gateway.desk.events()
        assert await gateway.services.payments.read(session_id) is not None
        await gateway.desk.refund_charge(session_id, refunded)
        events = {event["type"]: event for event in await gateway.desk.events()}
        gateway.front.turn_away(RETRIEVE, 403)
        await gateway.deliver(in_pesos(events["refund.created"], amount=refunded))
        if with_charge:
            sums = {"amount": 500, "amount_captured": 500, "amount_refunded": refunded}
            await gateway.deliver(in_pesos(events["charge.refunded"], **sums))
        await gateway.settled()
        gateway.front.calm()
    row = (await rows()).payment(session_id)
    assert (row["has_questions"], (await rows()).booked(row["id"])) == (True, [("capture", 500)])
    async with opened() as gateway:
        assert await gateway.services.refetcher.run_due() == 1
        assert gateway.front.calls[REFUNDS] == 1
        found = await rows()
        assert found.booked(row["id"]) == [("capture", 500), ("refund", -refunded)]
        assert {movement["currency"] for movement in found.movements} == {"usd"}
        assert not found.payment(session_id)["has_questions"]
        assert violations(found, await gateway.desk.sessions()) == []
        report = await gateway.services.reconciliation.run(trigger="cli")
    assert report.outcome == "clean"
    assert {line.drift_minor for line in report.ledger} <= {0}, "no line where nothing was kept"
