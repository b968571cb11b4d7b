"""The status table, line by line, and each note under it."""

import itertools

import pytest
from hypothesis import given

from gateway.domain.attempts import (
    NO_ATTEMPTS,
    Attempt,
    Attempts,
    AttemptsSeen,
    AttemptState,
    Reported,
    Source,
    merge_all,
    seen,
)
from gateway.domain.discrepancies import Condition, Control, DiscrepancyKind, conditions
from gateway.domain.facts import FLAGS, NO_FACTS, Asked, Charge, Facts, Intent, Refund, RefundState, merge
from gateway.domain.facts_json import facts_from_json
from gateway.domain.ownership import is_paid, own_intents
from gateway.domain.snapshot import visible
from gateway.domain.status import RULES, Rule, Status, derive, derive_without_money, intent_canceled
from tests.unit.domain import strategies

NAMED = Facts(named_intents=frozenset({"pi_1"}))
CANCELED_INTENT = merge(NAMED, Facts(intents={"pi_1": Intent(is_canceled=True)}))
PAID_INTENT = merge(NAMED, Facts(intents={"pi_1": Intent(is_paid=True)}))
PAID_CHARGE = merge(NAMED, Facts(charges={"ch_1": Charge("pi_1", is_paid=True)}))


def attempt(state: str, *, at: int = 1, key: str = "ch_1") -> Attempts:
    return {key: Attempt(AttemptState[state.upper()], Reported(Source.CHARGE, at), "pi_1")}


def known(*flags: str) -> Facts:
    """These flags; `money` and `intent_canceled` are what an own intent shows."""
    facts = facts_from_json(dict.fromkeys([flag for flag in flags if flag in FLAGS], True))
    if "money" in flags:
        facts = merge(facts, PAID_INTENT)
    return merge(facts, CANCELED_INTENT) if "intent_canceled" in flags else facts


def decided(facts: Facts, attempts: Attempts | None = None) -> Rule:
    """By the rule, with attempts of the intent that the session names."""
    return derive(facts, seen(attempts or {}, own_intents={"pi_1"}))


NOTHING: Attempts = {}
PENDING, FAILED, SUCCEEDED = attempt("pending"), attempt("failed"), attempt("succeeded")
EVERYTHING = merge(known(*FLAGS), known("money", "intent_canceled"))
PAID, UNPAID, PROCESSING, EXPIRED, DECLINED, CANCELED, FREE = (
    Status.PAID,
    Status.UNPAID,
    Status.PROCESSING,
    Status.EXPIRED,
    Status.FAILED,
    Status.CANCELED,
    Status.NO_PAYMENT_REQUIRED,
)
CONTROL = Control("the payment", {"usd": 500})
EXCLUDED = {DiscrepancyKind.COMPLETE_AND_EXPIRED, DiscrepancyKind.ASYNC_FAILED_AND_CANCELED}


def kinds(facts: Facts) -> set[DiscrepancyKind]:
    return {condition.kind for condition in conditions(facts, CONTROL)}


def test_the_table_reads_as_the_documentation_does() -> None:
    assert [(rule.number, rule.status, rule.is_final) for rule in RULES] == [
        ("1", PAID, True),
        ("2", FREE, True),
        ("2½", DECLINED, True),
        ("3", DECLINED, True),
        ("4", CANCELED, True),
        ("5", PROCESSING, False),
        ("6", CANCELED, True),
        ("7", EXPIRED, True),
        ("8", PROCESSING, False),
        ("9", CANCELED, False),
        ("10", DECLINED, False),
        ("11", UNPAID, False),
    ]


