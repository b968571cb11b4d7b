"""Subscription mode: what a session names when it is complete, how invoices and intents are joined, and renewals."""

from typing import Any

from tests.integration.sandbox.conftest import Running

METADATA = {"subscription_data": {"metadata": {"order": "9"}}}


async def subscribed(sandbox: Running, **extra: Any) -> Any:
    session = await sandbox.create("price_monthly", mode="subscription", **{**METADATA, **extra})
    await sandbox.pay(session.id)
    return await sandbox.retrieve(session.id)


async def intent_of(sandbox: Running, invoice_id: str) -> Any:
    params: Any = {"expand": ["payments.data.payment.payment_intent"]}
    invoice = await sandbox.stripe.v1.invoices.retrieve_async(invoice_id, params)
    return invoice.payments.data[0].payment.payment_intent  # type: ignore[union-attr]


async def test_a_complete_session_names_its_subscription_and_first_invoice(sandbox: Running) -> None:
    session = await subscribed(sandbox)

    invoice = await sandbox.stripe.v1.invoices.retrieve_async(session.invoice)
    shown = invoice.to_dict()
    assert (invoice.billing_reason, invoice.status, invoice.amount_paid) == ("subscription_create", "paid", 900)
    assert "payment_intent" not in shown
    assert "payments" not in shown
    details: Any = invoice.parent.subscription_details  # type: ignore[union-attr]
    assert (details.subscription, details.metadata.to_dict()) == (session.subscription, {"order": "9"})


async def test_invoice_and_intent_lead_to_each_other(sandbox: Running) -> None:
    session = await subscribed(sandbox)

    intent = await intent_of(sandbox, session.invoice)

    assert (intent.status, intent.amount_received, intent.metadata.to_dict()) == ("succeeded", 900, {})
    payments = sandbox.stripe.v1.invoice_payments
    by_invoice = await payments.list_async({"invoice": session.invoice})
    by_intent = await payments.list_async({"payment": {"type": "payment_intent", "payment_intent": intent.id}})
    assert [each.id for each in by_invoice.data] == [each.id for each in by_intent.data]
    only: Any = by_intent.data[0]
    assert (only.invoice, only.status, only.amount_paid) == (session.invoice, "paid", 900)
    nothing = await payments.list_async({"payment": {"type": "payment_intent", "payment_intent": "pi_none"}})
    assert nothing.data == []


async def test_the_events_of_a_first_payment_say_who_paid_what(sandbox: Running) -> None:
    session = await subscribed(sandbox)

    paid = (await sandbox.receiver.wait_for("invoice.paid")).data.object
    payment = (await sandbox.receiver.wait_for("invoice_payment.paid")).data.object

    assert "payments" not in paid.to_dict()
    assert (paid.id, payment.invoice, payment.amount_paid) == (session.invoice, session.invoice, 900)


async def test_a_renewal_is_a_new_invoice_with_an_intent_of_its_own(sandbox: Running) -> None:
    session = await subscribed(sandbox)
    sandbox.clock.now += 30 * 86_400

    renewal = await sandbox.control(f"subscriptions/{session.subscription}/renew")

    assert (renewal["billing_reason"], renewal["status"]) == ("subscription_cycle", "paid")
    assert renewal["parent"]["subscription_details"]["metadata"] == {"order": "9"}
    first, second = await intent_of(sandbox, session.invoice), await intent_of(sandbox, renewal["id"])
    assert first.id != second.id
    subscription = await sandbox.stripe.v1.subscriptions.retrieve_async(session.subscription)
    assert subscription.latest_invoice == renewal["id"]
    assert (await sandbox.retrieve(session.id)).invoice == session.invoice
    listed = await sandbox.stripe.v1.invoices.list_async({"subscription": session.subscription})
    assert [invoice.id for invoice in listed.data] == [renewal["id"], session.invoice]


async def test_a_renewal_that_is_declined_leaves_its_invoice_open(sandbox: Running) -> None:
    session = await subscribed(sandbox)

    path = f"subscriptions/{session.subscription}/renew"
    renewal = await sandbox.control(path, payment_method="pm_card_chargeDeclined")

    failed = (await sandbox.receiver.wait_for("invoice.payment_failed")).data.object
    assert (failed.id, failed.status, failed.billing_reason) == (renewal["id"], "open", "subscription_cycle")
    await sandbox.receiver.wait_for("charge.failed")
    await sandbox.receiver.wait_for("payment_intent.payment_failed")
    assert (await sandbox.stripe.v1.subscriptions.retrieve_async(session.subscription)).status == "past_due"


