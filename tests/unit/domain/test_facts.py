"""Merging is commutative, associative and idempotent (design/status.md, facts): the sentence all else stands on."""

import itertools

import pytest
from hypothesis import given, settings

from gateway.domain.facts import (
    FLAGS,
    NO_FACTS,
    Attempt,
    AttemptState,
    Facts,
    Refund,
    RefundState,
    Said,
    Source,
    merge,
)
from gateway.domain.money import Money
from tests.unit.domain.strategies import facts

PENDING, FAILED, SUCCEEDED = AttemptState


@given(facts, facts)
def test_merging_is_commutative(one: Facts, other: Facts) -> None:
    assert merge(one, other) == merge(other, one)


@settings(max_examples=200)
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


@given(facts, facts)
def test_nothing_that_was_known_is_forgotten(one: Facts, other: Facts) -> None:
    both = merge(one, other)
    assert all(getattr(both, flag) for flag in FLAGS if getattr(one, flag))
    assert one.wrong_money <= both.wrong_money
    assert one.attempts.keys() <= both.attempts.keys()
    assert one.refunds.keys() <= both.refunds.keys()
    assert all(both.attempts[key].state >= attempt.state for key, attempt in one.attempts.items())
    assert all(both.refunds[key].state >= refund.state for key, refund in one.refunds.items())
    assert both.refunded_peak_minor >= one.refunded_peak_minor


@given(facts, facts)
def test_merging_leaves_what_it_was_given_alone(one: Facts, other: Facts) -> None:
    before = (dict(one.attempts), dict(one.refunds), dict(other.attempts), dict(other.refunds))
    merge(one, other)
    assert before == (dict(one.attempts), dict(one.refunds), dict(other.attempts), dict(other.refunds))


def test_every_fact_that_is_a_yes_is_among_the_flags() -> None:
    assert set(FLAGS) == {name for name in Facts.__slots__ if getattr(NO_FACTS, name) is False}


@pytest.mark.parametrize(("one", "other"), list(itertools.product(AttemptState, repeat=2)))
def test_an_attempt_only_moves_up_from_pending_to_failed_to_succeeded(one: AttemptState, other: AttemptState) -> None:
    assert max(one, other) is _merged(_attempt(one), _attempt(other)).state


def test_attempt_states_are_ordered_as_the_page_orders_them() -> None:
    assert PENDING < FAILED < SUCCEEDED


def test_where_the_intent_and_the_charge_differ_the_intent_is_believed() -> None:
    charge = Said(Source.CHARGE, ("card_declined", "a_reason", "What the charge says."))
    intent = Said(Source.INTENT, ("card_declined", "generic_decline", "What the intent says."))
    assert _merged(_attempt(FAILED, failure=charge), _attempt(FAILED, failure=intent)).failure == intent


def test_the_time_of_an_attempt_is_the_charges_else_the_methods_else_the_events() -> None:
    event, method, charge = Said(Source.EVENT, 30), Said(Source.METHOD, 20), Said(Source.CHARGE, 10)
    assert _merged(_attempt(FAILED, created=event), _attempt(FAILED, created=method)).created == method
    assert _merged(_attempt(FAILED, created=method), _attempt(FAILED, created=charge)).created == charge


def test_at_equal_rank_the_least_value_is_kept() -> None:
    early, late = Said(Source.EVENT, 10), Said(Source.EVENT, 20)
    assert _merged(_attempt(FAILED, created=late), _attempt(FAILED, created=early)).created == early


def test_a_refund_that_failed_after_all_stays_undone() -> None:
    came = Facts(refunds={"re_1": Refund(RefundState.SUCCEEDED, 300)})
    failed = Facts(refunds={"re_1": Refund(RefundState.UNDONE, 300)})
    assert merge(failed, came).refunds == failed.refunds


def test_wrong_monies_are_all_kept() -> None:
    one, other = Facts(wrong_money=frozenset({Money(1, "usd")})), Facts(wrong_money=frozenset({Money(500, "eur")}))
    assert merge(one, other).wrong_money == {Money(1, "usd"), Money(500, "eur")}


def _attempt(state: AttemptState, *, created: Said | None = None, failure: Said | None = None) -> Attempt:
    return Attempt(state, created or Said(Source.CHARGE, 1), failure)


def _merged(one: Attempt, other: Attempt) -> Attempt:
    """Both orders, which must agree."""
    there = merge(Facts(attempts={"ch_1": one}), Facts(attempts={"ch_1": other})).attempts["ch_1"]
    back = merge(Facts(attempts={"ch_1": other}), Facts(attempts={"ch_1": one})).attempts["ch_1"]
    assert there == back
    return there
