"""Merging is commutative, associative and idempotent: the sentence all else stands on."""

import itertools
from dataclasses import fields

import pytest
from hypothesis import given

from gateway.domain.facts import (
    FLAGS,
    ID_SETS,
    KEPT_TOTALS,
    NO_FACTS,
    Asked,
    BalanceTransaction,
    Charge,
    Conversion,
    Dispute,
    DisputeState,
    DisputeView,
    Facts,
    Intent,
    Refund,
    RefundState,
    merge,
)
from tests.unit.domain.strategies import facts

MAPS = [each.name for each in fields(Facts) if isinstance(getattr(NO_FACTS, each.name), dict)]


@given(facts, facts)
def test_merging_is_commutative(one: Facts, other: Facts) -> None:
    assert merge(one, other) == merge(other, one)


@given(facts, facts, facts)
def test_merging_is_associative(one: Facts, other: Facts, third: Facts) -> None:
    assert merge(merge(one, other), third) == merge(one, merge(other, third))


@given(facts, facts)
def test_merging_is_idempotent(one: Facts, other: Facts) -> None:
    both = merge(one, other)
    assert merge(one, one) == one
    assert merge(both, one) == both == merge(both, both)


@given(facts)
def test_knowing_nothing_adds_nothing(known: Facts) -> None:
    assert merge(NO_FACTS, known) == known == merge(known, NO_FACTS)
    assert merge(Facts(), known) == known == merge(known, Facts())


@given(facts, facts)
def test_nothing_that_was_known_is_forgotten(one: Facts, other: Facts) -> None:
    both = merge(one, other)
    assert all(getattr(both, flag) for flag in FLAGS if getattr(one, flag))
    assert all(getattr(one, name) <= getattr(both, name) for name in ID_SETS)
    assert all(getattr(one, name).keys() <= getattr(both, name).keys() for name in MAPS)
    assert all(both.intents[key].is_paid for key, intent in one.intents.items() if intent.is_paid)
    assert all(both.refunds[key].state >= refund.state for key, refund in one.refunds.items())
    assert all(both.disputes[key].newest >= dispute.newest for key, dispute in one.disputes.items())
    assert all(both.disputes[key].closed >= dispute.closed for key, dispute in one.disputes.items())
    assert not one.asked or min(both.asked) <= min(one.asked)
    assert all(both.legacy_refunded[name] >= minor for name, minor in one.legacy_refunded.items())


@given(facts, facts)
def test_merging_leaves_what_it_was_given_alone(one: Facts, other: Facts) -> None:
    before = [dict(getattr(each, name)) for each in (one, other) for name in MAPS]
    merge(one, other)
    assert before == [dict(getattr(each, name)) for each in (one, other) for name in MAPS]


def test_every_fact_that_is_a_yes_is_among_the_flags() -> None:
    assert set(FLAGS) == {name for name in Facts.__slots__ if getattr(NO_FACTS, name) is False}


def test_every_set_of_ids_is_among_them() -> None:
    bounded = {"asked", "conversions"}
    assert {name for name in Facts.__slots__ if getattr(NO_FACTS, name) == frozenset()} - bounded == set(ID_SETS)


def test_of_the_frozen_totals_the_two_least_are_kept() -> None:
    totals = [Asked(minor, "usd", minor) for minor in (500, 450, 700)]
    one, other, third = (Facts(asked=frozenset({each})) for each in totals)
    for first, second, last in itertools.permutations((one, other, third)):
        assert merge(merge(first, second), last).asked == {totals[1], totals[0]}
    assert KEPT_TOTALS == 2


def test_of_the_conversions_the_two_least_are_kept() -> None:
    rates = [Conversion("mxn", minor, "usd", 500) for minor in (9250, 9300, 9100)]
    known = [Facts(conversions=frozenset({rate})) for rate in rates]
    for first, second, last in itertools.permutations(known):
        assert merge(merge(first, second), last).conversions == {rates[2], rates[0]}


