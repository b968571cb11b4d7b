"""One clue, whatever a person has in hand → the payments it leads to.

A session, our own id, an order's reference, an e-mail or its hash, a PaymentIntent, an invoice, a charge, an event, a
notice, or an amount. Every one of them is answered by an index.
"""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from tortoise.expressions import Q

from gateway.domain.identifiers import email_hash, parse_payment_id, parse_session_id
from gateway.domain.movements import MovementKind
from gateway.engines.database import Connection, Database
from gateway.models import Delivery, Movement, Payment, WebhookEvent
from gateway.models.attempt import AttemptRow
from gateway.services.operators.views import PaymentView, payment_view
from gateway.services.recording import rows

LONGEST_CLUE = 255
MOST_FOUND = 50
_AMOUNT = re.compile(r"[^\d\s.,-]{0,4}\s?(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,3}))?(?:\s?[A-Za-z]{3})?")

Ids = list[str]


class SearchService:
    """Whoever calls has been recognised as an operator already."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def payments(self, clue: str) -> list[PaymentView]:
        """The newest first, at most fifty. Empty for what leads to nothing."""
        known = clue.strip()
        if not known or len(known) > LONGEST_CLUE or "\x00" in known:
            return []
        found = await self._database.read_for_operators(partial(_found, clue=known))
        return [payment_view(row) for row in found]


def amounts_of(clue: str) -> set[int]:
    """What an amount as people write it may be in minor units: with no, two or three digits behind the point."""
    match = _AMOUNT.fullmatch(clue)
    if match is None:
        return set()
    whole, fraction = int(match[1].replace(",", "")), match[2] or ""
    fitting = (digits for digits in (0, 2, 3) if len(fraction) <= digits)
    return {whole * 10**digits + int(fraction.ljust(digits, "0") or 0) for digits in fitting}


async def _found(connection: Connection, *, clue: str) -> list[Payment]:
    ids = await _ids(connection, clue)
    where = Q(id__in=ids) if ids is not None else Q(client_reference_id=clue)
    query = Payment.filter(where).using_db(connection).order_by("-created_at", "-id").limit(MOST_FOUND)
    found = await query
    if found or ids is not None:
        return found
    amounts = amounts_of(clue)
    return await _by_amount(connection, amounts) if amounts else []


async def _ids(connection: Connection, clue: str) -> Ids | None:
    """None: a reference or an amount."""
    if (session_id := parse_session_id(clue)) is not None:
        row = await rows.by_session(connection, session_id)
        return [row.id] if row is not None else []
    if (payment_id := parse_payment_id(clue)) is not None:
        return [payment_id, *await _by_email(connection, clue)]
    if "@" in clue:
        return await _by_email(connection, email_hash(clue))
    prefix = clue.partition("_")[0] if "_" in clue else ""
    look = _BY_PREFIX.get(prefix)
    return await look(connection, clue) if look is not None else None


async def _by_email(connection: Connection, hashed: str) -> Ids:
    query = Payment.filter(email_hash=hashed).using_db(connection).order_by("-created_at").limit(MOST_FOUND)
    return [str(key) for key in await query.values_list("id", flat=True)]


async def _by_reference(connection: Connection, stripe_id: str) -> Ids:
    found = await rows.by_reference(connection, stripe_id)
    return [found] if found is not None else []


async def _by_charge(connection: Connection, key: str) -> Ids:
    found = AttemptRow.filter(key=key).using_db(connection)
    return [str(one) for one in await found.values_list("payment_id", flat=True)]


async def _by_event(connection: Connection, event_id: str) -> Ids:
    row = await WebhookEvent.get_or_none(id=event_id, using_db=connection)
    return [row.payment_id] if row is not None and row.payment_id else []


async def _by_delivery(connection: Connection, delivery_id: str) -> Ids:
    row = await Delivery.get_or_none(id=delivery_id, using_db=connection)
    return [row.payment_id] if row is not None else []


async def _by_amount(connection: Connection, amounts: set[int]) -> list[Payment]:
    """Each amount by itself: of several at once an index gives no order, and an amount may be that of a million."""
    ids: list[object] = []
    for amount in sorted(amounts):
        moved = Movement.filter(amount_minor=amount, kind=MovementKind.CAPTURE.value).using_db(connection)
        ids += await moved.order_by("-recorded_at").limit(MOST_FOUND).values_list("payment_id", flat=True)
    query = Payment.filter(id__in=ids).using_db(connection).order_by("-created_at", "-id").limit(MOST_FOUND)
    return await query if ids else []


_BY_PREFIX: dict[str, Callable[[Connection, str], Awaitable[Ids]]] = {
    "pi": _by_reference,
    "in": _by_reference,
    "ch": _by_charge,
    "py": _by_charge,
    "pm": _by_charge,
    "evt": _by_event,
    "msg": _by_delivery,
}
