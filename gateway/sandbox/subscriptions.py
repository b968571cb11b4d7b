"""What a subscription checkout leaves behind: customer, subscription, its first invoice and that invoice's payment.

All four exist from the first attempt on, so a decline is an `invoice.payment_failed` too; the session names them from
its completion on. Renewals are in `renewals`.
"""

from gateway.sandbox.entities import billing
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object


def prepare(sandbox: Sandbox, session: Object, private: Object) -> None:
    """Create customer, subscription (`incomplete`) and open invoice for the session's present totals."""
    now, details = sandbox.store.now(), session["customer_details"]
    customer = billing.customer(created=now, email=details["email"], name=details["name"])
    subscription = billing.subscription(
        customer_id=customer["id"],
        line_items=private["line_items"],
        created=now,
        metadata=dict(private["subscription_data"]["metadata"]),
        currency=session["currency"],
    )
    subscription["automatic_tax"]["enabled"] = session["automatic_tax"]["enabled"]
    if private["trial_days"] is not None:
        subscription.update(trial_start=now, trial_end=now + private["trial_days"] * 86_400)
    sandbox.store.put(Kind.CUSTOMER, customer)
    sandbox.emit("customer.created", customer)
    sandbox.store.put(Kind.SUBSCRIPTION, subscription)
    totals = {
        "subtotal": session["amount_subtotal"],
        "tax": session["total_details"]["amount_tax"],
        "total": session["amount_total"],
    }
    invoice = new_invoice(sandbox, subscription, private["line_items"], totals, "subscription_create")
    sandbox.emit("customer.subscription.created", subscription)
    emit_new_invoice(sandbox, invoice)
    private["billing"] = {
        "customer": customer["id"],
        "subscription": subscription["id"],
        "invoice": invoice["id"],
    }
    sandbox.store.put(Kind.CHECKOUT, private)


def attempt_failed(sandbox: Sandbox, private: Object) -> None:
    """The first invoice stays open for the buyer's next card."""
    if private["billing"]:
        sandbox.emit("invoice.payment_failed", sandbox.store.need(Kind.INVOICE, private["billing"]["invoice"]))


def begin(sandbox: Sandbox, session: Object, private: Object) -> None:
    """Name it all at the session's completion; paid at once unless the payment settles later."""
    intent = sandbox.store.get(Kind.INTENT, private["intent"] or "")
    if not private["billing"]:
        prepare(sandbox, session, private)
        if intent is not None:  # an older sandbox made it without an invoice
            attach_payment(sandbox, sandbox.store.need(Kind.INVOICE, private["billing"]["invoice"]), intent)
    session.update(private["billing"])
    if intent is not None:
        subscription = sandbox.store.need(Kind.SUBSCRIPTION, session["subscription"])
        subscription["default_payment_method"] = intent["payment_method"]
        sandbox.store.put(Kind.SUBSCRIPTION, subscription)
    if session["payment_status"] != "unpaid":
        settle(sandbox, session, succeeded=True)


def abandon(sandbox: Sandbox, private: Object) -> None:
    """The order changed or the session expired after an attempt: its invoice will never be paid."""
    if private["billing"] is None:
        return
    subscription = sandbox.store.need(Kind.SUBSCRIPTION, private["billing"]["subscription"])
    invoice = sandbox.store.need(Kind.INVOICE, private["billing"]["invoice"])
    private["billing"] = None
    sandbox.store.put(Kind.CHECKOUT, private)
    _void(sandbox, invoice)
    sandbox.emit("invoice.voided", invoice)
    _expire(sandbox, subscription)


def settle(sandbox: Sandbox, session: Object, *, succeeded: bool) -> None:
    """The first invoice is paid, or it never will be and the subscription is `incomplete_expired`."""
    subscription = sandbox.store.need(Kind.SUBSCRIPTION, session["subscription"])
    invoice = sandbox.store.need(Kind.INVOICE, session["invoice"])
    if not succeeded:
        _void(sandbox, invoice)
        sandbox.emit("invoice.payment_failed", invoice)
        _expire(sandbox, subscription)
        return
    previous = {"status": subscription["status"]}
    pay_invoice(sandbox, invoice)
    subscription["status"] = "active" if subscription["trial_end"] is None else "trialing"
    sandbox.store.put(Kind.SUBSCRIPTION, subscription)
    sandbox.emit("customer.subscription.updated", subscription, previous=previous)


def new_invoice(
    sandbox: Sandbox, subscription: Object, line_items: list[Object], totals: Object, reason: str
) -> Object:
    """The subscription's latest invoice from now on, still open and not announced."""
    invoice = billing.invoice(
        subscription=subscription,
        customer=sandbox.store.need(Kind.CUSTOMER, subscription["customer"]),
        currency=subscription["currency"],
        line_items=line_items,
        totals=totals,
        reason=reason,
        created=sandbox.store.now(),
    )
    invoice["hosted_invoice_url"] = invoice_url(sandbox, invoice)
    subscription["latest_invoice"] = invoice["id"]
    sandbox.store.put(Kind.SUBSCRIPTION, subscription)
    return sandbox.store.put(Kind.INVOICE, invoice)


def invoice_url(sandbox: Sandbox, invoice: Object) -> str:
    """The page of an invoice; `paper_page` shows it."""
    return f"{sandbox.config.base_url.rstrip('/')}/invoices/{invoice['id']}"


def emit_new_invoice(sandbox: Sandbox, invoice: Object) -> None:
    sandbox.emit("invoice.created", invoice)
    sandbox.emit("invoice.finalized", invoice)


def attach_payment(sandbox: Sandbox, invoice: Object, intent: Object) -> None:
    payment = billing.invoice_payment(invoice=invoice, intent=intent, created=sandbox.store.now())
    sandbox.store.put(Kind.INVOICE_PAYMENT, payment)


def payments_of(sandbox: Sandbox, invoice: Object) -> list[Object]:
    """The invoice's payments, newest first."""
    return [each for each in sandbox.store.newest_first(Kind.INVOICE_PAYMENT) if each["invoice"] == invoice["id"]]


def pay_invoice(sandbox: Sandbox, invoice: Object) -> None:
    """Paid in full, by its payment or because nothing was due."""
    now = sandbox.store.now()
    invoice.update(status="paid", amount_paid=invoice["amount_due"], amount_remaining=0)
    invoice["status_transitions"]["paid_at"] = now
    sandbox.store.put(Kind.INVOICE, invoice)
    sandbox.emit("invoice.paid", invoice)
    sandbox.emit("invoice.payment_succeeded", invoice)
    for payment in payments_of(sandbox, invoice):
        payment.update(status="paid", amount_paid=invoice["amount_paid"])
        payment["status_transitions"]["paid_at"] = now
        sandbox.store.put(Kind.INVOICE_PAYMENT, payment)
        sandbox.emit("invoice_payment.paid", payment)


def _void(sandbox: Sandbox, invoice: Object) -> None:
    now = sandbox.store.now()
    invoice["status"] = "void"
    invoice["status_transitions"]["voided_at"] = now
    sandbox.store.put(Kind.INVOICE, invoice)
    for payment in payments_of(sandbox, invoice):
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = now
        sandbox.store.put(Kind.INVOICE_PAYMENT, payment)


def _expire(sandbox: Sandbox, subscription: Object) -> None:
    previous = {"status": subscription["status"]}
    subscription.update(status="incomplete_expired", ended_at=sandbox.store.now())
    sandbox.store.put(Kind.SUBSCRIPTION, subscription)
    sandbox.emit("customer.subscription.updated", subscription, previous=previous)
