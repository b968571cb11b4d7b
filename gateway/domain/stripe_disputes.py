"""Stripe's dispute objects → facts: state, deadline, and the balance transactions by which money moved."""

from collections.abc import Mapping

from gateway.domain.facts import NO_FACTS, BalanceTransaction, Dispute, DisputeState, DisputeView, Facts
from gateway.domain.json_fields import Object, currency, identifier, mapping, moment, number, objects, reference, text

LONGEST_REASON = 100
STATES: Mapping[str, DisputeState] = {state.name.lower(): state for state in DisputeState}


def read_dispute_facts(dispute: Object, *, answer: int) -> tuple[Facts, str | None]:
    """The dispute's facts and its status as sent; no facts where it has no id, no amount or an undocumented status."""
    key, amount, money = identifier(dispute, "id"), number(dispute, "amount"), currency(dispute)
    status = text(dispute, "status")
    state = STATES.get(status or "")
    if key is None or amount is None or state is None:
        return NO_FACTS, status
    moved = {
        transaction_id: BalanceTransaction(worth, settled, moment(transaction, "created") or 0)
        for transaction in objects(dispute, "balance_transactions")
        if (transaction_id := identifier(transaction, "id")) is not None
        and (worth := number(transaction, "amount")) is not None
        and (settled := currency(transaction)) is not None
    }
    view = DisputeView(
        answer=answer,
        transactions=len(moved),
        state=state,
        reason=(text(dispute, "reason") or "")[:LONGEST_REASON],
        respond_by=moment(mapping(dispute, "evidence_details"), "due_by") or 0,
    )
    shown = Dispute(
        newest=view,
        amounts={money or "": amount},
        closed=frozenset({state} if state.is_closed else ()),
        transactions=moved,
        intent_id=reference(dispute, "payment_intent"),
        charge_id=reference(dispute, "charge"),
    )
    return Facts(disputes={key: shown}), status
