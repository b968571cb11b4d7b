"""Stripe's events → which payment they speak of, and what they report of it.

Only the types listed here set facts; every other type is kept and ignored. In subscription mode intents, charges,
refunds and disputes carry no marker: they join once the session, or its first invoice, names their intent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from gateway.domain.facts import Facts
from gateway.domain.identifiers import (
    INSTANCE_MARKER,
    MARKER,
    EventId,
    InstanceId,
    PaymentId,
    SessionId,
    parse_instance_id,
    parse_payment_id,
    parse_session_id,
)
from gateway.domain.json_fields import LONGEST_ID, Object, identifier, mapping, moment, reference, text
from gateway.domain.stripe_objects import (
    NOTHING,
    Reading,
    read_charge,
    read_dispute,
    read_intent,
    read_invoice,
    read_invoice_payment,
    read_refund,
    read_session,
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
    INVOICE = "invoice"
    INVOICE_PAYMENT = "invoice_payment"


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
    "payment_intent.partially_funded": Kind.INTENT,
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
    "invoice.paid": Kind.INVOICE,
    "invoice.payment_succeeded": Kind.INVOICE,
    "invoice.payment_failed": Kind.INVOICE,
    "invoice.finalized": Kind.INVOICE,
    "invoice_payment.paid": Kind.INVOICE_PAYMENT,
}

_BY_TYPE: Mapping[str, Facts] = {
    "checkout.session.completed": Facts(complete=True),
    "checkout.session.expired": Facts(expired=True),
    "checkout.session.async_payment_succeeded": Facts(complete=True),
    "checkout.session.async_payment_failed": Facts(complete=True, async_failed=True),
}


@dataclass(frozen=True, slots=True)
class References:
    """Everything in an object that may lead to a payment's row; the surest first.

    `key` is the Stripe id by which an object without a marker is joined, once that id is known to be a payment's own.
    """

    marker: PaymentId | None = None
    instance: InstanceId | None = None
    session_id: SessionId | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """A verified event, its envelope checked; `object` is the snapshot it carries. `created` is Unix seconds.

    `account` is the connected account an event of Stripe Connect is about; None for one's own.
    """

    id: EventId
    type: str
    created: int
    livemode: bool
    object: Object
    account: str | None = None

    @property
    def kind(self) -> Kind | None:
        """None: a type that sets no facts."""
        return KINDS.get(self.type)


def parse_event(payload: Any) -> StripeEvent | None:
    """The envelope of a decoded webhook body, or None when it is not one of Stripe's events.

    A thin event of API v2 (`v2.core.event`: no object, an ISO time) is an event too; none of them sets a fact.
    """
    if not isinstance(payload, Mapping) or text(payload, "object") not in {"event", "v2.core.event"}:
        return None
    event_id, event_type = text(payload, "id"), text(payload, "type")
    is_thin = payload.get("object") == "v2.core.event"
    created = _iso_moment(payload) if is_thin else moment(payload, "created")
    livemode = payload.get("livemode", False) if is_thin else payload.get("livemode")
    if not event_id or not event_type or len(event_id) > LONGEST_ID or len(event_type) > 100:
        return None
    if created is None or not isinstance(livemode, bool):
        return None
    thing: Object = {} if is_thin else mapping(mapping(payload, "data"), "object")
    kind_of = f"v2 {event_type}"[:100] if is_thin and event_type in KINDS else event_type
    return StripeEvent(EventId(event_id), kind_of, created, livemode, thing, identifier(payload, "account"))


def references(kind: Kind, thing: Object) -> References:
    """Where an object of this kind names its payment."""
    metadata = _metadata(kind, thing)
    marker = parse_payment_id(text(metadata, MARKER) or "")
    instance = parse_instance_id(text(metadata, INSTANCE_MARKER) or "")
    match kind:
        case Kind.SESSION:
            session_id = parse_session_id(text(thing, "id") or "")
            return References(marker, instance, session_id, reference(thing, "payment_intent"))
        case Kind.INTENT | Kind.INVOICE:
            return References(marker, instance, None, identifier(thing, "id"))
        case Kind.CHARGE:
            key = reference(thing, "payment_intent") or identifier(thing, "id")
            return References(marker, instance, None, key)
        case Kind.REFUND | Kind.DISPUTE:
            key = reference(thing, "payment_intent") or reference(thing, "charge")
            return References(marker, instance, None, key)
        case Kind.INVOICE_PAYMENT:
            return References(marker, instance, None, reference(thing, "invoice"))


def read_event(event: StripeEvent) -> Reading:
    """What this event reports."""
    match event.kind:
        case Kind.SESSION:
            by_type = _BY_TYPE.get(event.type, Facts())
            return Reading(by_type) | read_session(event.object, is_complete=by_type.complete)
        case Kind.INTENT:
            keyed = event.id if event.type == "payment_intent.payment_failed" else None
            return read_intent(event.object, event_id=keyed, seen_at=event.created)
        case None:
            return NOTHING
        case other:
            return _READERS[other](event.object)


_READERS: Mapping[Kind, Callable[[Object], Reading]] = {
    Kind.CHARGE: read_charge,
    Kind.REFUND: read_refund,
    Kind.DISPUTE: read_dispute,
    Kind.INVOICE: read_invoice,
    Kind.INVOICE_PAYMENT: read_invoice_payment,
}


def _metadata(kind: Kind, thing: Object) -> Object:
    """Where the marker travels: an invoice carries that of its subscription, renewals' invoices too."""
    own = mapping(thing, "metadata")
    if kind is not Kind.INVOICE or MARKER in own:
        return own
    details = mapping(mapping(thing, "parent"), "subscription_details") or mapping(thing, "subscription_details")
    return mapping(details, "metadata")


def _iso_moment(payload: Object) -> int | None:
    try:
        at = datetime.fromisoformat(text(payload, "created") or "")
    except ValueError:
        return moment(payload, "created")
    return int(at.replace(tzinfo=at.tzinfo or UTC).timestamp())
