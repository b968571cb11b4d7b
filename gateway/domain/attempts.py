"""Attempts to pay: one row each, merged like facts, and the few words about all of them that a status needs.

They are kept beside the facts because there may be any number of them; a row of each is never forgotten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class AttemptState(IntEnum):
    """How far one attempt to pay has come; it only moves up."""

    PENDING = 0
    FAILED = 1
    SUCCEEDED = 2


class Source(IntEnum):
    """Who reported a detail: where two differ, the higher source is believed; at equal rank the least value."""

    EVENT = 0
    METHOD = 1
    CHARGE = 2
    INTENT = 3


@dataclass(frozen=True, slots=True)
class Reported:
    """A detail of an attempt with the source that reported it."""

    source: Source
    value: Any


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to pay. `created` is Stripe's Unix seconds; `failure` is (code, decline code, message); `card` is
    (brand, last four digits)."""

    state: AttemptState
    created: Reported
    intent_id: str | None = None
    failure: Reported | None = None
    card: Reported | None = None


Attempts = Mapping[str, Attempt]
"""By key: the charge's id, else the payment method's, else the event's."""


@dataclass(frozen=True, slots=True)
class LastFailure:
    """The latest failed attempt. `created` is Unix seconds, by Stripe's clock."""

    code: str
    decline_code: str
    message: str
    created: int


@dataclass(frozen=True, slots=True)
class AttemptsSeen:
    """Of the attempts that are the payment's own: is money moving, did the latest fail, and how did the last failure
    read. The empty value is what is known before the first attempt."""

    is_moving: bool = False
    latest_failed: bool = False
    last_failure: LastFailure | None = None


NO_ATTEMPTS = AttemptsSeen()


def merge_attempts(one: Attempt, other: Attempt) -> Attempt:
    """Commutative, associative and idempotent, as `facts.merge` is."""
    intents = [intent for intent in (one.intent_id, other.intent_id) if intent is not None]
    return Attempt(
        state=max(one.state, other.state),
        created=_believe(one.created, other.created) or one.created,
        intent_id=min(intents, default=None),
        failure=_believe(one.failure, other.failure),
        card=_believe(one.card, other.card),
    )


def merge_all(one: Attempts, other: Attempts) -> Attempts:
    """Both sets, key by key."""
    merged = dict(one)
    for key, attempt in other.items():
        merged[key] = merge_attempts(merged[key], attempt) if key in merged else attempt
    return merged


def seen(attempts: Attempts, *, own_intents: Iterable[str]) -> AttemptsSeen:
    """What a status needs to know of them. An attempt of an intent that is not the payment's own counts for nothing.

    The latest is the greatest by (Stripe's created time, key). It never decides anything about money.
    """
    owned = set(own_intents)
    counted = [(attempt.created.value, key, attempt) for key, attempt in attempts.items() if attempt.intent_id in owned]
    latest = max(counted, key=lambda item: item[:2], default=None)
    failed = max((item for item in counted if item[2].state is AttemptState.FAILED), key=lambda i: i[:2], default=None)
    return AttemptsSeen(
        is_moving=any(attempt.state is not AttemptState.FAILED for _, _, attempt in counted),
        latest_failed=latest is not None and latest[2].state is AttemptState.FAILED,
        last_failure=last_failure(failed[2]) if failed is not None else None,
    )


def last_failure(attempt: Attempt) -> LastFailure:
    """A failed attempt as readers get it."""
    code, decline_code, message = attempt.failure.value if attempt.failure else ("", "", "")
    return LastFailure(code, decline_code, message, attempt.created.value)


def _believe(one: Reported | None, other: Reported | None) -> Reported | None:
    if one is None or other is None:
        return one or other
    if one.source != other.source:
        return max(one, other, key=lambda reported: reported.source)
    return min(one, other, key=lambda reported: reported.value)
