"""What the facts leave open is asked once, however often its cause is seen."""

import pytest
from hypothesis import given

from gateway.domain.facts import (
    NO_FACTS,
    BalanceTransaction,
    Charge,
    Dispute,
    DisputeState,
    DisputeView,
    Facts,
    Intent,
    Refund,
    RefundState,
    merge,
)
from gateway.domain.questions import AT_ONCE, is_settled, is_urgent, questions, unanswered
from tests.unit.domain.strategies import facts

NAMED = Facts(named_intents=frozenset({"pi_1"}))
WON, LOST = DisputeState.WON, DisputeState.LOST
OUT = {"txn_1": BalanceTransaction(-500, "usd", 1)}


def disputed(state: DisputeState, *closed: DisputeState) -> Facts:
    dispute = Dispute(DisputeView(0, 1, state), {"usd": 500}, frozenset(closed), OUT, "pi_1")
    return merge(NAMED, Facts(disputes={"du_1": dispute}))


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (NO_FACTS, set()),
        (NAMED, set()),
        (Facts(intents={"pi_9": Intent()}), {"session:pi_9"}),
        (Facts(charges={"ch_9": Charge("pi_9")}), {"session:pi_9"}),
        (Facts(opening_invoices={"sub_1": frozenset({"in_1"})}), {"session:in_1"}),
        (merge(NAMED, Facts(intents={"pi_1": Intent(is_canceled=True)})), {"session:canceled"}),
        (merge(NAMED, Facts(complete=True, intents={"pi_1": Intent(is_canceled=True)})), set()),
        (merge(NAMED, Facts(expired=True, intents={"pi_1": Intent(is_canceled=True)})), set()),
        (Facts(intents={"pi_9": Intent(is_canceled=True)}), {"session:pi_9"}),
        (Facts(legacy_wrong_money=True), {"session:legacy"}),
        (Facts(legacy_refunded={"usd": 5}), {"refunds:legacy"}),
        (Facts(legacy_disputed=True), {"disputes:legacy"}),
        (merge(NAMED, Facts(charges={"ch_1": Charge("pi_1", refunded={"usd": 200})})), {"refunds:ch_1:200"}),
        (merge(NAMED, Facts(charges={"ch_1": Charge("pi_1", is_disputed=True)})), {"disputes:ch_1"}),
        (disputed(WON, WON), set()),
        (disputed(LOST, WON, LOST), {"disputes:du_1:lost+won:1"}),
        (Facts(named_invoices=frozenset({"in_1"})), {"invoice:in_1"}),
        (Facts(named_invoices=frozenset({"in_1"}), invoice_intents={"in_1": frozenset({"pi_1"})}), set()),
    ],
)
def test_what_is_open_is_asked_and_nothing_else(known: Facts, asked: set[str]) -> None:
    assert questions(known) == asked
    assert unanswered(known, asked) == set()
    assert unanswered(known, ()) == asked


def test_beyond_so_many_of_a_copied_marker_their_number_is_the_question() -> None:
    some = {f"pi_{number:03}": Intent() for number in range(AT_ONCE)}
    assert questions(Facts(intents=some)) == {f"session:{intent_id}" for intent_id in some}
    assert questions(Facts(intents=some | {"pi_more": Intent()})) == {f"session:{AT_ONCE + 1} pi_000"}


def test_what_was_carried_over_waits_for_the_next_reconciliation() -> None:
    carried = Facts(legacy_wrong_money=True, legacy_refunded={"usd": 5}, legacy_disputed=True)
    assert len(questions(carried)) == 3
    assert not is_urgent(questions(carried))
    assert not is_urgent(())
    assert is_urgent(questions(merge(carried, Facts(intents={"pi_9": Intent()}))))


def test_another_cause_is_another_question() -> None:
    once = disputed(LOST, WON, LOST)
    moved = merge(once, Facts(disputes={"du_1": Dispute(
        DisputeView(0, 2, WON), {"usd": 500}, frozenset({WON}), {"txn_2": BalanceTransaction(500, "usd", 2)}, "pi_1"
    )}))  # fmt: skip
    assert unanswered(moved, questions(once)) == {"disputes:du_1:lost+won:2"}


@pytest.mark.parametrize(
    ("known", "is_final", "settled"),
    [
        (NAMED, True, True),
        (NAMED, False, False),
        (merge(NAMED, Facts(refunds={"re_1": Refund(RefundState.PENDING, {"usd": 5})})), True, False),
        (merge(NAMED, Facts(refunds={"re_1": Refund(RefundState.SUCCEEDED, {"usd": 5})})), True, True),
        (disputed(DisputeState.UNDER_REVIEW), True, False),
        (disputed(WON, WON), True, True),
        (Facts(intents={"pi_9": Intent()}), True, False),
    ],
)
def test_a_payment_is_settled_when_nothing_is_expected_to_move(known: Facts, is_final: bool, settled: bool) -> None:
    assert is_settled(known, (), is_final=is_final) is settled


@given(facts)
def test_any_facts_leave_a_bounded_number_of_questions(known: Facts) -> None:
    assert unanswered(known, questions(known)) == frozenset()
    assert all(0 < len(question) < 200 for question in questions(known))
