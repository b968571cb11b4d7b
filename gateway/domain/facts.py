"""What we know of a payment, as facts that only accumulate.

`merge` is commutative, associative and idempotent, so that duplicates, reordering, a refetch racing a webhook and a
replay a year later all end in the same place. Nothing here knows where a fact came from or what it means.

Each object keeps what it showed under its own Stripe id. Whose object it is, is a fact too (`named_intents` and the
first invoice's), and what counts is derived from both (`ownership`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeVar

Item = TypeVar("Item")
Ordered = TypeVar("Ordered", int, str)

Amounts = Mapping[str, int]
"""Lower-case currency → the greatest amount seen in it, in minor units."""

KEPT_TOTALS = 2
"""Of the totals that Stripe has frozen the least decides; a second one shows that they differ."""


class RefundState(IntEnum):
    """How far a refund has come; it only moves up. A refund that failed or was canceled gives the money back to us."""

    PENDING = 0
    SUCCEEDED = 1
    CANCELED = 2
    FAILED = 3


class DisputeState(IntEnum):
    """Stripe's dispute statuses in the total order by which the later of two is known."""

    WARNING_NEEDS_RESPONSE = 0
    WARNING_UNDER_REVIEW = 1
    WARNING_CLOSED = 2
    NEEDS_RESPONSE = 3
    UNDER_REVIEW = 4
    PREVENTED = 5
    WON = 6
    LOST = 7

    @property
    def is_closed(self) -> bool:
        return self in _CLOSED


_CLOSED = {DisputeState.WARNING_CLOSED, DisputeState.PREVENTED, DisputeState.WON, DisputeState.LOST}


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """What Stripe asked the buyer for: minor units of one lower-case currency. `total` = subtotal - discount + rest."""

    total: int
    currency: str
    subtotal: int
    discount: int = 0
    tax: int = 0
    shipping: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Conversion:
    """Old event versions show the buyer's currency: `shown_total` of `shown` is `total` of `currency`, the source."""

    shown: str
    shown_total: int
    currency: str
    total: int


@dataclass(frozen=True, slots=True)
class Intent:
    """A PaymentIntent. `is_paid`: seen paid in full by its own figures. `created` is Unix seconds."""

    is_paid: bool = False
    is_canceled: bool = False
    received: Amounts = field(default_factory=dict)
    created: int | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge. `refunded` is the peak of what went back of the captured amount; `is_disputed` names no dispute."""

    intent_id: str | None = None
    is_paid: bool = False
    captured: Amounts = field(default_factory=dict)
    refunded: Amounts = field(default_factory=dict)
    is_disputed: bool = False
    created: int | None = None
    receipt_url: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund. `has_moved`: a balance transaction says that money left."""

    state: RefundState
    amounts: Amounts
    has_moved: bool = False
    intent_id: str | None = None
    charge_id: str | None = None
    created: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class DisputeView:
    """One look at a dispute. The greatest is the newest: by answers of Stripe's to a question of ours, then by the
    number of balance transactions, then by state. `respond_by` is Unix seconds, 0 where there is no deadline."""

    answer: int
    transactions: int
    state: DisputeState
    reason: str = ""
    respond_by: int = 0


@dataclass(frozen=True, slots=True, order=True)
class BalanceTransaction:
    """Money that a dispute moved: negative when it left. In the settlement's currency. `created` is Unix seconds."""

    amount: int
    currency: str
    created: int


@dataclass(frozen=True, slots=True)
class Dispute:
    newest: DisputeView
    amounts: Amounts
    closed: frozenset[DisputeState] = frozenset()
    """The closed states seen: two that differ contradict each other."""
    transactions: Mapping[str, BalanceTransaction] = field(default_factory=dict)
    intent_id: str | None = None
    charge_id: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The folded facts of one payment. The empty value is what is known when the row is written."""

    session_paid: bool = False
    complete: bool = False
    expired: bool = False
    nothing_due: bool = False
    async_failed: bool = False
    open_and_canceled: bool = False
    written_off: bool = False
    cancel_requested: bool = False
    legacy_disputed: bool = False
    """Carried over from a database that kept no disputes by id."""
    legacy_wrong_money: bool = False
    """Carried over: money that the old rules did not take for what was asked."""

    asked: frozenset[Asked] = frozenset()
    conversions: frozenset[Conversion] = frozenset()
    named_intents: frozenset[str] = frozenset()
    """Those the session itself names."""
    named_invoices: frozenset[str] = frozenset()
    named_subscriptions: frozenset[str] = frozenset()
    opening_invoices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Subscription → the invoices that opened it, by their `billing_reason`."""
    invoice_intents: Mapping[str, frozenset[str]] = field(default_factory=dict)

    intents: Mapping[str, Intent] = field(default_factory=dict)
    charges: Mapping[str, Charge] = field(default_factory=dict)
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    legacy_refunded: Amounts = field(default_factory=dict)
    """Carried over: what the charge said went back, without the refunds' ids."""
    session_created: int | None = None
    """Unix seconds."""
    invoice_urls: Mapping[str, str] = field(default_factory=dict)
    """Invoice → the page where its buyer sees it."""
    delivered_at: int | None = None
    """Unix seconds: when a back end first answered 2xx to the notice that it is paid or needs no payment."""
    given_up_at: int | None = None
    """Unix seconds: when that notice was first given up."""


