"""What a subscription checkout leaves behind: customer, subscription and its first invoice.

Renewals do not happen here.
"""

from gateway.sandbox.entities import billing
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object


def begin(sandbox: Sandbox, session: Object, private: Object) -> None:
    """Create all three at the session's completion; paid at once unless the payment settles later."""
    now = sandbox.store.now()
    details = session["customer_details"]
    intent = sandbox.store.get(Kind.INTENT, private["intent"] or "")
    customer = billing.customer(created=now, email=details["email"], name=details["name"])
    subscription = billing.subscription(
        customer_id=customer["id"],
        line_items=private["line_items"],
        created=now,
        metadata=dict(private["subscription_data"]["metadata"]),
        method_id=intent["payment_method"] if intent else None,
    )
    invoice = billing.invoice(subscription=subscription, session=session, line_items=private["line_items"], created=now)
    subscription["latest_invoice"] = invoice["id"]
    session.update(customer=customer["id"], subscription=subscription["id"], invoice=invoice["id"])
    sandbox.store.put(Kind.CUSTOMER, customer)
    sandbox.store.put(Kind.SUBSCRIPTION, subscription)
    sandbox.store.put(Kind.INVOICE, invoice)
    sandbox.emit("customer.created", customer)
    sandbox.emit("customer.subscription.created", subscription)
    sandbox.emit("invoice.created", invoice)
    sandbox.emit("invoice.finalized", invoice)
    if session["payment_status"] != "unpaid":
        settle(sandbox, session, succeeded=True)


def settle(sandbox: Sandbox, session: Object, *, succeeded: bool) -> None:
    """The first invoice is paid, or it never will be and the subscription is `incomplete_expired`."""
    subscription = sandbox.store.need(Kind.SUBSCRIPTION, session["subscription"])
    invoice = sandbox.store.need(Kind.INVOICE, session["invoice"])
    previous = {"status": subscription["status"]}
    if succeeded:
        invoice.update(status="paid", amount_paid=invoice["amount_due"], amount_remaining=0)
        invoice["status_transitions"]["paid_at"] = sandbox.store.now()
        subscription["status"] = "active"
        sandbox.emit("invoice.paid", invoice)
        sandbox.emit("invoice.payment_succeeded", invoice)
    else:
        invoice["status"] = "void"
        invoice["status_transitions"]["voided_at"] = sandbox.store.now()
        subscription.update(status="incomplete_expired", ended_at=sandbox.store.now())
        sandbox.emit("invoice.payment_failed", invoice)
    sandbox.store.put(Kind.INVOICE, invoice)
    sandbox.store.put(Kind.SUBSCRIPTION, subscription)
    sandbox.emit("customer.subscription.updated", subscription, previous=previous)
