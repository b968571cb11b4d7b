"""Each way a payment can go, as the SDK and the webhooks show it."""

from pathlib import Path

import pytest

from tests.integration.sandbox.conftest import Running, running


async def test_a_paid_session_is_complete_and_announced_by_four_events(sandbox: Running) -> None:
    session = await sandbox.create(payment_intent_data={"metadata": {"order": "7"}}, metadata={"shop": "x"})
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.url == f"{sandbox.url}/c/pay/{session.id}"

    status, _ = await sandbox.pay(session.id)

    assert status == 200
    await sandbox.receiver.wait_for("checkout.session.completed")
    expected = ["charge.succeeded", "checkout.session.completed", "payment_intent.created", "payment_intent.succeeded"]
    assert sorted(sandbox.receiver.types()) == expected
    paid = await sandbox.retrieve(session.id, "payment_intent.latest_charge", "line_items")
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.payment_intent.amount_received == 500
    assert paid.payment_intent.latest_charge.metadata.to_dict() == {"order": "7"}
    assert paid.metadata.to_dict() == {"shop": "x"}
    assert paid.line_items.data[0].price.id == "price_starter"


async def test_a_declined_card_leaves_the_session_open_and_the_next_attempt_is_a_new_charge(sandbox: Running) -> None:
    session = await sandbox.create()

    status, body = await sandbox.pay(session.id, "pm_card_chargeDeclinedInsufficientFunds")

    assert status == 402
    assert (body["error"]["type"], body["error"]["decline_code"]) == ("card_error", "insufficient_funds")
    failed = await sandbox.receiver.wait_for("payment_intent.payment_failed")
    error = failed.data.object.last_payment_error
    assert (error.code, error.message) == ("card_declined", "Your card has insufficient funds.")
    assert error.payment_method.created == int(sandbox.clock.now)
    after = await sandbox.retrieve(session.id, "payment_intent")
    assert (after.status, after.payment_intent.status) == ("open", "requires_payment_method")

    await sandbox.pay(session.id)

    paid = await sandbox.retrieve(session.id, "payment_intent")
    charges = await sandbox.stripe.v1.charges.list_async({"payment_intent": paid.payment_intent.id})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]
    assert charges.data[1].id == error.charge


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_radarBlock", "card_declined", "fraudulent"),
        ("pm_sandbox_currencyNotSupported", "card_declined", "currency_not_supported"),
    ],
)
async def test_each_declining_card_says_why(sandbox: Running, method: str, code: str, decline_code: str) -> None:
    session = await sandbox.create()

    status, body = await sandbox.pay(session.id, method)

    assert (status, body["error"]["code"], body["error"]["decline_code"]) == (402, code, decline_code)
    charge = (await sandbox.receiver.wait_for("charge.failed")).data.object
    assert charge.outcome.type == ("blocked" if decline_code == "fraudulent" else "issuer_declined")


async def test_completed_authentication_pays_and_sends_the_buyer_to_the_shop(sandbox: Running) -> None:
    session = await sandbox.create()

    _, page = await sandbox.pay(session.id, "pm_card_threeDSecure2Required")
    assert page["payment_intent"]["status"] == "requires_action"
    location = await sandbox.answer_challenge(session.id, "complete")

    assert location == f"http://shop.test/done?session_id={session.id}"
    await sandbox.receiver.wait_for("payment_intent.requires_action")
    charge = (await sandbox.receiver.wait_for("charge.succeeded")).data.object
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"
    assert (await sandbox.retrieve(session.id)).payment_status == "paid"


async def test_failed_authentication_makes_no_charge_and_leaves_the_session_open(sandbox: Running) -> None:
    session = await sandbox.create()
    await sandbox.pay(session.id, "pm_sandbox_authentication")

    location = await sandbox.answer_challenge(session.id, "fail")

    assert location.startswith(f"/c/pay/{session.id}")
    failed = await sandbox.receiver.wait_for("payment_intent.payment_failed")
    error = failed.data.object.last_payment_error
    assert (error.code, error.type) == ("payment_intent_authentication_failure", "invalid_request_error")
    assert "charge.failed" not in sandbox.receiver.types()
    assert (await sandbox.stripe.v1.charges.list_async()).data == []
    assert (await sandbox.retrieve(session.id)).status == "open"


@pytest.mark.parametrize(
    ("method", "outcome", "payment_status", "intent_status"),
    [
        ("pm_sandbox_processing", "succeeded", "paid", "succeeded"),
        ("pm_sandbox_processingFails", "failed", "unpaid", "requires_payment_method"),
    ],
)
async def test_an_asynchronous_payment_completes_unpaid_and_settles_later(
    sandbox: Running, method: str, outcome: str, payment_status: str, intent_status: str
) -> None:
    session = await sandbox.create()
    await sandbox.pay(session.id, method)

    completed = await sandbox.receiver.wait_for("checkout.session.completed")
    assert completed.data.object.payment_status == "unpaid"
    await sandbox.receiver.wait_for("charge.pending")
    await sandbox.receiver.wait_for("payment_intent.processing")
    assert (await sandbox.retrieve(session.id)).status == "complete"

    sandbox.clock.now += 5
    await sandbox.receiver.wait_for(f"checkout.session.async_payment_{outcome}")
    settled = await sandbox.retrieve(session.id, "payment_intent")
    assert (settled.status, settled.payment_status) == ("complete", payment_status)
    assert settled.payment_intent.status == intent_status


