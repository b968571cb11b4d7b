"""Stripe's objects → facts and attempts. One function an object, used alike for events and retrieves.

Payloads are plain decoded JSON, read defensively: a missing or misshapen value sets no fact, and a word Stripe never
documented is reported in `Reading.unknown` and never fulfils. What an object shows is kept under its own id: whose it
is, and so whether it counts, is not decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from gateway.domain.attempts import Attempt, Attempts, AttemptState, Reported, Source, merge_all
from gateway.domain.facts import NO_FACTS, Asked, Conversion, Facts, Intent, Refund, RefundState, merge
from gateway.domain.json_fields import (
    Object,
    currency,
    identifier,
    mapping,
    minor,
    moment,
    objects,
    reference,
    text,
    web_url,
)
from gateway.domain.stripe_charges import charge_of
from gateway.domain.stripe_disputes import read_dispute_facts

_ATTEMPT_STATES = {
    "pending": AttemptState.PENDING,
    "failed": AttemptState.FAILED,
    "succeeded": AttemptState.SUCCEEDED,
}
_REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELED,
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
    """Facts and attempts read from an object, and the values nobody documented, as `field=value`."""

    facts: Facts = field(default=NO_FACTS)
    attempts: Attempts = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def __or__(self, other: "Reading") -> "Reading":
        return Reading(
            merge(self.facts, other.facts), merge_all(self.attempts, other.attempts), self.unknown + other.unknown
        )


NOTHING = Reading()


def all_of(readings: Iterable[Reading]) -> Reading:
    return reduce(lambda one, other: one | other, readings, NOTHING)


def read_session(session: Object, *, is_complete: bool = False) -> Reading:
    """A Checkout Session, as an event carries it or a retrieve shows it; `is_complete` by the event's type.

    Its figures are facts once they cannot move any more: complete, expired, or called paid.
    """
    status, payment_status = text(session, "status"), text(session, "payment_status")
    complete, expired, paid = is_complete or status == "complete", status == "expired", payment_status == "paid"
    intent_id, invoice_id = reference(session, "payment_intent"), reference(session, "invoice")
    subscription_id = reference(session, "subscription")
    asked = asked_by(session) if complete or expired or paid else None
    conversion = _conversion(session)
    facts = Facts(
        session_paid=paid,
        complete=complete,
        expired=expired,
        nothing_due=complete and payment_status == "no_payment_required",
        asked=frozenset({asked} if asked is not None else ()),
        conversions=frozenset({conversion} if conversion is not None and asked is not None else ()),
        named_intents=frozenset({intent_id} if intent_id else ()),
        named_invoices=frozenset({invoice_id} if invoice_id else ()),
        named_subscriptions=frozenset({subscription_id} if subscription_id else ()),
        session_created=moment(session, "created"),
    )
    missing = ("session.amount_total=missing",) if paid and asked is None else ()
    return all_of(
        (
            Reading(facts, unknown=missing),
            _undocumented("session.status", status, _SESSION_STATUSES),
            _undocumented("session.payment_status", payment_status, _PAYMENT_STATUSES),
        )
    )


def asked_by(session: Object) -> Asked | None:
    """What the buyer is asked for, by the session's own figures; by their source where an old version converts them."""
    total, money = minor(session, "amount_total"), currency(session)
    conversion = _conversion(session)
    if conversion is not None:
        subtotal = minor(mapping(session, "currency_conversion"), "amount_subtotal")
        return Asked(conversion.total, conversion.currency, conversion.total if subtotal is None else subtotal)
    if total is None or money is None:
        return None
    details = mapping(session, "total_details")
    discount, tax, shipping = (minor(details, f"amount_{name}") or 0 for name in ("discount", "tax", "shipping"))
    subtotal = minor(session, "amount_subtotal")
    return Asked(
        total, money, total + discount - tax - shipping if subtotal is None else subtotal, discount, tax, shipping
    )