@pytest.mark.parametrize(
    ("facts", "attempts", "line"),
    [
        (known("session_paid"), NOTHING, "1"),
        (PAID_INTENT, NOTHING, "1"),
        (PAID_CHARGE, NOTHING, "1"),
        (EVERYTHING, NOTHING, "1"),
        (known("nothing_due", "complete"), NOTHING, "2"),
        (known("nothing_due", "complete", "written_off"), NOTHING, "2"),
        (known("nothing_due", "complete", "async_failed", "intent_canceled", "expired"), NOTHING, "2"),
        (known("complete", "written_off"), NOTHING, "2½"),
        (known("complete", "written_off", "intent_canceled", "expired"), PENDING, "2½"),
        (known("complete", "async_failed"), NOTHING, "3"),
        (known("complete", "async_failed", "intent_canceled"), NOTHING, "3"),
        (known("complete", "async_failed", "expired", "cancel_requested"), NOTHING, "3"),
        (known("complete", "intent_canceled"), NOTHING, "4"),
        (known("complete", "intent_canceled", "expired"), NOTHING, "4"),
        (known("complete"), NOTHING, "5"),
        (known("complete", "expired", "cancel_requested"), NOTHING, "5"),
        (known("complete"), FAILED, "5"),
        (known("complete", "open_and_canceled"), NOTHING, "5"),
        (known("complete", "legacy_wrong_money"), NOTHING, "5"),
        (known("expired", "cancel_requested"), NOTHING, "6"),
        (known("expired", "cancel_requested", "intent_canceled"), PENDING, "6"),
        (known("expired"), NOTHING, "7"),
        (known("expired", "intent_canceled"), NOTHING, "7"),
        (known("expired", "async_failed"), NOTHING, "7"),
        (known("expired", "written_off"), NOTHING, "7"),
        (known("expired"), SUCCEEDED, "7"),
        (known("expired", "legacy_wrong_money"), NOTHING, "7"),
        (NO_FACTS, PENDING, "8"),
        (NO_FACTS, SUCCEEDED, "8"),
        (known("legacy_wrong_money"), NOTHING, "8"),
        (known("open_and_canceled"), PENDING, "8"),
        (NO_FACTS, merge_all(PENDING, attempt("failed", at=9, key="ch_2")), "8"),
        (known("open_and_canceled"), NOTHING, "9"),
        (known("open_and_canceled"), FAILED, "9"),
        (known("open_and_canceled", "cancel_requested"), NOTHING, "9"),
        (NO_FACTS, FAILED, "10"),
        (known("cancel_requested"), FAILED, "10"),
        (known("intent_canceled"), FAILED, "10"),
        (NO_FACTS, NOTHING, "11"),
        (known("cancel_requested"), NOTHING, "11"),
        (known("legacy_disputed"), NOTHING, "11"),
        (known("async_failed"), NOTHING, "11"),
        (known("written_off"), NOTHING, "11"),
        (known("intent_canceled"), NOTHING, "11"),
        (NAMED, NOTHING, "11"),
    ],
)
def test_the_first_line_that_holds_decides(facts: Facts, attempts: Attempts, line: str) -> None:
    assert decided(facts, attempts).number == line


def test_every_line_can_decide() -> None:
    assert {rule.number for rule in RULES} == {decided(*each).number for each in _every_kind_of_facts()}


@given(strategies.facts, strategies.attempts)
def test_any_facts_have_a_status(facts: Facts, attempts: Attempts) -> None:
    rule = derive(facts, seen(attempts, own_intents=own_intents(facts)))
    assert rule.status in Status
    assert (rule.status is PAID) is is_paid(facts)
    assert derive_without_money(facts).number != "1"


# I4, over all combinations: what Stripe cannot report together is left out, as the documentation does.


def test_paid_has_no_way_out() -> None:
    for (before, attempts), (more, further) in _every_step():
        if decided(before, attempts).status is PAID:
            assert decided(merge(before, more), merge_all(attempts, further)).status is PAID


def test_another_final_status_is_left_only_for_paid_or_with_a_discrepancy() -> None:
    for (before, attempts), (more, further) in _every_step():
        was, after = decided(before, attempts), merge(before, more)
        if was.is_final and not _excluded_by_stripe(after):
            assert decided(after, merge_all(attempts, further)).status in {was.status, PAID}, (before, more)


# The notes under the table.


def test_an_open_session_reading_no_payment_required_is_unpaid() -> None:
    assert decided(NO_FACTS).status is UNPAID
    assert not decided(NO_FACTS).is_final


def test_a_declined_card_inside_an_open_session_is_failed_but_not_final() -> None:
    shown = visible(NAMED, seen(FAILED, own_intents={"pi_1"}))
    assert (shown.status, shown.is_final, shown.is_payable) == (DECLINED, False, True)
    assert shown.last_failure is not None


