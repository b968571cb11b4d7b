"""The journal's targets: from the facts follows, for each object and kind, what must be booked in all.

Whoever writes appends the difference between the target and what is booked, so booked sums equal targets in whatever
order the facts came. Everything that speaks of money is a sum over what is booked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from gateway.domain.facts import Charge, Dispute, Facts, Refund, RefundState
from gateway.domain.money import Money
from gateway.domain.ownership import (
    charges_of,
    known_money,
    one_money,
    own_intents,
    received_by_intent,
    session_word,
    share_of,
)

SESSION_WORD = "session"
"""Stands for the session's own id, which facts do not hold, where it alone says that money came."""
LEGACY = "legacy"
"""Stands for refunds carried over from a database that did not keep their ids."""


class MovementKind(StrEnum):
    """What moved, and with which sign."""

    CAPTURE = "capture"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_REVERSED = "dispute_reversed"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What must be booked in all for one object: signed minor units of one currency."""

    stripe_id: str
    kind: MovementKind
    currency: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Of one currency, in minor units: what came, what went back by refunds and by disputes, and what is left."""

    currency: str
    captured: int
    refunded: int
    disputed: int

    @property
    def net(self) -> int:
        return self.captured - self.refunded - self.disputed


def targets(facts: Facts) -> Mapping[Target, int]:
    """Never zero; a pure function of the facts."""
    sums: Counter[Target] = Counter()
    for stripe_id, kind, money in (*_captures(facts), *_refunds(facts), *_disputes(facts)):
        sums[Target(stripe_id, kind, money.currency)] += money.amount_minor
    return {target: amount for target, amount in sums.items() if amount}


def occurred_at(facts: Facts, target: Target) -> datetime | None:
    """When it happened by the object itself or its balance transaction; None where neither says."""
    created = _created(facts, target)
    return datetime.fromtimestamp(created, UTC) if created is not None else None


def totals(sums: Iterable[tuple[MovementKind, str, int]]) -> tuple[Totals, ...]:
    """Signed sums by (kind, currency) → totals by currency. The one place that says which kinds make which total."""
    booked: dict[str, Counter[MovementKind]] = {}
    for kind, currency, amount in sums:
        booked.setdefault(currency, Counter())[kind] += amount
    return tuple(
        Totals(
            currency,
            captured=kinds[MovementKind.CAPTURE],
            refunded=-(kinds[MovementKind.REFUND] + kinds[MovementKind.REFUND_FAILED]),
            disputed=-(kinds[MovementKind.DISPUTE] + kinds[MovementKind.DISPUTE_REVERSED]),
        )
        for currency, kinds in sorted(booked.items())
    )


def totals_of(facts: Facts) -> tuple[Totals, ...]:
    """The same from the facts: what is booked equals it."""
    return totals((target.kind, target.currency, amount) for target, amount in targets(facts).items())


def refund_gaps(facts: Facts) -> dict[str, int]:
    """Charge → what its own total says went back beyond the refunds known by id: a reason to list its refunds."""
    gaps: dict[str, int] = {}
    for charge_id, charge in charges_of(facts).items():
        known = [r for r in facts.refunds.values() if _is_of(r, charge_id, charge)]
        for currency, peak in charge.refunded.items():
            gap = peak - sum(_explained(refund, currency) for refund in known)
            if gap > 0:
                gaps[charge_id] = gap
    return gaps


def wholly_refunded(facts: Facts) -> bool:
    """Nothing of what was captured is left, by refunds alone."""
    sums = totals_of(facts)
    return bool(sums) and all(line.captured <= line.refunded for line in sums)


def of_unknown_currency(facts: Facts, things: Mapping[str, Refund] | Mapping[str, Dispute]) -> frozenset[str]:
    """Refunds or disputes that show no amount in the currency that was asked for, nor one that converts to it: nothing
    is guessed, and Stripe is asked."""
    return frozenset(
        key for key, thing in things.items() if any(thing.amounts.values()) and not known_money(thing.amounts, facts)
    )


def partly_reversed(facts: Facts) -> frozenset[str]:
    """Disputes of which a part came back in another currency: its worth in ours is a share, to be looked at."""
    return frozenset(
        dispute_id
        for dispute_id, dispute in own_disputes(facts).items()
        if (held := one_money(dispute.amounts, facts)) is not None
        and any(t.currency != held.currency for t in dispute.transactions.values())
        and 0 < _returned(dispute) != _withdrawn(dispute)
    )