NO_FACTS = Facts()

FLAGS = (
    "session_paid",
    "complete",
    "expired",
    "nothing_due",
    "async_failed",
    "open_and_canceled",
    "written_off",
    "cancel_requested",
    "legacy_disputed",
    "legacy_wrong_money",
)
"""The facts that are simply known or not yet known."""

ID_SETS = ("named_intents", "named_invoices", "named_subscriptions")


def merge(one: Facts, other: Facts) -> Facts:
    """Everything either of them knows."""
    if one is NO_FACTS or other is NO_FACTS:
        return one if other is NO_FACTS else other
    return Facts(
        **{flag: getattr(one, flag) or getattr(other, flag) for flag in FLAGS},
        **{name: getattr(one, name) | getattr(other, name) for name in ID_SETS},
        asked=frozenset(sorted(one.asked | other.asked)[:KEPT_TOTALS]),
        conversions=frozenset(sorted(one.conversions | other.conversions)[:KEPT_TOTALS]),
        opening_invoices=_merge_maps(one.opening_invoices, other.opening_invoices, frozenset.union),
        invoice_intents=_merge_maps(one.invoice_intents, other.invoice_intents, frozenset.union),
        intents=_merge_maps(one.intents, other.intents, _merge_intents),
        charges=_merge_maps(one.charges, other.charges, _merge_charges),
        refunds=_merge_maps(one.refunds, other.refunds, _merge_refunds),
        disputes=_merge_maps(one.disputes, other.disputes, _merge_disputes),
        legacy_refunded=greatest(one.legacy_refunded, other.legacy_refunded),
        session_created=_least(one.session_created, other.session_created),
        invoice_urls=_merge_maps(one.invoice_urls, other.invoice_urls, min),
        delivered_at=_least(one.delivered_at, other.delivered_at),
        given_up_at=_least(one.given_up_at, other.given_up_at),
    )


def greatest(one: Amounts, other: Amounts) -> Amounts:
    """The greater amount of each currency."""
    return _merge_maps(one, other, max)


def _merge_maps(
    one: Mapping[str, Item], other: Mapping[str, Item], both: Callable[[Item, Item], Item]
) -> Mapping[str, Item]:
    if not one or not other:
        return one or other
    merged = dict(one)
    for key, item in other.items():
        merged[key] = both(merged[key], item) if key in merged else item
    return merged


def _merge_intents(one: Intent, other: Intent) -> Intent:
    return Intent(
        is_paid=one.is_paid or other.is_paid,
        is_canceled=one.is_canceled or other.is_canceled,
        received=greatest(one.received, other.received),
        created=_least(one.created, other.created),
    )


def _merge_charges(one: Charge, other: Charge) -> Charge:
    return Charge(
        intent_id=_least(one.intent_id, other.intent_id),
        is_paid=one.is_paid or other.is_paid,
        captured=greatest(one.captured, other.captured),
        refunded=greatest(one.refunded, other.refunded),
        is_disputed=one.is_disputed or other.is_disputed,
        created=_least(one.created, other.created),
        receipt_url=_least(one.receipt_url, other.receipt_url),
    )


def _merge_refunds(one: Refund, other: Refund) -> Refund:
    return Refund(
        state=max(one.state, other.state),
        amounts=greatest(one.amounts, other.amounts),
        has_moved=one.has_moved or other.has_moved,
        intent_id=_least(one.intent_id, other.intent_id),
        charge_id=_least(one.charge_id, other.charge_id),
        created=_least(one.created, other.created),
    )


def _merge_disputes(one: Dispute, other: Dispute) -> Dispute:
    return Dispute(
        newest=max(one.newest, other.newest),
        amounts=greatest(one.amounts, other.amounts),
        closed=one.closed | other.closed,
        transactions=_merge_maps(one.transactions, other.transactions, min),
        intent_id=_least(one.intent_id, other.intent_id),
        charge_id=_least(one.charge_id, other.charge_id),
    )


def _least(one: Ordered | None, other: Ordered | None) -> Ordered | None:
    """What is known, and where both differ the least: any rule would do that does not look at the order."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
