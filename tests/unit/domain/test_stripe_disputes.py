"""Stripe's disputes → facts: state, deadline, and the balance transactions by which money moved."""

from typing import Any

import pytest

from gateway.domain.facts import NO_FACTS, BalanceTransaction, Dispute, DisputeState, DisputeView, Facts
from gateway.domain.stripe_disputes import LONGEST_REASON, STATES
from gateway.domain.stripe_objects import NOTHING, Reading, read_dispute

OUT = {"id": "txn_1", "amount": -500, "currency": "usd", "created": 8, "fee": 1500}
BACK = {"id": "txn_2", "amount": 500, "currency": "usd", "created": 9}


def dispute(status: str = "needs_response", *transactions: Any, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"id": "du_1", "object": "dispute", "amount": 500, "currency": "usd", "charge": "ch_1"}
    details = {"evidence_details": {"due_by": 99}, "reason": "fraudulent", "payment_intent": "pi_1"}
    return usual | details | {"status": status, "balance_transactions": list(transactions)} | more


def shown(thing: dict[str, Any], *, answer: int = 0) -> Dispute:
    return read_dispute(thing, answer=answer).facts.disputes["du_1"]


@pytest.mark.parametrize("state", list(DisputeState))
def test_every_status_of_stripes_is_a_state(state: DisputeState) -> None:
    closed = frozenset({state} if state.is_closed else ())
    expected = Dispute(DisputeView(0, 0, state, "fraudulent", 99), {"usd": 500}, closed, {}, "pi_1", "ch_1")
    assert read_dispute(dispute(state.name.lower())) == Reading(Facts(disputes={"du_1": expected}))
    assert STATES[state.name.lower()] is state


def test_money_moves_by_its_balance_transactions_and_their_number_tells_the_newer_look() -> None:
    moved = shown(dispute("won", OUT, BACK))
    assert moved.transactions == {
        "txn_1": BalanceTransaction(-500, "usd", 8),
        "txn_2": BalanceTransaction(500, "usd", 9),
    }
    assert moved.newest.transactions == 2


def test_an_answer_to_our_question_is_newer_than_any_event() -> None:
    assert shown(dispute("won"), answer=1).newest > shown(dispute("lost", OUT, BACK)).newest


@pytest.mark.parametrize("spoilt", [None, 3, {}, {"id": "txn_3"}, {"id": "txn_3", "amount": "5", "currency": "usd"}])
def test_a_balance_transaction_that_cannot_be_read_moves_nothing(spoilt: Any) -> None:
    assert shown(dispute("lost", OUT, spoilt)).transactions.keys() == {"txn_1"}


@pytest.mark.parametrize("without", ["id", "amount"])
def test_a_dispute_without_id_or_amount_sets_no_fact(without: str) -> None:
    thing = dispute()
    del thing[without]
    assert read_dispute(thing).facts == NO_FACTS


def test_a_status_stripe_never_documented_sets_no_fact_and_is_reported() -> None:
    assert read_dispute(dispute("settled_by_duel")) == Reading(unknown=("dispute.status=settled_by_duel",))
    assert read_dispute({}) == NOTHING


def test_what_is_not_sent_is_not_known() -> None:
    bare = {"id": "du_1", "amount": 500, "status": "needs_response"}
    expected = Dispute(DisputeView(0, 0, DisputeState.NEEDS_RESPONSE), {"": 500})
    assert read_dispute(bare) == Reading(Facts(disputes={"du_1": expected}))


def test_a_reason_is_cut_to_a_bound() -> None:
    assert len(shown(dispute(reason="x" * 1000)).newest.reason) == LONGEST_REASON
