"""Receipts of charges, and the invoice of a one-time payment whose create asked for one."""

from gateway.sandbox import subscriptions
from gateway.sandbox.entities import billing
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object


def receipt_url(sandbox: Sandbox, charge: Object) -> str:
    """The page of a charge that took money; `paper_page` shows it."""
    return f"{sandbox.config.base_url.rstrip('/')}/receipts/{charge['id']}"


def issue_invoice(sandbox: Sandbox, session: Object, private: Object) -> None:
    """Once the session is paid: an invoice that is paid already, named by the session; none if none was asked for."""
    creation = session["invoice_creation"]
    if session["mode"] != "payment" or not creation or not creation["enabled"]:
        return
    details = session["customer_details"]
    customer = billing.customer(created=sandbox.store.now(), email=details["email"], name=details["name"])
    sandbox.store.put(Kind.CUSTOMER, customer)
    invoice = billing.invoice(
        subscription=None,
        customer=customer,
        currency=session["currency"],
        line_items=private["line_items"],
        totals={
            "subtotal": session["amount_subtotal"],
            "tax": session["total_details"]["amount_tax"],
            "shipping": session["total_details"]["amount_shipping"],
            "total": session["amount_total"],
        },
        reason="manual",
        created=sandbox.store.now(),
        metadata=dict(creation["invoice_data"]["metadata"]),
    )
    invoice["hosted_invoice_url"] = subscriptions.invoice_url(sandbox, invoice)
    sandbox.store.put(Kind.INVOICE, invoice)
    session.update(invoice=invoice["id"], customer=customer["id"])
    subscriptions.emit_new_invoice(sandbox, invoice)
    subscriptions.attach_payment(sandbox, invoice, sandbox.store.need(Kind.INTENT, private["intent"]))
    subscriptions.pay_invoice(sandbox, invoice)
