"""What somebody has to look at: the kinds, and which of them hold by what is known of a payment.

A condition is named by its kind and subject; its detail says in a sentence what was found. Kinds that need more than
one payment's facts (two purchases of one reference, a comparison with Stripe) are opened by whoever sees them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from gateway.domain.facts import Asked, DisputeState, Facts, RefundState
from gateway.domain.money import Money
from gateway.domain.movements import own_disputes, own_refunds, partly_reversed, totals_of
from gateway.domain.ownership import asked_of, foreign_intents, is_paid
from gateway.domain.status import derive_without_money, intent_canceled


class DiscrepancyKind(StrEnum):
    """Why somebody has to look. The subject of each is typed: a payment, or an object of Stripe's by its id."""

    TOTAL_DIFFERS = "total_differs"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    LATE_MONEY = "late_money"
    FOREIGN_INTENT = "foreign_intent"
    SECOND_SESSION = "second_session"
    DUPLICATE_PURCHASE = "duplicate_purchase"
    REFUND_FAILED = "refund_failed"
    DISPUTE_OPEN = "dispute_open"
    DISPUTE_LOST = "dispute_lost"
    PRICE_DIFFERS = "price_differs"
    EVENT_FAILED = "event_failed"
    EVENT_UNMATCHED = "event_unmatched"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    STATUS = "status"
    AMOUNT = "amount"
    COMPLETE_AND_EXPIRED = "complete_and_expired"
    ASYNC_FAILED_AND_CANCELED = "async_failed_and_canceled"
    UNKNOWN_VALUE = "unknown_value"
    REFUSED_FOR_GOOD = "refused_for_good"
    NOTICE_FAILED = "notice_failed"
    BACK_END_GONE = "back_end_gone"
    REFUND_REFUSED = "refund_refused"


class DiscrepancyState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """What a row of the desk is about; at most one row has this kind and subject."""

    kind: DiscrepancyKind
    subject: str


Conditions = Mapping[Condition, str]
"""Each with its detail."""


@dataclass(frozen=True, slots=True)
class Control:
    """Our own figures beside Stripe's: `expected` subtotals by currency, empty where nothing could be expected."""

    payment_id: str
    expected: Mapping[str, int]


def conditions(facts: Facts, control: Control) -> Conditions:
    """Everything that holds of one payment by its own facts."""
    return {Condition(kind, subject): detail for kind, subject, detail in _found(facts, control)}


Found = tuple[DiscrepancyKind, str, str]


def _found(facts: Facts, control: Control) -> Iterator[Found]:
    payment_id = control.payment_id
    yield from _of_amounts(facts, control)
    if is_paid(facts) and derive_without_money(facts).is_final:
        ended = derive_without_money(facts)
        yield DiscrepancyKind.LATE_MONEY, payment_id, f"money came although it had ended ({ended.name})"
    if facts.complete and facts.expired:
        detail = "Stripe reported it complete and expired, which exclude each other"
        yield DiscrepancyKind.COMPLETE_AND_EXPIRED, payment_id, detail
    if facts.async_failed and intent_canceled(facts):
        detail = "Stripe reported that it failed late and was canceled, which exclude each other"
        yield DiscrepancyKind.ASYNC_FAILED_AND_CANCELED, payment_id, detail
    for intent_id in foreign_intents(facts):
        detail = "an intent bears our marker and the session does not name it; it counts for nothing"
        yield DiscrepancyKind.FOREIGN_INTENT, intent_id, detail
    yield from _of_refunds(facts)
    yield from _of_disputes(facts, payment_id)


def _of_amounts(facts: Facts, control: Control) -> Iterator[Found]:
    asked = asked_of(facts)
    if asked is None:
        return
    problem = _unexplained(asked, facts, control)
    if problem is not None:
        yield DiscrepancyKind.TOTAL_DIFFERS, control.payment_id, problem
    if not is_paid(facts):
        return
    received = sum(line.captured for line in totals_of(facts) if line.currency == asked.currency)
    if received == asked.total:
        return
    kind = DiscrepancyKind.UNDERPAID if received < asked.total else DiscrepancyKind.OVERPAID
    yield kind, control.payment_id, f"asked for {_words(asked.total, asked)}, received {_words(received, asked)}"


def _unexplained(asked: Asked, facts: Facts, control: Control) -> str | None:
    """Discount, tax and shipping never need an explanation; another subtotal does."""
    others = {(other.total, other.currency) for other in facts.asked}
    if len(others) > 1:
        listed = " and ".join(Money(total, currency).formatted for total, currency in sorted(others))
        return f"Stripe asked for {listed} in one session"
    expected = control.expected.get(asked.currency)
    if expected == asked.subtotal or (not control.expected):
        return None
    if expected is None:
        listed = ", ".join(Money(minor, currency).formatted for currency, minor in sorted(control.expected.items()))
        return f"Stripe asked for {_words(asked.subtotal, asked)}, expected {listed}"
    return f"Stripe asked for {_words(asked.subtotal, asked)}, expected {_words(expected, asked)}"


def _of_refunds(facts: Facts) -> Iterator[Found]:
    for refund_id, refund in own_refunds(facts).items():
        if refund.state is RefundState.FAILED:
            worth = " or ".join(Money(minor, currency).formatted for currency, minor in sorted(refund.amounts.items()))
            yield DiscrepancyKind.REFUND_FAILED, refund_id, f"a refund of {worth} failed; the money is here again"


def _of_disputes(facts: Facts, payment_id: str) -> Iterator[Found]:
    disputes = own_disputes(facts)
    if facts.legacy_disputed and not disputes:
        yield DiscrepancyKind.DISPUTE_OPEN, payment_id, "disputed; the dispute itself is not known yet"
    for dispute_id, dispute in disputes.items():
        worth = " or ".join(Money(minor, currency).formatted for currency, minor in sorted(dispute.amounts.items()))
        if not dispute.newest.state.is_closed:
            due = dispute.newest.respond_by
            by = f", answer by {datetime.fromtimestamp(due, UTC):%Y-%m-%d %H:%M} UTC" if due else ""
            reason = dispute.newest.reason or "no reason given"
            yield DiscrepancyKind.DISPUTE_OPEN, dispute_id, f"{worth} disputed ({reason}){by}"
        elif dispute.newest.state is DisputeState.LOST:
            yield DiscrepancyKind.DISPUTE_LOST, dispute_id, f"{worth} lost to a dispute"
    for dispute_id in partly_reversed(facts):
        detail = "a part of the dispute came back in the settlement's currency; its worth here is a share"
        yield DiscrepancyKind.AMOUNT, dispute_id, detail


def _words(minor: int, asked: Asked) -> str:
    return Money(minor, asked.currency).formatted