async def test_refunds_add_up_until_nothing_is_left(sandbox: Running) -> None:
    session = await sandbox.create()
    await sandbox.pay(session.id)
    intent_id = (await sandbox.retrieve(session.id)).payment_intent

    await sandbox.stripe.v1.refunds.create_async({"payment_intent": intent_id, "amount": 200})
    await sandbox.stripe.v1.refunds.create_async({"payment_intent": intent_id})

    await sandbox.receiver.wait_for("charge.refunded", 2)
    await sandbox.receiver.wait_for("refund.created", 2)
    await sandbox.receiver.wait_for("refund.updated", 2)
    paid = await sandbox.retrieve(session.id, "payment_intent.latest_charge")
    charge = paid.payment_intent.latest_charge
    assert (charge.amount_refunded, charge.refunded, paid.payment_status) == (500, True, "paid")
    listed = await sandbox.stripe.v1.refunds.list_async({"charge": charge.id})
    assert [refund.amount for refund in listed.data] == [300, 200]
    status, body = await sandbox.post("/v1/refunds", {"charge": charge.id})
    assert (status, body["error"]["code"]) == (400, "charge_already_refunded")


async def test_the_dispute_card_succeeds_and_is_then_disputed(sandbox: Running) -> None:
    session = await sandbox.create()

    await sandbox.pay(session.id, "pm_card_createDispute")

    dispute = (await sandbox.receiver.wait_for("charge.dispute.created")).data.object
    paid = await sandbox.retrieve(session.id, "payment_intent.latest_charge")
    assert paid.payment_status == "paid"
    assert (paid.payment_intent.latest_charge.id, paid.payment_intent.latest_charge.disputed) == (dispute.charge, True)


async def test_a_subscription_carries_its_metadata_and_hides_its_intent(sandbox: Running) -> None:
    session = await sandbox.create("price_monthly", mode="subscription", subscription_data={"metadata": {"order": "9"}})
    assert session.subscription is None

    await sandbox.pay(session.id)

    paid = await sandbox.retrieve(session.id, "subscription.latest_invoice")
    assert (paid.payment_status, paid.payment_intent) == ("paid", None)
    assert paid.subscription.metadata.to_dict() == {"order": "9"}
    assert (paid.subscription.status, paid.subscription.latest_invoice.status) == ("active", "paid")
    intent = (await sandbox.receiver.wait_for("payment_intent.succeeded")).data.object
    assert intent.metadata.to_dict() == {}


async def test_a_subscription_whose_payment_fails_later_never_begins(sandbox: Running) -> None:
    session = await sandbox.create("price_monthly", mode="subscription")
    await sandbox.pay(session.id, "pm_sandbox_processingFails")
    assert (await sandbox.retrieve(session.id, "subscription")).subscription.status == "incomplete"

    sandbox.clock.now += 5
    await sandbox.receiver.wait_for("checkout.session.async_payment_failed")

    failed = await sandbox.retrieve(session.id, "subscription")
    assert (failed.payment_status, failed.subscription.status) == ("unpaid", "incomplete_expired")


async def test_expiry_by_the_clock_cancels_an_attempted_intent(sandbox: Running) -> None:
    session = await sandbox.create(expires_at=int(sandbox.clock.now) + 1_800)
    await sandbox.pay(session.id, "pm_card_chargeDeclined")

    sandbox.clock.now += 1_801

    expired = await sandbox.retrieve(session.id, "payment_intent")
    assert (expired.status, expired.url, expired.payment_intent.status) == ("expired", None, "canceled")
    await sandbox.receiver.wait_for("checkout.session.expired")
    await sandbox.receiver.wait_for("payment_intent.canceled")


async def test_a_session_nobody_paid_can_be_expired_once(sandbox: Running) -> None:
    session = await sandbox.create()

    expired = await sandbox.stripe.v1.checkout.sessions.expire_async(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    await sandbox.receiver.wait_for("checkout.session.expired")
    status, body = await sandbox.post(f"/v1/checkout/sessions/{session.id}/expire", {})
    assert status == 400
    assert body["error"]["message"] == (
        'Only Checkout Sessions with a status in ["open"] can be expired. '
        'This Checkout Session has a status of "expired".'
    )


async def test_what_was_open_unsettled_or_undelivered_is_taken_up_after_a_restart(
    sandbox: Running, tmp_path: Path
) -> None:
    receiver, path = sandbox.receiver, tmp_path / "sandbox.db"
    receiver.refusals = [500] * 3
    async with running(receiver, state_path=path, retry_delays_seconds=(1_000.0,)) as first:
        waiting = await first.create()
        settling = await first.create()
        await first.pay(settling.id, "pm_sandbox_processing")
        clock = first.clock

    async with running(receiver, state_path=path, clock=clock) as second:
        for event_type in ("payment_intent.created", "charge.pending", "checkout.session.completed"):
            await receiver.wait_for(event_type)
        clock.now += 10
        await receiver.wait_for("checkout.session.async_payment_succeeded")
        assert (await second.retrieve(settling.id)).payment_status == "paid"
        listed = await second.stripe.v1.checkout.sessions.list_async()
        assert [session.id for session in listed.data] == [settling.id, waiting.id]
        clock.now += 86_400
        await receiver.wait_for("checkout.session.expired")
