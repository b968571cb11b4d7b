"""Captures, refunds and disputes: how money comes in parts, goes back, and returns."""

from typing import Any

import pytest
import stripe

from tests.integration.sandbox.conftest import Running

MANUAL: Any = {"payment_intent_data": {"capture_method": "manual"}}


async def charge_of(sandbox: Running, charge_id: str) -> Any:
    return await sandbox.stripe.v1.charges.retrieve_async(charge_id)


async def test_an_authorised_payment_waits_for_its_capture(sandbox: Running) -> None:
    held = await sandbox.paid(**MANUAL)

    intent, charge = held.payment_intent, held.payment_intent.latest_charge
    assert (held.status, held.payment_status) == ("complete", "unpaid")
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 500, 0)
    assert (charge.paid, charge.captured, charge.amount_captured, charge.balance_transaction) == (True, False, 0, None)
    await sandbox.receiver.wait_for("payment_intent.amount_capturable_updated")
    assert "payment_intent.succeeded" not in sandbox.receiver.types()


async def test_a_partial_capture_releases_the_rest_by_an_entry_that_moves_no_money(sandbox: Running) -> None:
    held = await sandbox.paid(**MANUAL)

    intent = await sandbox.stripe.v1.payment_intents.capture_async(held.payment_intent.id, {"amount_to_capture": 300})

    charge = await charge_of(sandbox, held.payment_intent.latest_charge.id)
    assert (intent.status, intent.amount, intent.amount_received) == ("succeeded", 500, 300)
    assert (charge.captured, charge.amount_captured, charge.amount_refunded, charge.refunded) == (True, 300, 200, False)
    rest = (await sandbox.stripe.v1.refunds.list_async({"charge": charge.id})).data
    assert [(each.amount, each.status, each.balance_transaction) for each in rest] == [(200, "succeeded", None)]
    assert (await sandbox.retrieve(held.id)).payment_status == "paid"
    await sandbox.receiver.wait_for("charge.captured")
    await sandbox.receiver.wait_for("payment_intent.succeeded")
    await sandbox.stripe.v1.refunds.create_async({"charge": charge.id})
    assert (await charge_of(sandbox, charge.id)).refunded
    status, body = await sandbox.post(f"/v1/payment_intents/{intent.id}/capture", {})
    assert (status, body["error"]["code"]) == (400, "payment_intent_unexpected_state")


async def test_a_released_authorisation_moves_no_money_at_all(sandbox: Running) -> None:
    held = await sandbox.paid(**MANUAL)

    intent = await sandbox.stripe.v1.payment_intents.cancel_async(held.payment_intent.id)

    charge = await charge_of(sandbox, held.payment_intent.latest_charge.id)
    assert (intent.status, charge.captured, charge.refunded, charge.amount_captured) == ("canceled", False, True, 0)
    assert (await sandbox.stripe.v1.balance_transactions.list_async()).data == []


async def test_a_refund_names_the_movement_of_its_money(sandbox: Running) -> None:
    paid = await sandbox.paid()

    refund = await sandbox.stripe.v1.refunds.create_async(
        {"payment_intent": paid.payment_intent.id, "amount": 200, "expand": ["balance_transaction"]}
    )

    assert refund.charge == paid.payment_intent.latest_charge.id
    movement: Any = refund.balance_transaction
    assert (movement.type, movement.amount, movement.source) == ("refund", -200, refund.id)
    assert movement.id.startswith("txn_")


async def test_a_refund_that_fails_later_gives_the_charge_its_money_back(sandbox: Running) -> None:
    paid = await sandbox.paid()
    charge_id = paid.payment_intent.latest_charge.id
    refund = await sandbox.stripe.v1.refunds.create_async({"charge": charge_id})

    failed = await sandbox.control(f"refunds/{refund.id}/fail", failure_reason="expired_or_canceled_card")

    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert failed["failure_balance_transaction"].startswith("txn_")
    charge = await charge_of(sandbox, charge_id)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    for event_type in ("refund.failed", "charge.refund.updated", "refund.updated"):
        event = await sandbox.receiver.wait_for(event_type, 2 if event_type == "refund.updated" else 1)
        assert event.data.object.id == refund.id


async def test_a_pending_refund_has_moved_nothing_until_it_succeeds_or_is_canceled(sandbox: Running) -> None:
    await sandbox.control("pending_refunds")
    paid = await sandbox.paid()
    charge_id = paid.payment_intent.latest_charge.id
    refunds = sandbox.stripe.v1.refunds
    first = await refunds.create_async({"charge": charge_id, "amount": 100})
    second = await refunds.create_async({"charge": charge_id, "amount": 50})
    assert (first.status, first.balance_transaction) == ("pending", None)

    succeeded = await sandbox.control(f"refunds/{first.id}/succeed")
    canceled = await sandbox.control(f"refunds/{second.id}/cancel")

    assert succeeded["balance_transaction"].startswith("txn_")
    assert (canceled["status"], canceled["balance_transaction"]) == ("canceled", None)
    assert (await charge_of(sandbox, charge_id)).amount_refunded == 100
    await sandbox.control("pending_refunds", enabled="false")
    assert (await refunds.create_async({"charge": charge_id, "amount": 1})).status == "succeeded"


