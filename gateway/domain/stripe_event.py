"""Stripe's events → which payment they speak of, and which facts they tell.

Only the types listed here set facts; every other type is kept and ignored. In subscription mode only session events
and retrieves do, because a subscription's intents do not carry our marker (design/status.md, joining).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.domain.facts import Facts
from gateway.domain.identifiers import (
    MARKER,
    EventId,
    IntentId,
    PaymentId,
    SessionId,
    parse_payment_id,
    parse_session_id,
)
from gateway.domain.money import Money
from gateway.domain.stripe_objects import (
    LONGEST_ID,
    NOTHING,
    Object,
    Reading,
    identifier,
    mapping,
    moment,
    read_charge,
    read_intent,
    read_refund,
    read_session,
    text,
)


class Mode(StrEnum):
    """Checkout's modes that we sell in."""

    PAYMENT = "payment"
    SUBSCRIPTION = "subscription"


class Kind(StrEnum):
    """What an event is about, and so how its object is read."""

    SESSION = "session"
    INTENT = "intent"
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"


KINDS: Mapping[str, Kind] = {
    "checkout.session.completed": Kind.SESSION,
    "checkout.session.expired": Kind.SESSION,
    "checkout.session.async_payment_succeeded": Kind.SESSION,
    "checkout.session.async_payment_failed": Kind.SESSION,
    "payment_intent.succeeded": Kind.INTENT,
    "payment_intent.payment_failed": Kind.INTENT,
    "payment_intent.processing": Kind.INTENT,
    "payment_intent.canceled": Kind.INTENT,
    "payment_intent.requires_action": Kind.INTENT,
    "charge.succeeded": Kind.CHARGE,
    "charge.failed": Kind.CHARGE,
    "charge.pending": Kind.CHARGE,
    "charge.captured": Kind.CHARGE,
    "charge.refunded": Kind.CHARGE,
    "charge.updated": Kind.CHARGE,
    "charge.refund.updated": Kind.REFUND,
    "refund.created": Kind.REFUND,
    "refund.updated": Kind.REFUND,
    "refund.failed": Kind.REFUND,
    "charge.dispute.created": Kind.DISPUTE,
    "charge.dispute.updated": Kind.DISPUTE,
    "charge.dispute.closed": Kind.DISPUTE,
    "charge.dispute.funds_withdrawn": Kind.DISPUTE,
    "charge.dispute.funds_reinstated": Kind.DISPUTE,
}

_TOLD_BY_TYPE: Mapping[str, Facts] = {
    "checkout.session.completed": Facts(complete=True),
    "checkout.session.expired": Facts(expired=True),
    "checkout.session.async_payment_succeeded": Facts(complete=True),
    "checkout.session.async_payment_failed": Facts(complete=True, async_failed=True),
}


@dataclass(frozen=True, slots=True)
class References:
    """Everything in an object that may lead to a payment's row; the surest first."""

    marker: PaymentId | None = None
    session_id: SessionId | None = None
    intent_id: IntentId | None = None


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """A verified event, its envelope checked; `object` is the snapshot it carries. `created` is Unix seconds."""

    id: EventId
    type: str
    created: int
    livemode: bool
    object: Object

    @property
    def kind(self) -> Kind | None:
        """None: a type that sets no facts."""
        return KINDS.get(self.type)


def parse_event(payload: Any) -> StripeEvent | None:
    """The envelope of a decoded webhook body, or None when it is not one of Stripe's events."""
    if not isinstance(payload, Mapping) or payload.get("object") != "event":
        return None
    event_id, event_type = text(payload, "id"), text(payload, "type")
    created, livemode = moment(payload, "created"), payload.get("livemode")
    if not event_id or not event_type or len(event_id) > LONGEST_ID or len(event_type) > 100:
        return None
    if created is None or not isinstance(livemode, bool):
        return None
    return StripeEvent(EventId(event_id), event_type, created, livemode, mapping(mapping(payload, "data"), "object"))


def references(kind: Kind, thing: Object) -> References:
    """Where an object of this kind names its payment."""
    marker = parse_payment_id(text(mapping(thing, "metadata"), MARKER) or "")
    match kind:
        case Kind.SESSION:
            return References(marker, parse_session_id(text(thing, "id") or ""), _intent_of(thing))
        case Kind.INTENT:
            return References(marker, None, IntentId(intent_id) if (intent_id := identifier(thing, "id")) else None)
        case Kind.CHARGE | Kind.REFUND | Kind.DISPUTE:
            return References(marker, None, _intent_of(thing))


def read_event(event: StripeEvent, *, expected: Money, mode: Mode) -> Reading:
    """The facts this event tells of a payment that asked for `expected`."""
    kind = event.kind
    if kind is None or (mode is Mode.SUBSCRIPTION and kind is not Kind.SESSION):
        return NOTHING
    match kind:
        case Kind.SESSION:
            told = Reading(_TOLD_BY_TYPE.get(event.type, Facts()))
            return told | read_session(event.object, expected)
        case Kind.INTENT:
            keyed = event.id if event.type == "payment_intent.payment_failed" else None
            return read_intent(event.object, expected, event_id=keyed, seen_at=event.created)
        case Kind.CHARGE:
            return read_charge(event.object, expected)
        case Kind.REFUND:
            return read_refund(event.object)
        case Kind.DISPUTE:
            return Reading(Facts(disputed=True))


def _intent_of(thing: Object) -> IntentId | None:
    """`payment_intent` as an id or expanded."""
    intent_id = identifier(thing, "payment_intent") or identifier(mapping(thing, "payment_intent"), "id")
    return IntentId(intent_id) if intent_id else None
