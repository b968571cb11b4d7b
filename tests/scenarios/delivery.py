"""One thing the gateway may learn, and how it is taken in: the same path as the services', without their database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gateway.domain.attempts import Attempts, AttemptsSeen, merge_all, seen
from gateway.domain.facts import NO_FACTS, Facts, merge
from gateway.domain.json_fields import mapping, objects
from gateway.domain.ownership import first_invoices, own_intents
from gateway.domain.status import Rule, derive
from gateway.domain.stripe_event import References, parse_event, read_event, references
from gateway.domain.stripe_objects import (
    NOTHING,
    Reading,
    all_of,
    read_dispute,
    read_expanded_intent,
    read_invoice,
    read_refund,
    read_retrieved,
)

PAYMENT_ID = "0123456789abcdef0123456789abcdef"
SESSION_ID = "cs_test_a1" + "Scenario" * 7

CANCEL_WISH = Facts(cancel_requested=True)


class Channel(Enum):
    WEBHOOK = "webhook"
    RETRIEVE = "retrieve"
    LIST = "list"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Delivery:
    """`payload` is the event; or a retrieve's session with its invoice and intents; or lists of refunds and disputes;
    or empty for our own cancel request.

    `after` are places in the same story that must have been delivered before: what our own request causes cannot reach
    us before we asked, a request that is refused because the row is final comes after the row is final, and an answer
    comes after what made us ask. Between two messages of Stripe there is no such order.
    """

    label: str
    channel: Channel
    payload: Mapping[str, Any]
    after: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Message:
    """A delivery as it was read. `joins_by`: the Stripe id by which it finds its payment; None where it needs none."""

    label: str
    reading: Reading
    joins_by: str | None = None
    is_wish: bool = False
    after: frozenset[int] = frozenset()

    @property
    def is_silent(self) -> bool:
        """It reports nothing at all, whatever is known."""
        return not self.is_wish and self.reading.facts == NO_FACTS and not self.reading.attempts


@dataclass(frozen=True, slots=True)
class State:
    """The walk's state. `waiting` are the places of messages that nothing has joined to the payment yet."""

    facts: Facts = NO_FACTS
    attempts: Attempts = field(default_factory=dict)
    waiting: frozenset[int] = frozenset()

    @property
    def seen(self) -> AttemptsSeen:
        return seen(self.attempts, own_intents=own_intents(self.facts))

    @property
    def rule(self) -> Rule:
        return derive(self.facts, self.seen)

    def knows(self, stripe_id: str | None) -> bool:
        """This id is known to be the payment's own."""
        invoices = first_invoices(self.facts) | self.facts.named_invoices
        return stripe_id is not None and (
            stripe_id in own_intents(self.facts) or stripe_id in invoices or stripe_id in self.attempts
        )


def reading_of(delivery: Delivery) -> Reading:
    """What it reports, whatever is known already."""
    payload = delivery.payload
    match delivery.channel:
        case Channel.CANCEL:
            return Reading(CANCEL_WISH)
        case Channel.RETRIEVE:
            return all_of(
                (
                    read_retrieved(mapping(payload, "session")),
                    read_invoice(mapping(payload, "invoice")),
                    *(read_expanded_intent(intent) for intent in objects(payload, "intents")),
                )
            )
        case Channel.LIST:
            return all_of(
                (
                    *(read_refund(refund) for refund in objects(payload, "refunds")),
                    *(read_dispute(dispute, answer=payload["answer"]) for dispute in objects(payload, "disputes")),
                )
            )
        case Channel.WEBHOOK:
            event = parse_event(payload)
            return read_event(event) if event is not None else NOTHING


def message_of(delivery: Delivery) -> Message:
    return Message(
        label=delivery.label,
        reading=reading_of(delivery),
        joins_by=_joins_by(delivery),
        is_wish=delivery.channel is Channel.CANCEL,
        after=delivery.after,
    )


def learn(state: State, place: int, messages: Sequence[Message]) -> State:
    """Take in the message at this place, and then those that waited for what it has shown to be the payment's own."""
    message = messages[place]
    if message.is_wish and state.rule.is_final:
        return state  # Our own request is the one thing that asks first what is known: a final row takes none.
    if message.joins_by is not None and not state.knows(message.joins_by):
        return State(state.facts, state.attempts, state.waiting | {place})
    facts, attempts = merge(state.facts, message.reading.facts), merge_all(state.attempts, message.reading.attempts)
    result = State(facts, attempts, state.waiting)
    for waiting in sorted(state.waiting):
        if waiting in result.waiting and result.knows(messages[waiting].joins_by):
            result = learn(State(result.facts, result.attempts, result.waiting - {waiting}), waiting, messages)
    return result


def _joins_by(delivery: Delivery) -> str | None:
    """None for what bears our marker or our session's id, or was asked for by us."""
    event = parse_event(delivery.payload) if delivery.channel is Channel.WEBHOOK else None
    if event is None or event.kind is None:
        return None
    names: References = references(event.kind, event.object)
    return None if names.marker == PAYMENT_ID or names.session_id == SESSION_ID else names.key or "nothing"