def read_intent(intent: Object, *, event_id: str | None, seen_at: int) -> Reading:
    """A PaymentIntent. `event_id` names an attempt that has neither charge nor method; `seen_at` is Unix seconds."""
    intent_id, status, money = identifier(intent, "id"), text(intent, "status"), currency(intent)
    if intent_id is None:
        return NOTHING
    amount, received = minor(intent, "amount"), minor(intent, "amount_received")
    has_money = status == "succeeded" and bool(received) and money is not None
    is_whole = amount is None or (received is not None and received >= amount)
    missing = ("payment_intent.amount_received=missing",) if status == "succeeded" and not has_money else ()
    shown = Intent(
        is_paid=has_money and is_whole,
        is_canceled=status == "canceled",
        received={money: received} if has_money and money and received is not None else {},
        created=moment(intent, "created"),
    )
    return all_of(
        (
            Reading(Facts(intents={intent_id: shown})),
            _undocumented("payment_intent.status", status, _INTENT_STATUSES),
            Reading(unknown=missing),
            _last_error(intent_id, mapping(intent, "last_payment_error"), event_id=event_id, seen_at=seen_at),
        )
    )


def read_charge(charge: Object) -> Reading:
    """A charge: one attempt, the money once it is captured, and what was refunded or disputed of it."""
    key, created, status = identifier(charge, "id"), moment(charge, "created"), text(charge, "status")
    intent_id, money = reference(charge, "payment_intent"), currency(charge)
    state = _ATTEMPT_STATES.get(status or "")
    if key is None:
        return NOTHING
    attempts: dict[str, Attempt] = {}
    if state is not None and created is not None:
        failure = _failure_of_charge(charge) if state is AttemptState.FAILED else None
        card = _card(mapping(mapping(charge, "payment_method_details"), "card"), Source.CHARGE)
        attempts = {key: Attempt(state, Reported(Source.CHARGE, created), intent_id, failure, card)}
    facts = Facts(charges={key: charge_of(charge, intent_id, money)})
    refunds = all_of(read_refund(refund) for refund in objects(charge, "refunds"))
    return Reading(facts, attempts) | refunds | _undocumented("charge.status", status, _ATTEMPT_STATES.keys())


def read_refund(refund: Object) -> Reading:
    """A refund, under its id. It moves money once it has a balance transaction; where that field is not sent at all,
    its status must do."""
    key, amount, status = identifier(refund, "id"), minor(refund, "amount"), text(refund, "status")
    state, money = _REFUND_STATES.get(status or ""), currency(refund)
    if state is None or key is None or amount is None:
        return _undocumented("refund.status", status, _REFUND_STATES.keys())
    is_sent = "balance_transaction" in refund
    moved = bool(refund.get("balance_transaction")) if is_sent else state in {RefundState.SUCCEEDED, RefundState.FAILED}
    shown = Refund(
        state=state,
        amounts={money or "": amount},
        has_moved=moved or bool(refund.get("failure_balance_transaction")),
        intent_id=reference(refund, "payment_intent"),
        charge_id=reference(refund, "charge"),
        created=moment(refund, "created"),
    )
    return Reading(Facts(refunds={key: shown}))


def read_dispute(dispute: Object, *, answer: int = 0) -> Reading:
    """A dispute, under its id. `answer` counts our own questions about it: a later answer is newer than any event."""
    facts, status = read_dispute_facts(dispute, answer=answer)
    return Reading(facts) if facts is not NO_FACTS else _undocumented("dispute.status", status, ())


def read_invoice(invoice: Object) -> Reading:
    """An invoice: whether it opened a subscription, and the intents that pay it and its page, where it shows them."""
    invoice_id = identifier(invoice, "id")
    if invoice_id is None:
        return NOTHING
    details, payments = mapping(mapping(invoice, "parent"), "subscription_details"), objects(invoice, "payments")
    subscription_id = reference(details, "subscription") or reference(invoice, "subscription")
    opened = subscription_id if text(invoice, "billing_reason") == "subscription_create" else None
    named = {_paying_intent(payment) for payment in payments} | {reference(invoice, "payment_intent")}
    intents, page = frozenset(intent for intent in named if intent), web_url(invoice, "hosted_invoice_url")
    facts = Facts(
        opening_invoices={opened: frozenset({invoice_id})} if opened else {},
        invoice_intents={invoice_id: intents} if intents else {},
        invoice_urls={invoice_id: page} if page else {},
    )
    return Reading(facts) | all_of(_expanded_intent(mapping(payment, "payment")) for payment in payments)


