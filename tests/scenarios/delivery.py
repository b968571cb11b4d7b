"""One thing the gateway may learn, and how it takes it in: the same path the services walk, without their database."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gateway.domain.facts import Facts, merge
from gateway.domain.money import Money
from gateway.domain.status import derive
from gateway.domain.stripe_event import Mode, parse_event, read_event
from gateway.domain.stripe_objects import NOTHING, Reading, read_retrieved

CANCEL_WISH = Facts(cancel_requested=True)


class Channel(Enum):
    WEBHOOK = "webhook"
    RETRIEVE = "retrieve"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Delivery:
    """`payload` is the event, or the retrieved session, or empty for our own cancel request.

    `after` are places in the same story that must have been delivered before: what our own request causes cannot reach
    us before we asked, and a request that is refused because the row is final comes after the row is final. Between
    two messages of Stripe there is no such order.
    """

    label: str
    channel: Channel
    payload: Mapping[str, Any]
    after: frozenset[int] = frozenset()


def reading_of(delivery: Delivery, *, expected: Money, mode: Mode) -> Reading:
    """What it tells, whatever is known already."""
    if delivery.channel is Channel.CANCEL:
        return Reading(CANCEL_WISH)
    if delivery.channel is Channel.RETRIEVE:
        return read_retrieved(delivery.payload, expected)
    event = parse_event(delivery.payload)
    return read_event(event, expected=expected, mode=mode) if event else NOTHING


def learn(known: Facts, delivery: Delivery, told: Facts) -> Facts:
    """Fold it in. Our own request is the one thing that asks what is known first: a final row takes none."""
    if delivery.channel is Channel.CANCEL and derive(known).is_final:
        return known
    return merge(known, told)
