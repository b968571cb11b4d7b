"""Refunds, whole or in part, of a charge or of the charge behind a PaymentIntent.

A session's status never changes by one.
"""

from gateway.sandbox import money
from gateway.sandbox.entities.payment import refund as new_refund
from gateway.sandbox.errors import invalid, no_such
from gateway.sandbox.params import Params
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object, Store

_PARAMETERS = (
    "amount charge currency customer instructions_email metadata origin payment_intent reason "
    "refund_application_fee reverse_transfer".split()
)


def create_refund(sandbox: Sandbox, params: Params) -> Object:
    """Raises StripeRefusal when there is nothing (left) to refund; `amount` is in minor units, the rest by default."""
    params.allow(_PARAMETERS)
    charge = _charge_of(sandbox.store, params)
    amount = params.integer("amount", least=1)
    reason = params.choice("reason", ("duplicate", "fraudulent", "requested_by_customer"))
    metadata = params.metadata()
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, code="charge_already_refunded")
    if amount is not None and amount > left:
        asked, rest = money.shown(amount, charge["currency"]), money.shown(left, charge["currency"])
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})"
        raise invalid(message, param="amount")
    refund = new_refund(
        charge=charge, amount=amount or left, created=sandbox.store.now(), reason=reason, metadata=metadata
    )
    sandbox.store.put(Kind.REFUND, refund)
    _book(sandbox, charge, refund)
    return refund


def _charge_of(store: Store, params: Params) -> Object:
    charge_id, intent_id = params.text("charge"), params.text("payment_intent")
    if charge_id is None and intent_id is None:
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise invalid(message)
    if charge_id is None:
        intent = store.get(Kind.INTENT, intent_id or "")
        if intent is None:
            raise no_such("payment_intent", intent_id or "", param="payment_intent", status=404)
        charge_id = intent["latest_charge"] or ""
    charge = store.get(Kind.CHARGE, charge_id)
    if charge is None and intent_id is None:
        raise no_such("charge", charge_id, param="charge", status=404)
    if charge is None or charge["status"] != "succeeded":
        owner = f"PaymentIntent ({intent_id})" if intent_id else f"Charge ({charge_id})"
        raise invalid(f"This {owner} does not have a successful charge to refund.")
    return charge


def _book(sandbox: Sandbox, charge: Object, refund: Object) -> None:
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += refund["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    sandbox.store.put(Kind.CHARGE, charge)
    sandbox.emit("refund.created", refund)
    sandbox.emit("charge.refunded", charge, previous=previous)
    # Stripe updates a refund once the acquirer has given it a reference; here that is at once.
    details = {**refund["destination_details"]}
    refund["destination_details"] = {
        **details,
        "card": {**details["card"], "reference": "1234567890123456", "reference_status": "available"},
    }
    sandbox.emit("refund.updated", refund, previous={"destination_details": details})