@pytest.mark.parametrize(
    ("more", "next_attempt", "status"),
    [
        (NO_FACTS, attempt("pending", at=2, key="ch_2"), PROCESSING),
        (NO_FACTS, attempt("succeeded", at=2, key="ch_2"), PROCESSING),
        (NO_FACTS, attempt("failed", at=2, key="ch_2"), DECLINED),
        (known("money"), NOTHING, PAID),
    ],
)
def test_the_next_attempt_turns_failed_to_processing_or_paid(
    more: Facts, next_attempt: Attempts, status: Status
) -> None:
    assert decided(more, merge_all(FAILED, next_attempt)).status is status


def test_a_late_failure_of_attempt_one_cannot_undo_attempt_two() -> None:
    second = attempt("pending", at=2, key="ch_2")
    assert decided(known("complete"), merge_all(second, attempt("failed", at=1))).status is PROCESSING
    assert decided(known("complete"), merge_all(second, attempt("failed", at=3, key="ch_3"))).status is PROCESSING


def test_attempts_decide_nothing_about_money() -> None:
    for attempts in (PENDING, FAILED, SUCCEEDED):
        assert decided(NO_FACTS, attempts).status is not PAID
        assert decided(known("money"), attempts).status is PAID
        assert decided(known("expired"), attempts).status is EXPIRED


def test_an_attempt_of_an_intent_that_the_session_does_not_name_changes_no_status() -> None:
    foreign = {"ch_9": Attempt(AttemptState.PENDING, Reported(Source.CHARGE, 1), "pi_9")}
    assert decided(NO_FACTS, foreign).status is UNPAID
    assert decided(NO_FACTS, merge_all(foreign, FAILED)).status is DECLINED


def test_a_canceled_intent_alone_says_nothing_about_an_open_session() -> None:
    assert decided(CANCELED_INTENT).status is UNPAID
    assert decided(CANCELED_INTENT, FAILED).status is DECLINED
    assert decided(merge(CANCELED_INTENT, known("open_and_canceled"))).status is CANCELED


def test_a_canceled_intent_of_others_cancels_nothing() -> None:
    foreign = merge(known("complete"), Facts(intents={"pi_9": Intent(is_canceled=True)}))
    assert not intent_canceled(foreign)
    assert decided(foreign).status is PROCESSING


def test_a_delayed_payment_is_processing_for_as_long_as_it_takes() -> None:
    assert (decided(known("complete")).status, decided(known("complete")).is_final) == (PROCESSING, False)


def test_a_write_off_ends_a_complete_payment_and_money_still_makes_it_paid() -> None:
    ended = known("complete", "written_off")
    assert (decided(ended).status, decided(ended).is_final) == (DECLINED, True)
    assert decided(merge(ended, known("money"))).status is PAID


@pytest.mark.parametrize(
    "flags", [("money",), ("money", "legacy_disputed"), ("money", "complete", "legacy_disputed"), ("session_paid",)]
)
def test_a_disputed_or_refunded_payment_is_still_paid(flags: tuple[str, ...]) -> None:
    refund = Refund(RefundState.SUCCEEDED, {"usd": 500}, has_moved=True, intent_id="pi_1")
    refunded = Facts(legacy_refunded={"usd": 500}, refunds={"re_1": refund})
    assert decided(merge(known(*flags), refunded)).status is PAID


@pytest.mark.parametrize("also", [NO_FACTS, known("complete"), known("expired")])
@pytest.mark.parametrize("total", [Asked(450, "usd", 450), Asked(500, "eur", 500), Asked(500, "usd", 700, 200)])
def test_what_stripe_calls_paid_is_paid_whatever_its_total_and_somebody_has_to_look(total: Asked, also: Facts) -> None:
    paid = merge(Facts(session_paid=True, asked=frozenset({total})), also)
    assert decided(paid).status is PAID
    assert DiscrepancyKind.TOTAL_DIFFERS in kinds(paid)


