"""Stripe's objects → facts. One function an object, used alike for events and retrieves.

Payloads are plain decoded JSON, read defensively: a missing or misshapen value sets no fact, and a word Stripe never
documented is reported in `Reading.unknown` and never fulfils (design/status.md, notes).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from gateway.domain.facts import (
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

Object = Mapping[str, Any]

LONGEST_ID = 255

_ATTEMPT_STATES = {
    "pending": AttemptState.PENDING,
    "failed": AttemptState.FAILED,
    "succeeded": AttemptState.SUCCEEDED,
}
_REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.UNDONE,
    "canceled": RefundState.UNDONE,
}
_SESSION_STATUSES = {"open", "complete", "expired"}
_PAYMENT_STATUSES = {"paid", "unpaid", "no_payment_required"}
_INTENT_STATUSES = {
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "canceled",
    "succeeded",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts read from an object, and the values nobody told us about, as `field=value`."""

    facts: Facts = field(default=NO_FACTS)
    unknown: tuple[str, ...] = ()

    def __or__(self, other: "Reading") -> "Reading":
        return Reading(merge(self.facts, other.facts), self.unknown + other.unknown)


NOTHING = Reading()


def all_of(*readings: Reading) -> Reading:
    return reduce(lambda one, other: one | other, readings, NOTHING)


def read_session(session: Object, expected: Money) -> Reading:
    """A Checkout Session, as an event carries it or a retrieve shows it."""
    status, payment_status = text(session, "status"), text(session, "payment_status")
    complete = status == "complete"
    state = Facts(
        complete=complete,
        expired=status == "expired",
        nothing_due=complete and payment_status == "no_payment_required",
    )
    return all_of(
        Reading(state),
        _strange("session.status", status, _SESSION_STATUSES),
        _strange("session.payment_status", payment_status, _PAYMENT_STATUSES),
        received(session, "amount_total", expected) if payment_status == "paid" else NOTHING,
    )


def read_intent(intent: Object, expected: Money, *, event_id: str | None, seen_at: int) -> Reading:
    """A PaymentIntent. `event_id` names an attempt that has neither charge nor method; `seen_at` is Unix seconds."""
    status = text(intent, "status")
    return all_of(
        Reading(Facts(intent_canceled=status == "canceled")),
        _strange("payment_intent.status", status, _INTENT_STATUSES),
        received(intent, "amount_received", expected) if status == "succeeded" else NOTHING,
        _last_error(mapping(intent, "last_payment_error"), event_id=event_id, seen_at=seen_at),
    )


def read_charge(charge: Object, expected: Money) -> Reading:
    """A charge: one attempt, the money once it is captured, and what was refunded or disputed of it."""
    key, created, status = identifier(charge, "id"), moment(charge, "created"), text(charge, "status")
    facts = Facts(
        disputed=charge.get("disputed") is True,
        refunded_peak_minor=max(number(charge, "amount_refunded") or 0, 0),
    )
    state = _ATTEMPT_STATES.get(status or "")
    attempt = NOTHING
    if state is not None and key and created is not None:
        failure = _failure_of_charge(charge) if state is AttemptState.FAILED else None
        card = _card(mapping(mapping(charge, "payment_method_details"), "card"), Source.CHARGE)
        attempt = Reading(Facts(attempts={key: Attempt(state, Said(Source.CHARGE, created), failure, card)}))
    has_money = charge.get("paid") is True and charge.get("captured") is True
    return all_of(
        Reading(facts),
        attempt,
        _strange("charge.status", status, _ATTEMPT_STATES.keys()),
        received(charge, "amount_captured", expected) if has_money else NOTHING,
    )


def read_refund(refund: Object) -> Reading:
    """A refund, told apart by its id."""
    key, amount, status = identifier(refund, "id"), number(refund, "amount"), text(refund, "status")
    state = _REFUND_STATES.get(status or "")
    if state is None or not key or amount is None:
        return _strange("refund.status", status, _REFUND_STATES.keys())
    return Reading(Facts(refunds={key: Refund(state, amount)}))


