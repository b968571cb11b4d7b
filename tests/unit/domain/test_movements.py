"""The journal's targets, and that booking the differences ends with them in whatever order things were learned."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import reduce
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.attempts import Attempts, merge_all
from gateway.domain.facts import (
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
from gateway.domain.facts_json import facts_from_json, facts_to_json
from gateway.domain.movements import (
    LEGACY,
    SESSION_WORD,
    MovementKind,
    Target,
    Totals,
    has_unnamed_dispute,
    occurred_at,
    own_disputes,
    own_refunds,
    partly_reversed,
    refund_gaps,
    targets,
    totals,
    totals_of,
    wholly_refunded,
)
from gateway.domain.snapshot import visible
from gateway.services.recording.movements import difference
from tests.unit.domain.strategies import attempts, facts

CAPTURE, REFUND, REFUND_FAILED, DISPUTE, DISPUTE_REVERSED = MovementKind
FIVE = Asked(500, "usd", 500)
OPEN, WON, LOST = DisputeState.NEEDS_RESPONSE, DisputeState.WON, DisputeState.LOST
PAID = Facts(session_paid=True, complete=True, asked=frozenset({FIVE}), session_created=1)
NAMED = merge(PAID, Facts(named_intents=frozenset({"pi_1"})))
CAPTURED = merge(
    NAMED,
    Facts(
        intents={"pi_1": Intent(is_paid=True, received={"usd": 500}, created=2)},
        charges={"ch_1": Charge("pi_1", is_paid=True, captured={"usd": 500}, created=3)},
    ),
)


def with_refund(state: RefundState, minor: int = 200, *, moved: bool = True, key: str = "re_1") -> Facts:
    return merge(CAPTURED, Facts(refunds={key: Refund(state, {"usd": minor}, moved, "pi_1", "ch_1", 4)}))


def with_dispute(state: DisputeState, *moved: tuple[int, str]) -> Facts:
    transactions = {f"txn_{n}": BalanceTransaction(minor, name, 5 + n) for n, (minor, name) in enumerate(moved)}
    view = DisputeView(0, len(moved), state)
    return merge(
        CAPTURED, Facts(disputes={"du_1": Dispute(view, {"usd": 500}, transactions=transactions, charge_id="ch_1")})
    )


def booked_along(readings: Iterable[Facts]) -> tuple[Facts, dict[Target, int]]:
    """What the recorder appends for each reading, summed."""
    known, sums = NO_FACTS, Counter[Target]()
    for reading in readings:
        learned = merge(known, reading)
        for target, minor in difference(targets(known), targets(learned)):
            sums[target] += minor
        known = learned
    return known, {target: minor for target, minor in sums.items() if minor}


def _all(reported: Iterable[Attempts]) -> Attempts:
    known: Attempts = {}
    for attempts_reported in reported:
        known = merge_all(known, attempts_reported)
    return known


@given(st.lists(st.tuples(facts, attempts), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_booked_sums_equal_the_targets_in_every_order_of_the_readings(
    readings: list[tuple[Facts, Attempts]], random: Random
) -> None:
    shuffled = [*readings, readings[0]]
    random.shuffle(shuffled)
    known, booked = booked_along(reading for reading, _ in readings)
    known_again, booked_again = booked_along(reading for reading, _ in shuffled)
    assert booked == targets(known) == targets(known_again) == booked_again
    assert _all(each for _, each in readings) == _all(each for _, each in shuffled)


@given(facts)
def test_targets_are_a_function_of_the_facts_and_never_zero(known: Facts) -> None:
    due = targets(known)
    assert due == targets(facts_from_json(facts_to_json(known)))
    assert all(due.values())
    assert difference(due, due) == []


@given(facts)
def test_each_kind_has_its_sign(known: Facts) -> None:
    for target, minor in targets(known).items():
        assert (minor > 0) is (target.kind in {CAPTURE, REFUND_FAILED, DISPUTE_REVERSED})


@given(facts)
def test_everything_that_speaks_of_money_is_a_sum_over_the_movements(known: Facts) -> None:
    due = targets(known)
    lines = {line.currency: line for line in totals_of(known)}
    for currency in {target.currency for target in due}:
        assert lines[currency].net == sum(minor for target, minor in due.items() if target.currency == currency)
    seen = visible(known)
    assert seen.paid is None or seen.paid.amount_minor == lines[seen.paid.currency].captured
    assert seen.refunded is None or seen.refunded.amount_minor == lines[seen.refunded.currency].refunded


@given(facts, facts)
def test_the_difference_is_in_a_fixed_order_and_brings_the_one_to_the_other(one: Facts, other: Facts) -> None:
    before, after = targets(one), targets(other)
    moved = difference(before, after)
    assert [target for target, _ in moved] == sorted(target for target, _ in moved)
    sums = Counter(before)
    sums.update(dict(moved))
    assert {target: minor for target, minor in sums.items() if minor} == after


# Captures


def test_where_no_intent_exists_the_sessions_word_is_booked() -> None:
    assert targets(PAID) == {Target(SESSION_WORD, CAPTURE, "usd"): 500}
    assert targets(Facts(session_paid=True, asked=frozenset({Asked(0, "usd", 0)}))) == {}


def test_as_soon_as_an_intent_is_named_the_sessions_word_is_booked_under_the_intent() -> None:
    assert targets(NAMED) == {Target("pi_1", CAPTURE, "usd"): 500}
    _, booked = booked_along([PAID, NAMED, CAPTURED])
    assert booked == {Target("pi_1", CAPTURE, "usd"): 500}


@pytest.mark.parametrize(
    ("more", "captured"),
    [
        (Facts(intents={"pi_1": Intent(received={"usd": 450})}), 450),
        (Facts(charges={"ch_1": Charge("pi_1", captured={"usd": 300})}), 300),
        (
            Facts(
                intents={"pi_1": Intent(received={"usd": 450})}, charges={"ch_1": Charge("pi_1", captured={"usd": 300})}
            ),
            300,
        ),
        (Facts(charges={"ch_1": Charge("pi_1", captured={"usd": 0})}), 500),
    ],
)
def test_a_charge_is_believed_before_its_intent_and_an_intent_before_the_session(more: Facts, captured: int) -> None:
    assert targets(merge(NAMED, more)) == {Target("pi_1", CAPTURE, "usd"): captured}


def test_an_intent_that_the_session_does_not_name_is_never_booked() -> None:
    foreign = Facts(
        intents={"pi_9": Intent(is_paid=True, received={"usd": 100})},
        charges={"ch_9": Charge("pi_9", is_paid=True, captured={"usd": 100}, refunded={"usd": 50}, is_disputed=True)},
        refunds={"re_9": Refund(RefundState.SUCCEEDED, {"usd": 50}, True, "pi_9", "ch_9")},
        disputes={
            "du_9": Dispute(
                DisputeView(0, 1, LOST),
                {"usd": 100},
                transactions={"t": BalanceTransaction(-100, "usd", 1)},
                intent_id="pi_9",
            )
        },
    )
    assert targets(foreign) == {}
    assert targets(merge(CAPTURED, foreign)) == targets(CAPTURED)
    assert (own_refunds(foreign), own_disputes(foreign), refund_gaps(foreign)) == ({}, {}, {})
    assert not has_unnamed_dispute(foreign)


def test_old_figures_in_the_buyers_currency_are_booked_in_the_source_currency() -> None:
    shown = merge(
        NAMED,
        Facts(
            conversions=frozenset({Conversion("mxn", 9250, "usd", 500)}),
            charges={"ch_1": Charge("pi_1", captured={"mxn": 9250})},
            refunds={"re_1": Refund(RefundState.SUCCEEDED, {"mxn": 3700}, True, "pi_1")},
        ),
    )
    assert targets(shown) == {Target("pi_1", CAPTURE, "usd"): 500, Target("re_1", REFUND, "usd"): -200}


# Refunds


@pytest.mark.parametrize(
    ("known", "went_back"),
    [
        (with_refund(RefundState.SUCCEEDED), 200),
        (with_refund(RefundState.PENDING), 200),
        (with_refund(RefundState.PENDING, moved=False), 0),
        (with_refund(RefundState.SUCCEEDED, moved=False), 0),
        (with_refund(RefundState.CANCELED, moved=False), 0),
        (with_refund(RefundState.FAILED, moved=False), 0),
        (with_refund(RefundState.FAILED), 0),
        (with_refund(RefundState.CANCELED), 0),
        (merge(with_refund(RefundState.SUCCEEDED), with_refund(RefundState.SUCCEEDED, 300, key="re_2")), 500),
        (merge(with_refund(RefundState.FAILED), with_refund(RefundState.SUCCEEDED, 300, key="re_2")), 300),
    ],
)
def test_a_refund_counts_once_money_has_moved_and_until_it_fails(known: Facts, went_back: int) -> None:
    assert totals_of(known) == (Totals("usd", 500, went_back, 0),)
    assert wholly_refunded(known) is (went_back == 500)


def test_a_refund_that_failed_is_booked_out_and_back_even_when_first_seen_failed() -> None:
    out_and_back = {Target("re_1", REFUND, "usd"): -200, Target("re_1", REFUND_FAILED, "usd"): 200}
    assert targets(with_refund(RefundState.FAILED)) == {**targets(CAPTURED), **out_and_back}


def test_a_refund_without_a_currency_is_in_the_one_that_was_asked_for() -> None:
    known = merge(CAPTURED, Facts(refunds={"re_1": Refund(RefundState.SUCCEEDED, {"": 200}, True, "pi_1")}))
    assert targets(known)[Target("re_1", REFUND, "usd")] == -200


def charged_back(minor: int, *others: Facts) -> Facts:
    peak = Facts(charges={"ch_1": Charge("pi_1", refunded={"usd": minor})})
    return reduce(merge, others, merge(CAPTURED, peak))


def refunded_as(amounts: dict[str, int], *, intent: str | None, charge: str | None) -> Facts:
    refund = Refund(RefundState.SUCCEEDED, amounts, has_moved=True, intent_id=intent, charge_id=charge)
    return Facts(refunds={"re_1": refund})


@pytest.mark.parametrize(
    ("known", "gap"),
    [
        (charged_back(0), {}),
        (charged_back(200), {"ch_1": 200}),
        (charged_back(200, with_refund(RefundState.SUCCEEDED)), {}),
        (charged_back(200, with_refund(RefundState.PENDING, moved=False)), {}),
        (charged_back(200, with_refund(RefundState.FAILED)), {}),
        (charged_back(500, with_refund(RefundState.SUCCEEDED)), {"ch_1": 300}),
        (charged_back(200, with_refund(RefundState.SUCCEEDED, moved=False)), {"ch_1": 200}),
        (charged_back(1), {"ch_1": 1}),
        # One that names another charge explains nothing; one that names only the intent does; so does one whose amount
        # came without a currency, and one of another currency does not.
        (charged_back(200, refunded_as({"usd": 200}, intent="pi_1", charge="ch_2")), {"ch_1": 200}),
        (charged_back(200, refunded_as({"usd": 200}, intent=None, charge="ch_1")), {}),
        (charged_back(200, refunded_as({"usd": 200}, intent="pi_1", charge=None)), {}),
        (charged_back(200, refunded_as({"usd": 200}, intent="pi_2", charge=None)), {"ch_1": 200}),
        (charged_back(200, refunded_as({"": 150}, intent="pi_1", charge=None)), {"ch_1": 50}),
        (charged_back(200, refunded_as({"eur": 200}, intent="pi_1", charge=None)), {"ch_1": 200}),
    ],
)
def test_what_a_charge_says_went_back_beyond_the_known_refunds_is_a_gap_and_never_booked(
    known: Facts, gap: dict[str, int]
) -> None:
    assert refund_gaps(known) == gap
    assert not any(target.stripe_id == "ch_1" for target in targets(known))


def test_refunds_carried_over_without_ids_shrink_as_real_ids_arrive() -> None:
    carried = merge(CAPTURED, Facts(legacy_refunded={"usd": 300}))
    assert targets(carried)[Target(LEGACY, REFUND, "usd")] == -300
    one_known = merge(carried, with_refund(RefundState.SUCCEEDED))
    assert targets(one_known)[Target(LEGACY, REFUND, "usd")] == -100
    assert totals_of(one_known) == (Totals("usd", 500, 300, 0),)
    all_known = merge(one_known, with_refund(RefundState.SUCCEEDED, 100, key="re_2"))
    assert Target(LEGACY, REFUND, "usd") not in targets(all_known)
    assert totals_of(all_known) == (Totals("usd", 500, 300, 0),)


def test_refunds_known_in_the_buyers_currency_shrink_what_was_carried_over_by_their_worth() -> None:
    shown = Facts(
        legacy_refunded={"usd": 300},
        conversions=frozenset({Conversion("mxn", 9250, "usd", 500)}),
        refunds={"re_1": Refund(RefundState.SUCCEEDED, {"mxn": 3700}, True, "pi_1")},
    )
    assert totals_of(merge(CAPTURED, shown)) == (Totals("usd", 500, 300, 0),)
    assert targets(merge(CAPTURED, shown))[Target(LEGACY, REFUND, "usd")] == -100


# Disputes


@pytest.mark.parametrize(
    ("known", "gone", "is_partial"),
    [
        (with_dispute(OPEN), 0, False),
        (with_dispute(OPEN, (-500, "usd")), 500, False),
        (with_dispute(LOST, (-500, "usd")), 500, False),
        (with_dispute(WON, (-500, "usd")), 500, False),
        (with_dispute(WON, (-500, "usd"), (500, "usd")), 0, False),
        (with_dispute(LOST, (-500, "usd"), (200, "usd")), 300, False),
        (with_dispute(OPEN, (-460, "eur")), 500, False),
        (with_dispute(WON, (-460, "eur"), (460, "eur")), 0, False),
        (with_dispute(LOST, (-460, "eur"), (230, "eur")), 250, True),
        (with_dispute(LOST, (-300, "eur"), (100, "eur")), 333, True),
        (with_dispute(DisputeState.WARNING_CLOSED), 0, False),
        (with_dispute(DisputeState.PREVENTED), 0, False),
        (with_dispute(LOST), 0, False),
    ],
)
def test_a_disputes_money_follows_its_balance_transactions(known: Facts, gone: int, is_partial: bool) -> None:
    assert totals_of(known) == (Totals("usd", 500, 0, gone),)
    assert partly_reversed(known) == (frozenset({"du_1"}) if is_partial else frozenset())


def test_a_dispute_that_came_back_is_booked_out_and_back() -> None:
    known = with_dispute(OPEN, (-500, "usd"), (500, "usd"))
    assert targets(known)[Target("du_1", DISPUTE, "usd")] == -500
    assert targets(known)[Target("du_1", DISPUTE_REVERSED, "usd")] == 500


@pytest.mark.parametrize(
    "hint", [Facts(legacy_disputed=True), Facts(charges={"ch_1": Charge("pi_1", is_disputed=True)})]
)
def test_a_dispute_that_only_its_charge_or_an_old_database_knows_is_without_a_name(hint: Facts) -> None:
    assert has_unnamed_dispute(merge(CAPTURED, hint))
    assert not has_unnamed_dispute(merge(hint, with_dispute(OPEN)))
    assert not has_unnamed_dispute(CAPTURED)


# When it happened, and the sums


def charged_at(created: int, *, intent: str = "pi_1", captured: int = 500) -> Facts:
    """Another charge than that of CAPTURED."""
    sums = {"usd": captured} if captured else {}
    return Facts(charges={"ch_other": Charge(intent, is_paid=True, captured=sums, created=created)})


@pytest.mark.parametrize(
    ("known", "target", "at"),
    [
        (PAID, Target(SESSION_WORD, CAPTURE, "usd"), 1),
        (
            merge(NAMED, Facts(intents={"pi_1": Intent(received={"usd": 5}, created=2)})),
            Target("pi_1", CAPTURE, "usd"),
            2,
        ),
        (CAPTURED, Target("pi_1", CAPTURE, "usd"), 3),
        (with_refund(RefundState.SUCCEEDED), Target("re_1", REFUND, "usd"), 4),
        (with_dispute(OPEN, (-500, "usd")), Target("du_1", DISPUTE, "usd"), 5),
        (with_dispute(OPEN, (-500, "usd"), (500, "usd")), Target("du_1", DISPUTE_REVERSED, "usd"), 6),
        (CAPTURED, Target(LEGACY, REFUND, "usd"), None),
        # The earliest charge of that very intent that captured something; then the intent's time, then the session's.
        (merge(CAPTURED, charged_at(2)), Target("pi_1", CAPTURE, "usd"), 2),
        (merge(CAPTURED, charged_at(2, intent="pi_2")), Target("pi_1", CAPTURE, "usd"), 3),
        (merge(CAPTURED, charged_at(2, captured=0)), Target("pi_1", CAPTURE, "usd"), 3),
        (Facts(session_created=9), Target("pi_1", CAPTURE, "usd"), 9),
        (NO_FACTS, Target("pi_1", CAPTURE, "usd"), None),
        # The latest transaction that moved money in that direction, however little.
        (with_dispute(OPEN, (-1, "usd"), (0, "usd"), (-1, "usd")), Target("du_1", DISPUTE, "usd"), 7),
        (with_dispute(OPEN, (-1, "usd"), (1, "usd"), (0, "usd")), Target("du_1", DISPUTE_REVERSED, "usd"), 6),
        (with_dispute(OPEN, (-1, "usd")), Target("du_1", DISPUTE_REVERSED, "usd"), None),
        (NO_FACTS, Target("du_1", DISPUTE, "usd"), None),
        (NO_FACTS, Target("re_1", REFUND, "usd"), None),
    ],
)
def test_a_movement_occurred_when_its_object_or_its_balance_transaction_says(
    known: Facts, target: Target, at: int | None
) -> None:
    assert occurred_at(known, target) == (datetime.fromtimestamp(at, UTC) if at is not None else None)


def test_sums_by_kind_make_totals_by_currency() -> None:
    sums = [
        (CAPTURE, "usd", 500), (REFUND, "usd", -200), (REFUND_FAILED, "usd", 200), (DISPUTE, "usd", -500),
        (DISPUTE_REVERSED, "usd", 100), (CAPTURE, "eur", 450),
    ]  # fmt: skip
    assert totals(sums) == (Totals("eur", 450, 0, 0), Totals("usd", 500, 0, 400))
    assert [line.net for line in totals(sums)] == [450, 100]
    assert totals([]) == ()


def test_nothing_captured_is_not_wholly_refunded() -> None:
    assert not wholly_refunded(NO_FACTS)
