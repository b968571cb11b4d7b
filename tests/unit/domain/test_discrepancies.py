"""What somebody has to look at: each condition has one kind and subject, and a detail in words."""

import pytest
from hypothesis import given

from gateway.domain.discrepancies import Condition, Control, DiscrepancyKind, conditions
from gateway.domain.facts import (
    NO_FACTS,
    Asked,
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
from gateway.domain.movements import totals_of
from gateway.domain.ownership import asked_of, is_paid
from tests.unit.domain import strategies

ROW = "0" * 32
CONTROL = Control(ROW, {"usd": 500, "eur": 450})
NAMED = Facts(named_intents=frozenset({"pi_1"}))
PAID = merge(NAMED, Facts(session_paid=True, complete=True, asked=frozenset({Asked(500, "usd", 500)})))


def asked(*totals: Asked) -> Facts:
    return Facts(complete=True, asked=frozenset(totals))


def captured(minor: int, currency: str = "usd") -> Facts:
    return merge(PAID, Facts(charges={"ch_1": Charge("pi_1", captured={currency: minor})}))


def refunded(state: RefundState) -> Facts:
    return merge(PAID, Facts(refunds={"re_1": Refund(state, {"usd": 200}, True, "pi_1")}))


def disputed(state: DisputeState, *, respond_by: int = 0, reason: str = "", back: int = 0) -> Facts:
    moved = {"txn_1": BalanceTransaction(-460, "eur", 1), "txn_2": BalanceTransaction(back, "eur", 2)}
    view = DisputeView(0, 2, state, reason, respond_by)
    return merge(PAID, Facts(disputes={"du_1": Dispute(view, {"usd": 500}, transactions=moved, intent_id="pi_1")}))


def on_row(kind: DiscrepancyKind, detail: str) -> dict[Condition, str]:
    return {Condition(kind, ROW): detail}


def on(kind: DiscrepancyKind, subject: str, detail: str) -> dict[Condition, str]:
    return {Condition(kind, subject): detail}


FOREIGN = "an intent bears our marker and the session does not name it; it counts for nothing"
SHARE = "a part of the dispute came back in the settlement's currency; its worth here is a share"


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (NO_FACTS, {}),
        (PAID, {}),
        (asked(Asked(500, "usd", 500)), {}),
        (asked(Asked(450, "eur", 450)), {}),
        (asked(Asked(700, "usd", 500, discount=50, tax=100, shipping=150)), {}),
        (
            asked(Asked(450, "usd", 450)),
            on_row(DiscrepancyKind.TOTAL_DIFFERS, "Stripe asked for $4.50, expected $5.00"),
        ),
        (
            asked(Asked(500, "gbp", 500)),
            on_row(DiscrepancyKind.TOTAL_DIFFERS, "Stripe asked for £5.00, expected €4.50, $5.00"),
        ),
        (
            asked(Asked(500, "usd", 500), Asked(450, "usd", 500, 50)),
            on_row(DiscrepancyKind.TOTAL_DIFFERS, "Stripe asked for $4.50 and $5.00 in one session"),
        ),
        (asked(Asked(500, "usd", 500), Asked(500, "usd", 500, 50, 50)), {}),
        (captured(300), on_row(DiscrepancyKind.UNDERPAID, "asked for $5.00, received $3.00")),
        (captured(700), on_row(DiscrepancyKind.OVERPAID, "asked for $5.00, received $7.00")),
        (captured(450, "eur"), on_row(DiscrepancyKind.UNDERPAID, "asked for $5.00, received $0.00")),
        (merge(asked(Asked(500, "usd", 500)), NAMED), {}),
        (
            merge(PAID, Facts(async_failed=True)),
            on_row(
                DiscrepancyKind.LATE_MONEY,
                "money came although it had ended (complete, the delayed payment failed)",
            ),
        ),
        (
            Facts(complete=True, expired=True),
            on_row(
                DiscrepancyKind.COMPLETE_AND_EXPIRED,
                "Stripe reported it complete and expired, which exclude each other",
            ),
        ),
        (
            merge(NAMED, Facts(async_failed=True, intents={"pi_1": Intent(is_canceled=True)})),
            on_row(
                DiscrepancyKind.ASYNC_FAILED_AND_CANCELED,
                "Stripe reported that it failed late and was canceled, which exclude each other",
            ),
        ),
        (merge(PAID, Facts(intents={"pi_9": Intent()})), on(DiscrepancyKind.FOREIGN_INTENT, "pi_9", FOREIGN)),
        (Facts(intents={"pi_9": Intent()}), {}),
        (
            refunded(RefundState.FAILED),
            on(DiscrepancyKind.REFUND_FAILED, "re_1", "a refund of $2.00 failed; the money is here again"),
        ),
        (refunded(RefundState.SUCCEEDED), {}),
        (refunded(RefundState.CANCELED), {}),
        (
            merge(PAID, Facts(legacy_disputed=True)),
            on_row(DiscrepancyKind.DISPUTE_OPEN, "disputed; the dispute itself is not known yet"),
        ),
        (
            disputed(DisputeState.NEEDS_RESPONSE, respond_by=1_790_000_000, reason="fraudulent"),
            on(DiscrepancyKind.DISPUTE_OPEN, "du_1", "$5.00 disputed (fraudulent), answer by 2026-09-21 14:13 UTC"),
        ),
        (
            disputed(DisputeState.WARNING_UNDER_REVIEW),
            on(DiscrepancyKind.DISPUTE_OPEN, "du_1", "$5.00 disputed (no reason given)"),
        ),
        (disputed(DisputeState.LOST), on(DiscrepancyKind.DISPUTE_LOST, "du_1", "$5.00 lost to a dispute")),
        (disputed(DisputeState.WON, back=460), {}),
        (disputed(DisputeState.PREVENTED, back=460), {}),
        (disputed(DisputeState.WON, back=230), on(DiscrepancyKind.AMOUNT, "du_1", SHARE)),
    ],
)
def test_what_holds_is_named_by_kind_and_subject_with_a_sentence(known: Facts, found: dict[Condition, str]) -> None:
    assert conditions(known, CONTROL) == found


def test_where_nothing_could_be_expected_no_total_differs() -> None:
    assert conditions(asked(Asked(123, "gbp", 123)), Control(ROW, {})) == {}


@given(strategies.facts, strategies.facts)
def test_conditions_are_a_function_of_the_facts(one: Facts, other: Facts) -> None:
    assert conditions(merge(one, other), CONTROL) == conditions(merge(other, one), CONTROL)


@given(strategies.facts)
def test_every_condition_has_a_subject_and_a_detail(known: Facts) -> None:
    for condition, detail in conditions(known, CONTROL).items():
        assert condition.subject
        assert detail


@given(strategies.facts)
def test_a_paid_row_received_what_was_asked_or_somebody_has_to_look(known: Facts) -> None:
    """I10."""
    found = {condition.kind for condition in conditions(known, CONTROL)}
    amounts = {DiscrepancyKind.UNDERPAID, DiscrepancyKind.OVERPAID}
    was_asked = asked_of(known)
    if was_asked is None or not is_paid(known):
        assert not found & amounts
    else:
        received = sum(line.captured for line in totals_of(known) if line.currency == was_asked.currency)
        assert (received < was_asked.total) is (DiscrepancyKind.UNDERPAID in found)
        assert (received > was_asked.total) is (DiscrepancyKind.OVERPAID in found)
