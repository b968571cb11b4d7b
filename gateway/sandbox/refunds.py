"""Refunds, whole or in part, of a charge or of the charge behind a PaymentIntent; and what becomes of them later.

A session's status never changes by one. A refund has its `balance_transaction` once money moved.
"""

from gateway.sandbox import balance, money
from gateway.sandbox.entities.after_payment import refund as new_refund
from gateway.sandbox.errors import invalid, no_such
from gateway.sandbox.params import Params
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object, Store
from gateway.sandbox.switches import refunds_begin_pending

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
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, code="charge_already_refunded")
    if amount is not None and amount > left:
        asked, rest = money.shown(amount, charge["currency"]), money.shown(left, charge["currency"])
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})"
        raise invalid(message, param="amount")
    pending = refunds_begin_pending(sandbox.store)
    refund = new_refund(
        charge=charge,
        amount=amount or left,
        created=sandbox.store.now(),
        reason=reason,
        metadata=metadata,
        status="pending" if pending else "succeeded",
    )
    _announce(sandbox, charge, refund)
    if not pending:
        _add_reference(sandbox, refund)
    return refund


def succeed_refund(sandbox: Sandbox, refund: Object) -> Object:
    """A pending refund reaches the buyer. Raises StripeRefusal for any other."""
    _refuse_unless_pending(refund)
    previous = {"status": refund["status"], "balance_transaction": None}
    refund.update(status="succeeded", balance_transaction=_book(sandbox, refund))
    refund.pop("pending_reason", None)
    sandbox.store.put(Kind.REFUND, refund)
    _emit_update(sandbox, refund, previous)
    return refund


def fail_refund(sandbox: Sandbox, refund: Object, reason: str) -> Object:
    """The buyer's bank sends the money back, after success too; it is on the account again and can be refunded anew."""
    if refund["status"] not in ("pending", "succeeded"):
        raise invalid(f"This refund has a status of {refund['status']} and cannot fail.")
    previous = {"status": refund["status"]}
    refund.update(status="failed", failure_reason=reason)
    refund.pop("pending_reason", None)
    if refund["balance_transaction"]:
        returned = balance.book(sandbox, refund, refund["amount"], kind="refund_failure", category="refund_failure")
        refund["failure_balance_transaction"] = returned["id"]
    _give_back(sandbox, refund)
    sandbox.emit("refund.failed", refund)
    _emit_update(sandbox, refund, previous)
    return refund


def cancel_refund(sandbox: Sandbox, refund: Object) -> Object:
    """A pending refund is called off before any money moved. Raises StripeRefusal for any other."""
    _refuse_unless_pending(refund)
    previous = {"status": refund["status"]}
    refund["status"] = "canceled"
    refund.pop("pending_reason", None)
    _give_back(sandbox, refund)
    _emit_update(sandbox, refund, previous)
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
    if charge is None or charge["status"] != "succeeded" or not charge["captured"]:
        owner = f"PaymentIntent ({intent_id})" if intent_id else f"Charge ({charge_id})"
        raise invalid(f"This {owner} does not have a successful charge to refund.")
    return charge


def _announce(sandbox: Sandbox, charge: Object, refund: Object) -> None:
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += refund["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    if refund["status"] == "pending":
        refund["pending_reason"] = "processing"
    else:
        refund["balance_transaction"] = _book(sandbox, refund)
    sandbox.store.put(Kind.CHARGE, charge)
    sandbox.store.put(Kind.REFUND, refund)
    sandbox.emit("refund.created", refund)
    sandbox.emit("charge.refunded", charge, previous=previous)


def _book(sandbox: Sandbox, refund: Object) -> str:
    booked_id: str = balance.book(sandbox, refund, -refund["amount"], kind="refund", category="refund")["id"]
    return booked_id


def _add_reference(sandbox: Sandbox, refund: Object) -> None:
    """Stripe updates a refund once the acquirer has given it a reference; here that is at once."""
    details = {**refund["destination_details"]}
    refund["destination_details"] = {
        **details,
        "card": {**details["card"], "reference": "1234567890123456", "reference_status": "available"},
    }
    sandbox.emit("refund.updated", refund, previous={"destination_details": details})


def _refuse_unless_pending(refund: Object) -> None:
    if refund["status"] != "pending":
        raise invalid(f"This refund has a status of {refund['status']}; only a pending one can do that.")


def _give_back(sandbox: Sandbox, refund: Object) -> None:
    charge = sandbox.store.need(Kind.CHARGE, refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    sandbox.store.put(Kind.CHARGE, charge)
    sandbox.store.put(Kind.REFUND, refund)


def _emit_update(sandbox: Sandbox, refund: Object, previous: Object) -> None:
    sandbox.emit("refund.updated", refund, previous=previous)
    sandbox.emit("charge.refund.updated", refund, previous=previous)
