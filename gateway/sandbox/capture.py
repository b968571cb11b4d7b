"""Authorised money: captured in whole or in part, or released.

What a capture leaves over is shown as Stripe shows it: `amount_refunded` of the charge grows by the rest, and an entry
among the refunds stands for it whose `balance_transaction` is null, because no money moved.
"""

from gateway.sandbox import balance, money, papers
from gateway.sandbox.entities.after_payment import refund as new_refund
from gateway.sandbox.errors import StripeRefusal, invalid
from gateway.sandbox.params import Params
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object

_PARAMETERS = (
    "amount_details amount_to_capture application_fee_amount final_capture hooks metadata payment_details "
    "statement_descriptor statement_descriptor_suffix transfer_data".split()
)
_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")


def authorise(sandbox: Sandbox, intent: Object, charge: Object) -> None:
    """The bank holds the money; nothing has moved yet."""
    intent.update(status="requires_capture", amount_capturable=intent["amount"], next_action=None)
    sandbox.store.put(Kind.CHARGE, charge)
    sandbox.store.put(Kind.INTENT, intent)
    sandbox.emit("charge.succeeded", charge)
    sandbox.emit("payment_intent.amount_capturable_updated", intent)


def capture(sandbox: Sandbox, intent: Object, params: Params) -> Object:
    """Raises StripeRefusal unless the intent waits for its capture; everything is captured by default."""
    params.allow(_PARAMETERS)
    amount = params.integer("amount_to_capture", least=1) or intent["amount_capturable"]
    _refuse_unless_authorised(intent, "captured")
    if amount > intent["amount_capturable"]:
        most = money.shown(intent["amount_capturable"], intent["currency"])
        message = f"The payment intent could not be captured because the requested amount is greater than {most}."
        raise invalid(message, param="amount_to_capture", code="amount_too_large")
    charge = sandbox.store.need(Kind.CHARGE, intent["latest_charge"])
    charge.update(captured=True, amount_captured=amount, receipt_url=papers.receipt_url(sandbox, charge))
    balance.book_charge(sandbox, charge)
    rest = _release(sandbox, charge, charge["amount"] - amount)
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    sandbox.store.put(Kind.INTENT, intent)
    _mark_session_paid(sandbox, intent)
    sandbox.emit("charge.captured", charge)
    if rest is not None:
        sandbox.emit("refund.created", rest)
    sandbox.emit("payment_intent.succeeded", intent)
    return intent


def cancel(sandbox: Sandbox, intent: Object, params: Params) -> Object:
    """Release an authorisation. The intent of an open session is not canceled this way: the session is expired."""
    params.allow(("cancellation_reason",))
    reason = params.choice("cancellation_reason", _REASONS)
    _refuse_unless_authorised(intent, "canceled")
    charge = sandbox.store.need(Kind.CHARGE, intent["latest_charge"])
    rest = _release(sandbox, charge, charge["amount"])
    charge["refunded"] = True
    intent.update(status="canceled", amount_capturable=0, canceled_at=sandbox.store.now(), cancellation_reason=reason)
    sandbox.store.put(Kind.INTENT, intent)
    sandbox.emit("charge.refunded", charge)
    if rest is not None:
        sandbox.emit("refund.created", rest)
    sandbox.emit("payment_intent.canceled", intent)
    return intent


def _refuse_unless_authorised(intent: Object, participle: str) -> None:
    if intent["status"] != "requires_capture":
        raise _unexpected_state(intent, participle)


def _unexpected_state(intent: Object, participle: str) -> StripeRefusal:
    message = (
        f"This PaymentIntent could not be {participle} because it has a status of {intent['status']}. Only a "
        f"PaymentIntent with one of the following statuses may be {participle}: requires_capture."
    )
    return invalid(message, code="payment_intent_unexpected_state")


def _release(sandbox: Sandbox, charge: Object, amount: int) -> Object | None:
    sandbox.store.put(Kind.CHARGE, charge)
    if amount == 0:
        return None
    charge["amount_refunded"] += amount
    entry = new_refund(
        charge=charge, amount=amount, created=sandbox.store.now(), reason=None, metadata={}, status="succeeded"
    )
    return sandbox.store.put(Kind.REFUND, entry)


def _mark_session_paid(sandbox: Sandbox, intent: Object) -> None:
    """Without an event: Stripe announces the capture by the intent and the charge alone."""
    for session in sandbox.store.newest_first(Kind.SESSION):
        if session["payment_intent"] == intent["id"]:
            session["payment_status"] = "paid"
            sandbox.store.put(Kind.SESSION, session)
            return
