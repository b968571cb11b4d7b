"""The steps every payment is made of: an intent succeeds or fails, a session completes.

Each changes its objects and emits the event Stripe would. Which step comes when is decided by `payment`,
`settlement` and `renewals`.
"""

from gateway.sandbox import balance, discounts, papers, subscriptions
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object


def succeed(sandbox: Sandbox, intent: Object, charge: Object) -> None:
    balance.book_charge(sandbox, charge)
    charge["receipt_url"] = papers.receipt_url(sandbox, charge)
    intent.update(status="succeeded", amount_received=intent["amount"], next_action=None)
    sandbox.store.put(Kind.CHARGE, charge)
    sandbox.store.put(Kind.INTENT, intent)
    sandbox.emit("charge.succeeded", charge)
    sandbox.emit("payment_intent.succeeded", intent)


def fail_intent(sandbox: Sandbox, intent: Object, error: Object) -> None:
    intent.update(status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=error)
    sandbox.store.put(Kind.INTENT, intent)
    sandbox.emit("payment_intent.payment_failed", intent)


def fail_charge(charge: Object, *, code: str, message: str) -> None:
    charge.update(status="failed", paid=False, captured=False, failure_code=code, failure_message=message)


def decline_error(charge: Object, method: Object, decline_code: str) -> Object:
    code = charge["failure_code"]
    return {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline_code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": charge["failure_message"],
        "payment_method": method,
        "type": "card_error",
    }


def complete(sandbox: Sandbox, session: Object, private: Object, *, payment_status: str) -> None:
    session.update(status="complete", url=None, payment_status=payment_status)
    session["collected_information"] = {
        "business_name": None,
        "individual_name": None,
        "shipping_details": private.get("ships_to"),
    }
    discounts.redeem(sandbox.store, private["discount"])
    if session["mode"] == "subscription":
        subscriptions.begin(sandbox, session, private)
    elif payment_status == "paid":
        papers.issue_invoice(sandbox, session, private)
    sandbox.store.put(Kind.SESSION, session)
    sandbox.emit("checkout.session.completed", session)