def test_within_an_object_and_a_currency_the_greatest_amount_is_kept() -> None:
    one = Facts(charges={"ch_1": Charge("pi_1", captured={"usd": 300, "mxn": 9250})})
    other = Facts(charges={"ch_1": Charge("pi_1", captured={"usd": 500, "eur": 450})})
    assert merge(one, other).charges["ch_1"].captured == {"usd": 500, "mxn": 9250, "eur": 450}


def test_an_intent_that_was_paid_and_canceled_is_kept_as_both() -> None:
    both = merge(Facts(intents={"pi_1": Intent(is_paid=True)}), Facts(intents={"pi_1": Intent(is_canceled=True)}))
    assert (both.intents["pi_1"].is_paid, both.intents["pi_1"].is_canceled) == (True, True)


@pytest.mark.parametrize(("one", "other"), list(itertools.product(RefundState, repeat=2)))
def test_a_refund_only_moves_up_from_pending_to_succeeded_to_canceled_or_failed(
    one: RefundState, other: RefundState
) -> None:
    both = merge(Facts(refunds={"re_1": Refund(one, {})}), Facts(refunds={"re_1": Refund(other, {})}))
    assert both.refunds["re_1"].state is max(one, other)
    assert list(RefundState) == sorted(RefundState)


def test_a_refund_that_moved_money_has_moved_it_whatever_comes_later() -> None:
    moved, failed = Refund(RefundState.SUCCEEDED, {"usd": 300}, True), Refund(RefundState.FAILED, {"usd": 300})
    both = merge(Facts(refunds={"re_1": failed}), Facts(refunds={"re_1": moved}))
    assert both.refunds["re_1"] == Refund(RefundState.FAILED, {"usd": 300}, True)


def test_dispute_states_are_in_one_total_order() -> None:
    words = "warning_needs_response warning_under_review warning_closed needs_response under_review prevented won lost"
    assert [state.name.lower() for state in sorted(DisputeState)] == words.split()
    closed = {state.name.lower() for state in DisputeState if state.is_closed}
    assert closed == {"warning_closed", "prevented", "won", "lost"}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (DisputeView(0, 1, DisputeState.LOST), DisputeView(0, 2, DisputeState.WON)),
        (DisputeView(0, 1, DisputeState.NEEDS_RESPONSE), DisputeView(0, 1, DisputeState.UNDER_REVIEW)),
        (DisputeView(0, 2, DisputeState.LOST), DisputeView(1, 1, DisputeState.WON)),
        (DisputeView(1, 1, DisputeState.WON), DisputeView(2, 1, DisputeState.LOST)),
    ],
)
def test_the_newest_look_at_a_dispute_is_by_our_answers_then_by_its_transactions_then_by_its_state(
    earlier: DisputeView, later: DisputeView
) -> None:
    one, other = (Facts(disputes={"du_1": Dispute(view, {"usd": 500})}) for view in (earlier, later))
    assert merge(one, other).disputes["du_1"].newest == later == merge(other, one).disputes["du_1"].newest


def test_both_closed_states_and_all_transactions_of_a_dispute_are_kept() -> None:
    out, back = BalanceTransaction(-500, "usd", 1), BalanceTransaction(500, "usd", 2)
    won = Dispute(
        DisputeView(0, 1, DisputeState.WON), {"usd": 500}, frozenset({DisputeState.WON}), {"txn_2": back}, "pi_1"
    )
    lost = Dispute(
        DisputeView(0, 1, DisputeState.LOST), {"usd": 500}, frozenset({DisputeState.LOST}), {"txn_1": out}, None, "ch_1"
    )
    both = merge(Facts(disputes={"du_1": won}), Facts(disputes={"du_1": lost})).disputes["du_1"]
    assert both.closed == {DisputeState.WON, DisputeState.LOST}
    assert both.transactions == {"txn_1": out, "txn_2": back}
    assert (both.intent_id, both.charge_id) == ("pi_1", "ch_1")