def test_less_received_than_asked_is_paid_when_the_session_says_so_and_somebody_has_to_look() -> None:
    partly = Facts(charges={"ch_1": Charge("pi_1", captured={"usd": 300})}, asked=frozenset({Asked(500, "usd", 500)}))
    assert decided(merge(merge(NAMED, known("complete")), partly)).status is PROCESSING
    said = merge(merge(NAMED, known("complete", "session_paid")), partly)
    assert decided(said).status is PAID
    assert kinds(said) == {DiscrepancyKind.UNDERPAID}


@pytest.mark.parametrize(
    "ended",
    [
        known("expired"),
        known("expired", "cancel_requested"),
        known("complete", "async_failed"),
        known("complete", "intent_canceled"),
        known("complete", "nothing_due"),
        known("complete", "written_off"),
    ],
)
def test_late_money_makes_any_final_status_paid_and_somebody_has_to_look(ended: Facts) -> None:
    late = merge(ended, known("money"))
    assert (decided(late).status, decided(late).is_final) == (PAID, True)
    assert conditions(late, CONTROL).keys() == {Condition(DiscrepancyKind.LATE_MONEY, "the payment")}


@pytest.mark.parametrize(
    "usual", [known("money"), known("money", "complete"), known("session_paid", "complete"), known("session_paid")]
)
def test_money_in_time_is_no_discrepancy(usual: Facts) -> None:
    assert kinds(usual) == set()


@pytest.mark.parametrize(
    ("pair", "kind", "status"),
    [
        (("complete", "expired"), DiscrepancyKind.COMPLETE_AND_EXPIRED, PROCESSING),
        (("async_failed", "intent_canceled", "complete"), DiscrepancyKind.ASYNC_FAILED_AND_CANCELED, DECLINED),
    ],
)
def test_pairs_that_stripe_excludes_are_kept_decided_by_the_table_and_a_discrepancy(
    pair: tuple[str, ...], kind: DiscrepancyKind, status: Status
) -> None:
    assert kinds(known(*pair)) == {kind}
    assert decided(known(*pair)).status is status


def test_our_wish_to_cancel_changes_nothing_before_stripe_says_expired() -> None:
    for before, attempts in (
        (NO_FACTS, NOTHING),
        (NO_FACTS, FAILED),
        (NO_FACTS, PENDING),
        (known("complete"), NOTHING),
    ):
        assert decided(merge(before, known("cancel_requested")), attempts) == decided(before, attempts)
    assert decided(known("money", "cancel_requested")) == decided(known("money"))


def test_without_attempts_a_status_is_derived_as_with_none_seen() -> None:
    assert derive(NO_FACTS) == derive(NO_FACTS, NO_ATTEMPTS) == derive(NO_FACTS, AttemptsSeen())


def _every_kind_of_facts() -> list[tuple[Facts, Attempts]]:
    """Each combination of what a status reads, with each kind of attempt."""
    flags = [*(flag for flag in FLAGS if flag != "legacy_disputed"), "intent_canceled"]
    chosen = itertools.product([False, True], repeat=len(flags))
    every = [known(*itertools.compress(flags, values)) for values in chosen]
    return [(facts, attempts) for facts in every for attempts in (NOTHING, PENDING, FAILED, SUCCEEDED)]


def _every_step() -> list[tuple[tuple[Facts, Attempts], tuple[Facts, Attempts]]]:
    """One more fact, from each kind of facts. A wish to cancel and a write-off are left out: they are never recorded
    on a final row."""
    flags = [flag for flag in FLAGS if flag not in {"cancel_requested", "written_off"}]
    more = [(known(flag), NOTHING) for flag in (*flags, "intent_canceled", "money")]
    more += [(NO_FACTS, attempts) for attempts in (PENDING, FAILED, SUCCEEDED)]
    return [(before, step) for before in _every_kind_of_facts() for step in more]


def _excluded_by_stripe(after: Facts) -> bool:
    """Nothing due is reported by a complete session alone: it leaves no intent that could fail or be canceled, and is
    final at once, so that nobody can write it off."""
    ended_otherwise = not after.complete or after.async_failed or intent_canceled(after) or after.written_off
    free = after.nothing_due and ended_otherwise
    return free or bool(kinds(after) & EXCLUDED)
