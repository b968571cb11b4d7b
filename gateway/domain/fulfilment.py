"""Fulfilment: whether the shop's back end has taken the news that a payment is paid, or needs no payment.

By a fact, as everything else: the first 2xx of any back end delivers it, whatever came before.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from gateway.domain.facts import Facts


class FulfilmentState(StrEnum):
    """PENDING is no fact: it is what a reader sees while there is a back end and nothing is known yet."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """`at` is when it was delivered or given up; None while it is pending."""

    state: FulfilmentState
    at: datetime | None = None


PENDING = Fulfilment(FulfilmentState.PENDING)


def fulfilment_of(facts: Facts) -> Fulfilment | None:
    """None: neither delivered nor given up."""
    if facts.delivered_at is not None:
        return Fulfilment(FulfilmentState.DELIVERED, datetime.fromtimestamp(facts.delivered_at, UTC))
    if facts.given_up_at is not None:
        return Fulfilment(FulfilmentState.FAILED, datetime.fromtimestamp(facts.given_up_at, UTC))
    return None
