"""The ledger of a comparison: per currency, paid minus refunded here and at Stripe, over the same sessions (I9).

Stripe's side is read from its objects as they are, not from our facts: a mistake in reading facts must show as drift.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.facts_json import facts_from_json
from gateway.domain.money import Money
from gateway.domain.snapshot import refunded_minor
from gateway.domain.stripe_objects import Object, mapping, number, text
from gateway.models import Payment


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One currency, in minor units."""

    currency: str
    here_minor: int
    there_minor: int

    @property
    def drift_minor(self) -> int:
        """Zero, or somebody has to look."""
        return self.here_minor - self.there_minor


class Ledger:
    """Sums while a comparison goes on; bounded by the number of currencies."""

    def __init__(self) -> None:
        self._sums: dict[str, list[int]] = {}

    def add(self, *, here: Money | None = None, there: Money | None = None) -> None:
        for place, money in enumerate((here, there)):
            if money is not None:
                self._sums.setdefault(money.currency, [0, 0])[place] += money.amount_minor

    def lines(self) -> tuple[LedgerLine, ...]:
        """By currency."""
        return tuple(LedgerLine(currency, *sums) for currency, sums in sorted(self._sums.items()))


def kept_here(row: Payment) -> Money:
    """What this payment has brought by what we know: nothing until the money is right."""
    facts = facts_from_json(row.facts)
    return Money(row.amount_minor - refunded_minor(facts) if facts.money else 0, row.currency)


def kept_there(session: Object) -> Money:
    """What this session has brought by what Stripe shows of it, its refunds taken off."""
    intent = mapping(session, "payment_intent")
    charge = mapping(intent, "latest_charge")
    if charge.get("paid") is True and charge.get("captured") is True:
        return _money((number(charge, "amount_captured") or 0) - refunded_there(session), charge)
    if text(intent, "status") == "succeeded":
        return _money(number(intent, "amount_received") or 0, intent)
    if text(session, "payment_status") == "paid":
        return _money(number(session, "amount_total") or 0, session)
    return _money(0, session)


def agree(here: Money, there: Money) -> bool:
    """Nothing is nothing in any currency."""
    return here == there or here.amount_minor == there.amount_minor == 0


def refunded_there(session: Object) -> int:
    """Minor units, as the latest charge tells."""
    return number(mapping(mapping(session, "payment_intent"), "latest_charge"), "amount_refunded") or 0


def lines_to_json(lines: Sequence[LedgerLine]) -> list[object]:
    return [[line.currency, line.here_minor, line.there_minor] for line in lines]


def lines_from_json(stored: object) -> tuple[LedgerLine, ...]:
    """The inverse of `lines_to_json`."""
    lines = stored if isinstance(stored, list) else []
    return tuple(LedgerLine(str(currency), int(here), int(there)) for currency, here, there in lines)


def _money(amount_minor: int, thing: Object) -> Money:
    return Money(amount_minor, (text(thing, "currency") or "").lower())