def read_retrieved(session: Object, expected: Money) -> Reading:
    """One retrieve with `payment_intent.latest_charge` or `subscription` expanded: what only the whole picture shows.

    A complete session whose intent waits for another method is a delayed payment that failed; in subscription mode,
    one whose subscription is `incomplete_expired`.
    """
    intent, subscription = mapping(session, "payment_intent"), mapping(session, "subscription")
    waiting = text(intent, "status") == "requires_payment_method"
    ended = text(subscription, "status") == "incomplete_expired"
    failed = text(session, "status") == "complete" and (waiting or ended)
    charge = mapping(intent, "latest_charge")
    return all_of(
        read_session(session, expected),
        read_intent(intent, expected, event_id=None, seen_at=moment(intent, "created") or 0) if intent else NOTHING,
        read_charge(charge, expected) if charge else NOTHING,
        Reading(Facts(async_failed=failed)),
    )


def received(thing: Object, amount_field: str, expected: Money) -> Reading:
    """Money is a fact only when amount and currency are exactly what was asked; else it is wrong money."""
    amount, currency = number(thing, amount_field), text(thing, "currency")
    if amount is None or currency is None:
        return Reading(unknown=(f"{amount_field}=missing",))
    money = Money(amount, currency.lower())
    return Reading(Facts(money=True) if money == expected else Facts(wrong_money=frozenset({money})))


def _last_error(error: Object, *, event_id: str | None, seen_at: int) -> Reading:
    """The attempt behind `last_payment_error`. Its charge is named there; `latest_charge` may be the try before."""
    method = mapping(error, "payment_method")
    key = identifier(error, "charge") or identifier(method, "id") or event_id
    if not error or not key:
        return NOTHING
    method_created = moment(method, "created")
    created = Said(Source.EVENT, seen_at) if method_created is None else Said(Source.METHOD, method_created)
    failure = Said(Source.INTENT, tuple(text(error, name) or "" for name in ("code", "decline_code", "message")))
    card = _card(mapping(method, "card"), Source.INTENT)
    return Reading(Facts(attempts={key: Attempt(AttemptState.FAILED, created, failure, card)}))


def _failure_of_charge(charge: Object) -> Said:
    code = text(charge, "failure_code") or ""
    decline_code = text(mapping(charge, "outcome"), "reason") if code == "card_declined" else None
    return Said(Source.CHARGE, (code, decline_code or "", text(charge, "failure_message") or ""))


def _card(card: Object, source: Source) -> Said | None:
    brand, last4 = text(card, "brand"), text(card, "last4")
    return Said(source, (brand, last4)) if brand and last4 else None


def _strange(name: str, value: str | None, known: Any) -> Reading:
    return NOTHING if value is None or value in known else Reading(unknown=(f"{name}={value[:40]}",))


def text(thing: Object, name: str) -> str | None:
    """A string field, or None where it is missing or something else: PostgreSQL's text takes no NUL."""
    value = thing.get(name)
    return value if isinstance(value, str) and "\x00" not in value else None


def identifier(thing: Object, name: str) -> str | None:
    """A string field that fits the column of an id, or None."""
    value = text(thing, name)
    return value if value and len(value) <= LONGEST_ID else None


def number(thing: Object, name: str) -> int | None:
    """An integer that fits a database column, or None."""
    value = thing.get(name)
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    return value if fits else None


def moment(thing: Object, name: str) -> int | None:
    """Unix seconds within the years a calendar can show, or None."""
    value = number(thing, name)
    return value if value is not None and 0 <= value < 2**33 else None


def mapping(thing: Object, name: str) -> Object:
    """An object field, or the empty object."""
    value = thing.get(name)
    return value if isinstance(value, Mapping) else {}