async def test_refunds_and_disputes_are_listed_by_charge_intent_and_time(sandbox: Running) -> None:
    paid, other = await sandbox.paid(), await sandbox.paid()
    charge_id, intent_id = paid.payment_intent.latest_charge.id, paid.payment_intent.id
    refund = await sandbox.stripe.v1.refunds.create_async({"charge": charge_id, "amount": 100})
    dispute = await sandbox.control(f"charges/{charge_id}/dispute")
    await sandbox.control(f"charges/{other.payment_intent.latest_charge.id}/dispute")
    later = int(sandbox.clock.now) + 1
    services: tuple[tuple[Any, str], ...] = (
        (sandbox.stripe.v1.refunds, refund.id),
        (sandbox.stripe.v1.disputes, dispute["id"]),
    )
    for service, wanted in services:
        for params in ({"charge": charge_id}, {"payment_intent": intent_id}):
            assert [each.id for each in (await service.list_async(params)).data] == [wanted]
        assert (await service.list_async({"created": {"gte": later}})).data == []
        assert (await service.retrieve_async(wanted)).payment_intent == intent_id


async def test_a_dispute_takes_the_money_and_a_win_brings_it_back(sandbox: Running) -> None:
    paid = await sandbox.paid()
    charge_id = paid.payment_intent.latest_charge.id

    dispute = await sandbox.control(f"charges/{charge_id}/dispute", reason="product_not_received", amount="400")
    under_review = await sandbox.control(f"disputes/{dispute['id']}", status="under_review")
    won = await sandbox.control(f"disputes/{dispute['id']}", status="won")

    assert (dispute["status"], dispute["amount"], dispute["reason"]) == ("needs_response", 400, "product_not_received")
    assert dispute["evidence_details"]["due_by"] == int(sandbox.clock.now) + 7 * 86_400
    assert under_review["evidence_details"]["submission_count"] == 1
    movements = [(each["amount"], each["fee"], each["net"]) for each in won["balance_transactions"]]
    assert movements == [(-400, 1_500, -1_900), (400, 0, 400)]
    assert (await charge_of(sandbox, charge_id)).disputed
    for name in ("created", "funds_withdrawn", "updated", "funds_reinstated", "closed"):
        await sandbox.receiver.wait_for(f"charge.dispute.{name}")


@pytest.mark.parametrize(
    ("states", "movements"),
    [
        (("warning_needs_response", "warning_under_review", "warning_closed"), 0),
        (("warning_needs_response", "needs_response", "under_review", "lost"), 1),
        (("needs_response", "prevented"), 2),
        (("lost",), 1),
    ],
)
async def test_a_dispute_can_be_in_every_state(sandbox: Running, states: tuple[str, ...], movements: int) -> None:
    paid = await sandbox.paid()
    dispute = await sandbox.control(f"charges/{paid.payment_intent.latest_charge.id}/dispute", status=states[0])

    for state in states[1:]:
        await sandbox.control(f"disputes/{dispute['id']}", status=state)

    found = await sandbox.stripe.v1.disputes.retrieve_async(dispute["id"])
    assert (found.status, len(found.balance_transactions)) == (states[-1], movements)
    await sandbox.receiver.wait_for("charge.dispute.closed")


async def test_money_may_return_in_part_and_without_a_win(sandbox: Running) -> None:
    paid = await sandbox.paid()
    dispute = await sandbox.control(f"charges/{paid.payment_intent.latest_charge.id}/dispute")

    changed = await sandbox.control(f"disputes/{dispute['id']}", funds="reinstated", funds_amount="120")

    assert (changed["status"], [each["amount"] for each in changed["balance_transactions"]]) == (
        "needs_response",
        [-500, 120],
    )
    status, body = await sandbox.post(f"/_sandbox/disputes/{dispute['id']}", {"status": "won", "funds": "reinstated"})
    assert (status, body["error"]["param"]) == (400, "funds")
    unchanged = await sandbox.stripe.v1.disputes.retrieve_async(dispute["id"])
    assert unchanged.status == "needs_response"


async def test_nothing_is_refunded_or_disputed_before_its_capture(sandbox: Running) -> None:
    held = await sandbox.paid(**MANUAL)
    charge_id = held.payment_intent.latest_charge.id

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge to refund"):
        await sandbox.stripe.v1.refunds.create_async({"charge": charge_id})
    status, _ = await sandbox.post(f"/_sandbox/charges/{charge_id}/dispute", {})
    assert status == 400