async def test_the_first_invoice_carries_tax_and_discount_and_a_renewal_only_a_lasting_one(sandbox: Running) -> None:
    once = await sandbox.stripe.v1.coupons.create_async({"percent_off": 50, "duration": "once"})
    taxed = {"automatic_tax": {"enabled": True}}
    session = await subscribed(sandbox, discounts=[{"coupon": once.id}], **taxed)

    renewal = await sandbox.control(f"subscriptions/{session.subscription}/renew")

    first = await sandbox.stripe.v1.invoices.retrieve_async(session.invoice)
    assert (session.amount_total, first.subtotal, first.total_excluding_tax, first.total) == (495, 900, 450, 495)
    assert (renewal["subtotal"], renewal["total"]) == (900, 990)


async def test_a_subscription_that_costs_nothing_first_has_a_paid_invoice_without_payments(sandbox: Running) -> None:
    free = await sandbox.stripe.v1.coupons.create_async({"percent_off": 100})
    session = await subscribed(sandbox, discounts=[{"coupon": free.id}])

    invoice = await sandbox.stripe.v1.invoices.retrieve_async(session.invoice, {"expand": ["payments"]})

    assert (session.payment_status, invoice.status, invoice.amount_due) == ("no_payment_required", "paid", 0)
    assert invoice.payments is not None
    assert invoice.payments.data == []


async def test_a_subscription_whose_first_payment_fails_later_says_so_by_its_invoice(sandbox: Running) -> None:
    session = await sandbox.create("price_monthly", mode="subscription")
    await sandbox.pay(session.id, "pm_sandbox_processingFails")

    sandbox.clock.now += 5

    failed = (await sandbox.receiver.wait_for("invoice.payment_failed")).data.object
    payments = await sandbox.stripe.v1.invoice_payments.list_async({"invoice": failed.id})
    assert [payment.status for payment in payments.data] == ["canceled"]


async def test_a_decline_before_completion_fails_the_invoice_that_the_session_names_later(sandbox: Running) -> None:
    session = await sandbox.create("price_monthly", mode="subscription", **METADATA)
    await sandbox.pay(session.id, "pm_card_chargeDeclined")
    failed = (await sandbox.receiver.wait_for("invoice.payment_failed")).data.object
    assert (await sandbox.retrieve(session.id)).invoice is None

    await sandbox.pay(session.id)

    assert (await sandbox.retrieve(session.id)).invoice == failed.id
    assert failed.parent.subscription_details.metadata.to_dict() == {"order": "9"}
    intent = await intent_of(sandbox, failed.id)
    charges = await sandbox.stripe.v1.charges.list_async({"payment_intent": intent.id})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


async def test_an_order_that_changes_after_a_decline_gets_another_invoice_and_intent(sandbox: Running) -> None:
    coupon = await sandbox.stripe.v1.coupons.create_async({"percent_off": 10})
    promotion: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "TEN"}
    await sandbox.stripe.v1.promotion_codes.create_async(promotion)
    session = await sandbox.create("price_monthly", mode="subscription", allow_promotion_codes=True)
    await sandbox.pay(session.id, "pm_card_chargeDeclined")

    await sandbox.control(f"checkout/sessions/{session.id}/promotion_code", code="TEN")
    await sandbox.pay(session.id)

    voided = (await sandbox.receiver.wait_for("invoice.voided")).data.object
    paid = await sandbox.retrieve(session.id, "invoice")
    assert (paid.invoice.id != voided.id, paid.invoice.amount_paid, voided.status) == (True, 810, "void")
    await sandbox.receiver.wait_for("payment_intent.canceled")


async def test_an_expired_session_voids_the_invoice_of_a_declined_attempt(sandbox: Running) -> None:
    session = await sandbox.create("price_monthly", mode="subscription")
    await sandbox.pay(session.id, "pm_card_chargeDeclined")

    await sandbox.stripe.v1.checkout.sessions.expire_async(session.id)

    await sandbox.receiver.wait_for("invoice.voided")
    subscriptions = (await sandbox.stripe.v1.subscriptions.list_async()).data
    assert [each.status for each in subscriptions] == ["incomplete_expired"]