def read_invoice_payment(payment: Object) -> Reading:
    """Which intent pays an invoice."""
    invoice_id, intent_id = reference(payment, "invoice"), _paying_intent(payment)
    if invoice_id is None or intent_id is None:
        return NOTHING
    return Reading(Facts(invoice_intents={invoice_id: frozenset({intent_id})})) | _expanded_intent(
        mapping(payment, "payment")
    )


def read_retrieved(session: Object) -> Reading:
    """One retrieve with intent, charge, subscription and invoice expanded: what only the whole picture shows.

    A complete session whose intent waits for another method is a delayed payment that failed; in subscription mode,
    one whose subscription is `incomplete_expired`. An open session whose intent is canceled is shown by this alone.
    """
    intent, subscription = mapping(session, "payment_intent"), mapping(session, "subscription")
    status = text(session, "status")
    waiting = text(intent, "status") == "requires_payment_method"
    ended = text(subscription, "status") == "incomplete_expired"
    joint = Facts(
        async_failed=status == "complete" and (waiting or ended),
        open_and_canceled=status == "open" and text(intent, "status") == "canceled",
    )
    return all_of(
        (
            read_session(session),
            Reading(joint),
            read_expanded_intent(intent),
            read_invoice(mapping(session, "invoice")),
        )
    )


def read_expanded_intent(intent: Object) -> Reading:
    """An intent as a retrieve shows it, with its latest charge where that is expanded."""
    reading = read_intent(intent, event_id=None, seen_at=moment(intent, "created") or 0)
    return reading | read_charge(mapping(intent, "latest_charge"))


def _expanded_intent(payment: Object) -> Reading:
    return read_expanded_intent(mapping(payment, "payment_intent"))


def _paying_intent(payment: Object) -> str | None:
    return reference(mapping(payment, "payment"), "payment_intent")


def _conversion(session: Object) -> Conversion | None:
    """Event versions before 2025-03-31 show the buyer's currency and name the source of it."""
    converted = mapping(session, "currency_conversion")
    source, total = currency(converted, "source_currency"), minor(converted, "amount_total")
    shown, shown_total = currency(session), minor(session, "amount_total")
    if source is None or total is None or shown is None or shown_total is None:
        return None
    return Conversion(shown, shown_total, source, total)


def _last_error(intent_id: str, error: Object, *, event_id: str | None, seen_at: int) -> Reading:
    """The attempt behind `last_payment_error`. Its charge is named there; `latest_charge` may be the try before."""
    method = mapping(error, "payment_method")
    key = identifier(error, "charge") or identifier(method, "id") or event_id
    if not error or not key:
        return NOTHING
    method_created = moment(method, "created")
    created = Reported(Source.EVENT, seen_at) if method_created is None else Reported(Source.METHOD, method_created)
    failure = Reported(Source.INTENT, tuple(text(error, name) or "" for name in ("code", "decline_code", "message")))
    card = _card(mapping(method, "card"), Source.INTENT)
    return Reading(attempts={key: Attempt(AttemptState.FAILED, created, intent_id, failure, card)})


def _failure_of_charge(charge: Object) -> Reported:
    code = text(charge, "failure_code") or ""
    decline_code = text(mapping(charge, "outcome"), "reason") if code == "card_declined" else None
    return Reported(Source.CHARGE, (code, decline_code or "", text(charge, "failure_message") or ""))


def _card(card: Object, source: Source) -> Reported | None:
    brand, last4 = text(card, "brand"), text(card, "last4")
    return Reported(source, (brand, last4)) if brand and last4 else None


def _undocumented(name: str, value: str | None, known: Any) -> Reading:
    return NOTHING if value is None or value in known else Reading(unknown=(f"{name}={value[:40]}",))
