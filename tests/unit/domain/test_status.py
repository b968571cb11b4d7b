"""The table of design/status.md, line by line, and each note under it."""

import itertools

import pytest
from hypothesis import given

from gateway.domain.facts import FLAGS, NO_FACTS, Attempt, AttemptState, Facts, Said, Source, merge
from gateway.domain.facts_json import facts_from_json
from gateway.domain.money import Money
from gateway.domain.snapshot import visible
from gateway.domain.status import RULES, Anomaly, Status, anomalies, derive, latest_attempt
from tests.unit.domain.strategies import facts


def attempt(state: str, *, at: int = 1, key: str = "ch_1") -> Facts:
    return Facts(attempts={key: Attempt(AttemptState[state.upper()], Said(Source.CHARGE, at))})


def known(*flags: str) -> Facts:
    return facts_from_json(dict.fromkeys(flags, True))


PENDING, FAILED, SUCCEEDED = attempt("pending"), attempt("failed"), attempt("succeeded")
WRONG = Facts(wrong_money=frozenset({Money(450, "usd")}))
EVERYTHING = known(*FLAGS)
PAID, UNPAID, PROCESSING, EXPIRED, DECLINED, CANCELED, FREE = (
    Status.PAID,
    Status.UNPAID,
    Status.PROCESSING,
    Status.EXPIRED,
    Status.FAILED,
    Status.CANCELED,
    Status.NO_PAYMENT_REQUIRED,
)


def test_the_table_reads_as_the_page_does() -> None:
    assert [(rule.number, rule.status, rule.is_final) for rule in RULES] == [
        (1, PAID, True),
        (2, FREE, True),
        (3, DECLINED, True),
        (4, CANCELED, True),
        (5, PROCESSING, False),
        (6, CANCELED, True),
        (7, EXPIRED, True),
        (8, PROCESSING, False),
        (9, CANCELED, False),
        (10, DECLINED, False),
        (11, UNPAID, False),
    ]


@pytest.mark.parametrize(
    ("facts_known", "line"),
    [
        (known("money"), 1),
        (EVERYTHING, 1),
        (known("nothing_due", "complete"), 2),
        (known("nothing_due", "complete", "async_failed", "intent_canceled", "expired"), 2),
        (known("complete", "async_failed"), 3),
        (known("complete", "async_failed", "intent_canceled"), 3),
        (known("complete", "async_failed", "expired", "cancel_requested"), 3),
        (known("complete", "intent_canceled"), 4),
        (known("complete", "intent_canceled", "expired"), 4),
        (known("complete"), 5),
        (known("complete", "expired", "cancel_requested"), 5),
        (merge(known("complete"), FAILED), 5),
        (merge(known("complete"), WRONG), 5),
        (known("expired", "cancel_requested"), 6),
        (merge(known("expired", "cancel_requested", "intent_canceled"), PENDING), 6),
        (known("expired"), 7),
        (known("expired", "intent_canceled"), 7),
        (known("expired", "async_failed"), 7),
        (merge(known("expired"), SUCCEEDED), 7),
        (merge(known("expired"), WRONG), 7),
        (WRONG, 8),
        (PENDING, 8),
        (SUCCEEDED, 8),
        (merge(WRONG, known("intent_canceled")), 8),
        (merge(PENDING, known("intent_canceled")), 8),
        (merge(PENDING, attempt("failed", at=9, key="ch_2")), 8),
        (known("intent_canceled"), 9),
        (merge(known("intent_canceled"), FAILED), 9),
        (known("intent_canceled", "cancel_requested"), 9),
        (FAILED, 10),
        (merge(FAILED, known("cancel_requested")), 10),
        (NO_FACTS, 11),
        (known("cancel_requested"), 11),
        (known("disputed"), 11),
        (known("async_failed"), 11),
    ],
)
def test_the_first_line_that_holds_decides(facts_known: Facts, line: int) -> None:
    assert line == derive(facts_known).number


def test_every_line_can_decide() -> None:
    assert {rule.number for rule in RULES} == {derive(each).number for each in _every_kind_of_facts()}


@given(facts)
def test_any_facts_have_a_status(known_facts: Facts) -> None:
    assert derive(known_facts).status in Status


# I4, over all facts there are: what Stripe cannot say together is left out, as the page does.


def test_paid_has_no_way_out() -> None:
    for before, more in _every_step():
        if derive(before).status is PAID:
            assert derive(merge(before, more)).status is PAID


def test_another_final_status_is_left_only_for_paid_or_with_an_anomaly() -> None:
    for before, more in _every_step():
        after = merge(before, more)
        if derive(before).is_final and not _excluded_by_stripe(after):
            assert derive(after).status in {derive(before).status, PAID}, (before, more)


# The notes under the table.


def test_an_open_session_reading_no_payment_required_is_unpaid() -> None:
    assert derive(NO_FACTS).status is UNPAID
    assert not derive(NO_FACTS).is_final


def test_a_declined_card_inside_an_open_session_is_failed_but_not_final() -> None:
    seen = visible(FAILED)
    assert (seen.status, seen.is_final, seen.is_payable) == (DECLINED, False, True)
    assert seen.last_failure is not None


