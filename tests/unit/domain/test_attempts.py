"""Attempts are merged like facts, and what a status needs of them is of own intents alone."""

import itertools

import pytest
from hypothesis import given

from gateway.domain.attempts import (
    NO_ATTEMPTS,
    Attempt,
    Attempts,
    AttemptsSeen,
    AttemptState,
    LastFailure,
    Reported,
    Source,
    last_failure,
    merge_all,
    merge_attempts,
    seen,
)
from tests.unit.domain.strategies import attempts

PENDING, FAILED, SUCCEEDED = AttemptState
GENERIC = ("card_declined", "generic_decline", "Your card was declined.")


def attempt(
    state: AttemptState,
    *,
    at: int = 1,
    intent_id: str | None = "pi_1",
    created: Reported | None = None,
    failure: Reported | None = None,
) -> Attempt:
    return Attempt(state, created or Reported(Source.CHARGE, at), intent_id, failure)


def merged(one: Attempt, other: Attempt) -> Attempt:
    """Both orders, which must agree."""
    assert merge_attempts(one, other) == merge_attempts(other, one)
    return merge_attempts(one, other)


@given(attempts, attempts)
def test_merging_attempts_is_commutative(one: Attempts, other: Attempts) -> None:
    assert merge_all(one, other) == merge_all(other, one)


@given(attempts, attempts, attempts)
def test_merging_attempts_is_associative(one: Attempts, other: Attempts, third: Attempts) -> None:
    assert merge_all(merge_all(one, other), third) == merge_all(one, merge_all(other, third))


@given(attempts, attempts)
def test_merging_attempts_is_idempotent(one: Attempts, other: Attempts) -> None:
    both = merge_all(one, other)
    assert merge_all(one, one) == one
    assert merge_all(both, one) == both == merge_all(both, both)


@given(attempts, attempts)
def test_no_attempt_is_forgotten_and_none_goes_back(one: Attempts, other: Attempts) -> None:
    both = merge_all(one, other)
    assert one.keys() | other.keys() == both.keys()
    assert all(both[key].state >= each.state for key, each in one.items())
    assert merge_all({}, one) == one == merge_all(one, {})


@given(attempts, attempts)
def test_merging_attempts_leaves_what_it_was_given_alone(one: Attempts, other: Attempts) -> None:
    before = dict(one), dict(other)
    merge_all(one, other)
    assert before == (one, other)


def test_any_number_of_attempts_is_kept() -> None:
    many: Attempts = {}
    for number in range(500):
        many = merge_all(many, {f"ch_{number:03}": attempt(FAILED, at=number)})
    assert len(many) == 500
    assert seen(many, own_intents={"pi_1"}).latest_failed


@pytest.mark.parametrize(("one", "other"), list(itertools.product(AttemptState, repeat=2)))
def test_an_attempt_only_moves_up_from_pending_to_failed_to_succeeded(one: AttemptState, other: AttemptState) -> None:
    assert merged(attempt(one), attempt(other)).state is max(one, other)


def test_attempt_states_are_ordered() -> None:
    assert PENDING < FAILED < SUCCEEDED


def test_where_the_intent_and_the_charge_differ_the_intent_is_believed() -> None:
    charge = Reported(Source.CHARGE, ("card_declined", "a_reason", "What the charge shows."))
    intent = Reported(Source.INTENT, GENERIC)
    assert merged(attempt(FAILED, failure=charge), attempt(FAILED, failure=intent)).failure == intent


def test_the_time_of_an_attempt_is_the_charges_else_the_methods_else_the_events() -> None:
    event, method, charge = Reported(Source.EVENT, 30), Reported(Source.METHOD, 20), Reported(Source.CHARGE, 10)
    assert merged(attempt(FAILED, created=event), attempt(FAILED, created=method)).created == method
    assert merged(attempt(FAILED, created=method), attempt(FAILED, created=charge)).created == charge


def test_at_equal_rank_the_least_value_is_kept() -> None:
    early, late = Reported(Source.EVENT, 10), Reported(Source.EVENT, 20)
    assert merged(attempt(FAILED, created=late), attempt(FAILED, created=early)).created == early


def test_an_attempt_learns_its_intent_from_whoever_knows_it() -> None:
    assert merged(attempt(FAILED, intent_id=None), attempt(FAILED)).intent_id == "pi_1"


def test_without_attempts_nothing_is_seen() -> None:
    assert seen({}, own_intents={"pi_1"}) == NO_ATTEMPTS == AttemptsSeen(False, False, None)


@pytest.mark.parametrize("intent_id", ["pi_2", None])
@pytest.mark.parametrize("state", list(AttemptState))
def test_an_attempt_of_an_intent_that_is_not_own_counts_for_nothing(state: AttemptState, intent_id: str | None) -> None:
    assert seen({"ch_1": attempt(state, intent_id=intent_id)}, own_intents={"pi_1"}) == NO_ATTEMPTS


@pytest.mark.parametrize(("state", "is_moving"), [(PENDING, True), (FAILED, False), (SUCCEEDED, True)])
def test_money_is_moving_while_an_attempt_is_pending_or_succeeded(state: AttemptState, is_moving: bool) -> None:
    found = seen({"ch_1": attempt(state)}, own_intents={"pi_1"})
    assert (found.is_moving, found.latest_failed) == (is_moving, not is_moving)


def test_the_latest_attempt_is_by_stripes_time_and_then_by_key() -> None:
    earlier, later = attempt(FAILED, at=4), attempt(SUCCEEDED, at=5)
    assert not seen({"ch_z": earlier, "ch_a": later}, own_intents={"pi_1"}).latest_failed
    tie = {"ch_a": attempt(SUCCEEDED, at=5), "ch_b": attempt(FAILED, at=5)}
    assert seen(tie, own_intents={"pi_1"}).latest_failed


def test_the_last_failure_is_that_of_the_latest_failed_attempt() -> None:
    expired = Reported(Source.INTENT, ("expired_card", "", "Expired."))
    known = {
        "ch_9": attempt(FAILED, at=1, failure=Reported(Source.INTENT, GENERIC)),
        "ch_1": attempt(FAILED, at=2, failure=expired),
        "ch_2": attempt(SUCCEEDED, at=3),
    }
    assert seen(known, own_intents={"pi_1"}).last_failure == LastFailure("expired_card", "", "Expired.", 2)


def test_a_failure_that_nobody_explained_has_empty_words() -> None:
    assert last_failure(attempt(FAILED, at=7)) == LastFailure("", "", "", 7)


@given(attempts)
def test_what_is_seen_of_own_attempts_does_not_depend_on_those_of_others(known: Attempts) -> None:
    own = {key: each for key, each in known.items() if each.intent_id == "pi_1"}
    assert seen(known, own_intents={"pi_1"}) == seen(own, own_intents={"pi_1", "pi_9"})
