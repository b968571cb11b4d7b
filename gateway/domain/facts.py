"""What we know of a payment, as facts that only accumulate (design/status.md).

`merge` is commutative, associative and idempotent, so that duplicates, reordering, a refetch racing a webhook and a
replay a year later all end in the same place. Nothing here knows where a fact came from or what it means.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

from gateway.domain.money import Money

Item = TypeVar("Item")


class AttemptState(IntEnum):
    """How far one try to pay has come; it only moves up."""

    PENDING = 0
    FAILED = 1
    SUCCEEDED = 2


class RefundState(IntEnum):
    """A refund that failed or was canceled after all gives the money back to us: the last word."""

    PENDING = 0
    SUCCEEDED = 1
    UNDONE = 2


class Source(IntEnum):
    """Who said a detail: where two differ, the higher source is believed; at equal rank the least value."""

    EVENT = 0
    METHOD = 1
    CHARGE = 2
    INTENT = 3


@dataclass(frozen=True, slots=True)
class Said:
    """A detail of an attempt with the source that told it."""

    source: Source
    value: Any


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to pay. `created` is Stripe's Unix seconds; `failure` is (code, decline code, message)."""

    state: AttemptState
    created: Said
    failure: Said | None = None
    card: Said | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """`amount_minor` is in the payment's currency."""

    state: RefundState
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Facts:
    """The folded facts of one payment. The empty value is what is known when the row is written."""

    money: bool = False
    complete: bool = False
    expired: bool = False
    nothing_due: bool = False
    async_failed: bool = False
    intent_canceled: bool = False
    cancel_requested: bool = False
    disputed: bool = False
    wrong_money: frozenset[Money] = frozenset()
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    refunded_peak_minor: int = 0
    """The largest `amount_refunded` any charge of the payment has shown."""


NO_FACTS = Facts()

FLAGS = (
    "money",
    "complete",
    "expired",
    "nothing_due",
    "async_failed",
    "intent_canceled",
    "cancel_requested",
    "disputed",
)
"""The facts that are simply known or not yet known."""


def merge(one: Facts, other: Facts) -> Facts:
    """Everything either of them knows."""
    return Facts(
        **{flag: getattr(one, flag) or getattr(other, flag) for flag in FLAGS},
        wrong_money=one.wrong_money | other.wrong_money,
        attempts=_merge_maps(one.attempts, other.attempts, _merge_attempts),
        refunds=_merge_maps(one.refunds, other.refunds, _merge_refunds),
        refunded_peak_minor=max(one.refunded_peak_minor, other.refunded_peak_minor),
    )


def _merge_maps(
    one: Mapping[str, Item], other: Mapping[str, Item], both: Callable[[Item, Item], Item]
) -> Mapping[str, Item]:
    merged = dict(one)
    for key, item in other.items():
        merged[key] = both(merged[key], item) if key in merged else item
    return merged


def _merge_attempts(one: Attempt, other: Attempt) -> Attempt:
    return Attempt(
        state=max(one.state, other.state),
        created=_believe(one.created, other.created) or one.created,
        failure=_believe(one.failure, other.failure),
        card=_believe(one.card, other.card),
    )


def _merge_refunds(one: Refund, other: Refund) -> Refund:
    return Refund(state=max(one.state, other.state), amount_minor=max(one.amount_minor, other.amount_minor))


def _believe(one: Said | None, other: Said | None) -> Said | None:
    if one is None or other is None:
        return one or other
    if one.source != other.source:
        return max(one, other, key=lambda said: said.source)
    return min(one, other, key=lambda said: said.value)
