"""The ledger of a comparison: per currency, what was kept here and at Stripe, over the same sessions (I9).

Here it is the sum of the journal. Stripe's side is read from its objects as they are, not from our facts: a mistake in
reading facts must show as drift.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.domain.facts_json import facts_from_json
from gateway.domain.json_fields import Object, mapping, number, objects, reference, text
from gateway.domain.money import Money
from gateway.domain.movements import totals_of
from gateway.domain.ownership import share_of
from gateway.models import Payment
from gateway.services.payments.portrait import Portrait

Kept = Mapping[str, int]
"""Currency → minor units kept: captured, less what went back by refunds and disputes."""


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

    def add(self, *, here: Kept | None = None, there: Kept | None = None) -> None:
        for place, kept in enumerate((here, there)):
            for currency, minor in (kept or {}).items():
                self._sums.setdefault(currency, [0, 0])[place] += minor

    def lines(self) -> tuple[LedgerLine, ...]:
        """By currency."""
        return tuple(LedgerLine(currency, *sums) for currency, sums in sorted(self._sums.items()))


def kept_here(row: Payment) -> Kept:
    """What this payment has brought by what we know; the journal's sums equal it."""
    return _known({line.currency: line.net for line in totals_of(facts_from_json(row.facts))})


def kept_there(portrait: Portrait) -> Kept:
    """What Stripe shows that this session has brought, its refunds and disputes taken off."""
    sums: Counter[str] = Counter()
    intents = portrait.all_intents()
    for intent in intents:
        charge = mapping(intent, "latest_charge")
        if charge.get("paid") is True and charge.get("captured") is True:
            currency = _currency(charge)
            sums[currency] += (number(charge, "amount_captured") or 0) - _refunded(portrait, charge)
            sums[currency] -= _disputed(portrait, charge)
        elif text(intent, "status") == "succeeded":
            sums[_currency(intent)] += number(intent, "amount_received") or 0
    if not intents and text(portrait.session, "payment_status") == "paid":
        sums[_currency(portrait.session)] += number(portrait.session, "amount_total") or 0
    return _known(sums)


def agree(here: Kept, there: Kept) -> bool:
    """Nothing is nothing in any currency."""
    return _known(here) == _known(there)


def words(kept: Kept) -> str:
    """For people: `$5.00`, or `nothing`."""
    return ", ".join(Money(minor, currency).formatted for currency, minor in sorted(kept.items())) or "nothing"


def lines_to_json(lines: Sequence[LedgerLine]) -> list[object]:
    return [[line.currency, line.here_minor, line.there_minor] for line in lines]


def lines_from_json(stored: object) -> tuple[LedgerLine, ...]:
    """The inverse of `lines_to_json`."""
    lines = stored if isinstance(stored, list) else []
    return tuple(LedgerLine(str(currency), int(here), int(there)) for currency, here, there in lines)


def _refunded(portrait: Portrait, charge: Object) -> int:
    """By the single refunds where they were asked for, else by the charge's own total."""
    if portrait.refunds is not None:
        return sum(number(refund, "amount") or 0 for refund in _of(charge, portrait.refunds) if _has_moved(refund))
    released = max((number(charge, "amount") or 0) - (number(charge, "amount_captured") or 0), 0)
    return max((number(charge, "amount_refunded") or 0) - released, 0)


def _has_moved(refund: Object) -> bool:
    """It took money from us and the money has not come back."""
    if text(refund, "status") in {"failed", "canceled"}:
        return False
    sent = "balance_transaction" in refund
    return bool(refund.get("balance_transaction")) if sent else text(refund, "status") == "succeeded"


def _disputed(portrait: Portrait, charge: Object) -> int:
    taken = 0
    for dispute in _of(charge, portrait.disputes or ()):
        moved = objects(dispute, "balance_transactions")
        gone = -sum(min(number(transaction, "amount") or 0, 0) for transaction in moved)
        back = sum(max(number(transaction, "amount") or 0, 0) for transaction in moved)
        if all(_currency(transaction) == _currency(charge) for transaction in moved):
            taken += gone - back
        elif gone:
            worth = number(dispute, "amount") or 0
            taken += worth - share_of(worth, part=back, whole=gone)
    return taken


def _of(charge: Object, things: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of this charge; one that names no charge is its intent's."""
    charge_id, intent_id = text(charge, "id"), reference(charge, "payment_intent")
    return [
        thing
        for thing in things
        if reference(thing, "charge") == charge_id
        or (reference(thing, "charge") is None and reference(thing, "payment_intent") == intent_id)
    ]


def _currency(thing: Object) -> str:
    return (text(thing, "currency") or "").lower()


def _known(sums: Kept) -> Kept:
    return {currency: minor for currency, minor in sums.items() if minor}
