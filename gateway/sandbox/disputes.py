"""Disputes: opened on a charge, moved from state to state, and the money that goes and comes with them.

The usual movements are made by themselves: the amount leaves when a dispute (not an inquiry) needs a response or is
lost from the start, and returns when it is won or prevented. `funds` says otherwise, for money that returns without a
win, in part, or not at all.
"""

from gateway.sandbox import balance
from gateway.sandbox.entities.after_payment import dispute as new_dispute
from gateway.sandbox.errors import invalid
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object

STATES = (
    "warning_needs_response warning_under_review warning_closed needs_response under_review prevented won lost".split()
)
FUNDS = ("auto", "none", "withdrawn", "reinstated")

_CLOSED = frozenset(("warning_closed", "prevented", "won", "lost"))
_WITHDRAWN_IN = frozenset(("needs_response", "under_review", "lost"))
_REINSTATED_IN = frozenset(("prevented", "won"))
_UNDER_REVIEW = frozenset(("warning_under_review", "under_review"))
_MOST_MOVEMENTS = 2


def open_dispute(
    sandbox: Sandbox,
    charge: Object,
    *,
    status: str = "needs_response",
    reason: str = "fraudulent",
    amount: int | None = None,
    funds: str = "auto",
) -> Object:
    """A dispute in any state, so also one that is lost from the start. `amount` is the whole charge by default."""
    if not charge["captured"]:
        raise invalid("Only a captured charge can be disputed.")
    if amount is not None and amount > charge["amount_captured"]:
        raise invalid("A dispute cannot be about more than was captured.", param="amount")
    dispute = new_dispute(
        charge=charge,
        amount=amount or charge["amount_captured"],
        created=sandbox.store.now(),
        status=status,
        reason=reason,
    )
    movement = _movement(dispute, status, funds)
    charge["disputed"] = True
    sandbox.store.put(Kind.CHARGE, charge)
    sandbox.store.put(Kind.DISPUTE, dispute)
    if movement == "withdrawn":
        _withdraw(sandbox, dispute)
    sandbox.emit("charge.dispute.created", dispute)
    if movement == "withdrawn":
        sandbox.emit("charge.dispute.funds_withdrawn", dispute)
    if status in _CLOSED:
        sandbox.emit("charge.dispute.closed", dispute)
    return dispute


def move_dispute(
    sandbox: Sandbox, dispute: Object, status: str, *, funds: str = "auto", funds_amount: int | None = None
) -> Object:
    """Bring it into any state, whatever the one before; `funds_amount` makes a partial reinstatement.

    Raises StripeRefusal for a movement that cannot be: Stripe shows two balance transactions at most.
    """
    movement = _movement(dispute, status, funds)
    if funds_amount is not None and funds_amount > dispute["amount"]:
        raise invalid("Funds cannot be more than the dispute is about.", param="funds_amount")
    previous = {"status": dispute["status"]}
    dispute["status"] = status
    if status in _UNDER_REVIEW:
        evidence = dispute["evidence_details"]
        evidence.update(has_evidence=True, submission_count=evidence["submission_count"] + 1)
    if movement == "withdrawn":
        _withdraw(sandbox, dispute)
    elif movement == "reinstated":
        _reinstate(sandbox, dispute, funds_amount or dispute["amount"])
    sandbox.store.put(Kind.DISPUTE, dispute)
    if movement is not None:
        sandbox.emit(f"charge.dispute.funds_{movement}", dispute)
    if status != previous["status"]:
        event = "charge.dispute.closed" if status in _CLOSED else "charge.dispute.updated"
        sandbox.emit(event, dispute, previous=previous)
    return dispute


def _movement(dispute: Object, status: str, funds: str) -> str | None:
    """Which way the money goes now, if it does."""
    made = len(dispute["balance_transactions"])
    if funds == "auto":
        if status in _WITHDRAWN_IN and made == 0:
            return "withdrawn"
        return "reinstated" if status in _REINSTATED_IN and made == 1 else None
    if funds == "none":
        return None
    if made >= _MOST_MOVEMENTS or (funds == "withdrawn") != (made == 0):
        raise invalid(f"After {made} movements of this dispute its funds cannot be {funds}.", param="funds")
    return funds


def _withdraw(sandbox: Sandbox, dispute: Object) -> None:
    _book(sandbox, dispute, -dispute["amount"], category="dispute", fee=balance.DISPUTE_FEE)


def _reinstate(sandbox: Sandbox, dispute: Object, amount: int) -> None:
    _book(sandbox, dispute, amount, category="dispute_reversal", fee=0)


def _book(sandbox: Sandbox, dispute: Object, amount: int, *, category: str, fee: int) -> None:
    booked = balance.book(sandbox, dispute, amount, kind="adjustment", category=category, fee=fee)
    dispute["balance_transactions"].append(booked)
    sandbox.store.put(Kind.DISPUTE, dispute)