def has_unnamed_dispute(facts: Facts) -> bool:
    """A charge says it is disputed, or an old database did, and no dispute of the payment is known by its id."""
    hinted = facts.legacy_disputed or any(charge.is_disputed for charge in charges_of(facts).values())
    return hinted and not own_disputes(facts)


Booking = tuple[str, MovementKind, Money]


def _captures(facts: Facts) -> Iterator[Booking]:
    word = session_word(facts)
    if word is not None:
        yield SESSION_WORD, MovementKind.CAPTURE, word
    for intent_id, money in received_by_intent(facts).items():
        yield intent_id, MovementKind.CAPTURE, money


def _refunds(facts: Facts) -> Iterator[Booking]:
    for refund_id, refund in own_refunds(facts).items():
        money = known_money(refund.amounts, facts)
        if money is None or not refund.has_moved:
            continue
        yield refund_id, MovementKind.REFUND, Money(-money.amount_minor, money.currency)
        if refund.state in {RefundState.FAILED, RefundState.CANCELED}:
            yield refund_id, MovementKind.REFUND_FAILED, money
    legacy = one_money(facts.legacy_refunded, facts)
    if legacy is not None:
        worths = [one_money(refund.amounts, facts) for refund in own_refunds(facts).values()]
        known = sum(worth.amount_minor for worth in worths if worth and worth.currency == legacy.currency)
        if legacy.amount_minor > known:
            yield LEGACY, MovementKind.REFUND, Money(known - legacy.amount_minor, legacy.currency)


def _disputes(facts: Facts) -> Iterator[Booking]:
    for dispute_id, dispute in own_disputes(facts).items():
        held = known_money(dispute.amounts, facts)
        withdrawn, returned = _withdrawn(dispute), _returned(dispute)
        if held is None or not withdrawn:
            continue
        same = all(t.currency == held.currency for t in dispute.transactions.values())
        gone = withdrawn if same else held.amount_minor
        back = returned if same else share_of(held.amount_minor, part=returned, whole=withdrawn)
        yield dispute_id, MovementKind.DISPUTE, Money(-gone, held.currency)
        if back:
            yield dispute_id, MovementKind.DISPUTE_REVERSED, Money(back, held.currency)


def _withdrawn(dispute: Dispute) -> int:
    return -sum(transaction.amount for transaction in dispute.transactions.values() if transaction.amount < 0)


def _returned(dispute: Dispute) -> int:
    return sum(transaction.amount for transaction in dispute.transactions.values() if transaction.amount > 0)


def own_refunds(facts: Facts) -> dict[str, Refund]:
    """Those of own intents. One that names neither intent nor charge was found through the payment's own objects."""
    own, charges = own_intents(facts), charges_of(facts)
    return {
        refund_id: refund
        for refund_id, refund in facts.refunds.items()
        if refund.intent_id in own or (refund.intent_id is None and refund.charge_id in charges)
    }


def own_disputes(facts: Facts) -> dict[str, Dispute]:
    own, charges = own_intents(facts), charges_of(facts)
    return {
        dispute_id: dispute
        for dispute_id, dispute in facts.disputes.items()
        if dispute.intent_id in own or (dispute.intent_id is None and dispute.charge_id in charges)
    }


def _is_of(refund: Refund, charge_id: str, charge: Charge) -> bool:
    return refund.charge_id == charge_id or (refund.charge_id is None and refund.intent_id == charge.intent_id)


def _explained(refund: Refund, currency: str) -> int:
    """Of a charge's peak: what this refund accounts for, whether or not it came back since."""
    counts = refund.has_moved or refund.state is RefundState.PENDING
    return refund.amounts.get(currency, refund.amounts.get("", 0)) if counts else 0


def _created(facts: Facts, target: Target) -> int | None:
    match target.kind:
        case MovementKind.CAPTURE:
            of_charges = [
                charge.created
                for charge in facts.charges.values()
                if charge.intent_id == target.stripe_id and charge.created is not None and charge.captured
            ]
            intent = facts.intents.get(target.stripe_id)
            known = [min(of_charges, default=None), intent.created if intent else None, facts.session_created]
            return next((created for created in known if created is not None), None)
        case MovementKind.REFUND | MovementKind.REFUND_FAILED:
            refund = facts.refunds.get(target.stripe_id)
            return refund.created if refund is not None else None
        case MovementKind.DISPUTE | MovementKind.DISPUTE_REVERSED:
            dispute = facts.disputes.get(target.stripe_id)
            sign = -1 if target.kind is MovementKind.DISPUTE else 1
            moved = [t.created for t in dispute.transactions.values() if t.amount * sign > 0] if dispute else []
            return max(moved, default=None)