@pytest.mark.parametrize(
    ("next_try", "status"),
    [
        (attempt("pending", at=2, key="ch_2"), PROCESSING),
        (attempt("succeeded", at=2, key="ch_2"), PROCESSING),
        (attempt("failed", at=2, key="ch_2"), DECLINED),
        (known("money"), PAID),
    ],
)
def test_the_next_attempt_turns_failed_to_processing_or_paid(next_try: Facts, status: Status) -> None:
    assert status is derive(merge(FAILED, next_try)).status


def test_a_late_failure_of_attempt_one_cannot_undo_attempt_two() -> None:
    complete = merge(known("complete"), attempt("pending", at=2, key="ch_2"))
    assert derive(merge(complete, attempt("failed", at=1))).status is PROCESSING
    assert derive(merge(complete, attempt("failed", at=3, key="ch_3"))).status is PROCESSING


def test_the_latest_attempt_is_by_stripes_time_and_then_by_key() -> None:
    two = merge(attempt("failed", at=5, key="ch_a"), attempt("failed", at=4, key="ch_z"))
    tie = merge(attempt("failed", at=5, key="ch_a"), attempt("failed", at=5, key="ch_b"))
    assert [latest[0] for latest in (latest_attempt(two), latest_attempt(tie)) if latest] == ["ch_a", "ch_b"]
    assert latest_attempt(NO_FACTS) is None


def test_attempts_say_nothing_about_money() -> None:
    for state in ("pending", "failed", "succeeded"):
        assert derive(attempt(state)).status is not PAID
        assert derive(merge(attempt(state), known("money"))).status is PAID
        assert derive(merge(attempt(state), known("expired"))).status is EXPIRED


def test_a_delayed_payment_is_processing_for_as_long_as_it_takes() -> None:
    assert (derive(known("complete")).status, derive(known("complete")).is_final) == (PROCESSING, False)


@pytest.mark.parametrize("flags", [("money",), ("money", "disputed"), ("money", "complete", "disputed")])
def test_a_disputed_or_refunded_payment_is_still_paid(flags: tuple[str, ...]) -> None:
    refunded = Facts(refunded_peak_minor=500)
    assert derive(merge(known(*flags), refunded)).status is PAID


@pytest.mark.parametrize("also", [NO_FACTS, known("complete"), known("expired"), SUCCEEDED])
def test_wrong_money_is_never_paid_and_always_an_anomaly(also: Facts) -> None:
    wrong = merge(WRONG, also)
    assert derive(wrong).status is not PAID
    assert Anomaly.WRONG_MONEY in anomalies(wrong)


@pytest.mark.parametrize(
    "ended",
    [
        known("expired"),
        known("expired", "cancel_requested"),
        known("complete", "async_failed"),
        known("complete", "intent_canceled"),
        known("complete", "nothing_due"),
    ],
)
def test_late_money_makes_any_final_status_paid_and_somebody_has_to_look(ended: Facts) -> None:
    late = merge(ended, known("money"))
    assert (derive(late).status, derive(late).is_final) == (PAID, True)
    assert anomalies(late) == {Anomaly.LATE_MONEY}


@pytest.mark.parametrize(
    "usual", [known("money"), known("money", "complete"), merge(FAILED, known("money", "complete"))]
)
def test_money_in_time_is_no_anomaly(usual: Facts) -> None:
    assert anomalies(usual) == frozenset()


@pytest.mark.parametrize(
    ("pair", "anomaly", "status"),
    [
        (("complete", "expired"), Anomaly.COMPLETE_AND_EXPIRED, PROCESSING),
        (("async_failed", "intent_canceled", "complete"), Anomaly.ASYNC_FAILED_AND_CANCELED, DECLINED),
    ],
)
def test_pairs_that_stripe_excludes_are_kept_decided_by_the_table_and_raise_an_anomaly(
    pair: tuple[str, ...], anomaly: Anomaly, status: Status
) -> None:
    assert anomaly in anomalies(known(*pair))
    assert derive(known(*pair)).status is status


def test_our_wish_to_cancel_changes_nothing_before_stripe_says_expired() -> None:
    for before in (NO_FACTS, FAILED, PENDING, known("complete"), known("money")):
        assert derive(merge(before, known("cancel_requested"))) == derive(before)


def _every_kind_of_facts() -> list[Facts]:
    """Each combination of the flags a status reads, with each kind of attempt and wrong money or not."""
    flags = [flag for flag in FLAGS if flag != "disputed"]
    beside = [NO_FACTS, PENDING, FAILED, SUCCEEDED, WRONG]
    chosen = itertools.product([False, True], repeat=len(flags))
    return [merge(facts_from_json(dict(zip(flags, values, strict=True))), more) for values in chosen for more in beside]


def _every_step() -> list[tuple[Facts, Facts]]:
    """One more fact, from each kind of facts. A wish to cancel is left out: it is never recorded on a final row."""
    flags = [known(flag) for flag in FLAGS if flag != "cancel_requested"]
    return [(before, more) for before in _every_kind_of_facts() for more in [*flags, PENDING, FAILED, SUCCEEDED, WRONG]]


def _excluded_by_stripe(after: Facts) -> bool:
    """Nothing due is told by a complete session alone, and leaves no intent that could fail or be canceled."""
    odd = Anomaly.COMPLETE_AND_EXPIRED, Anomaly.ASYNC_FAILED_AND_CANCELED
    free = after.nothing_due and (not after.complete or after.async_failed or after.intent_canceled)
    return free or bool(anomalies(after) & set(odd))
