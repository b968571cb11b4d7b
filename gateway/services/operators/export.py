"""Rows for spreadsheets and other programs: movements, payments or discrepancies of a stretch of time, streamed.

Amounts are signed minor units as booked, so that whoever sums them gets the ledger's figures.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from gateway.domain.facts_json import facts_from_json
from gateway.domain.movements import totals_of
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy, DiscrepancyPayment, Movement, Payment
from gateway.services.recording.rows import snapshot_of

BATCH = 500

Line = dict[str, Any]


class Exported(StrEnum):
    """What can be exported. Movements are chosen by when they were recorded, the others by when they began."""

    MOVEMENTS = "movements"
    PAYMENTS = "payments"
    DISCREPANCIES = "discrepancies"


COLUMNS: dict[Exported, tuple[str, ...]] = {
    Exported.MOVEMENTS: (
        "paymentId",
        "sessionId",
        "kind",
        "stripeId",
        "amountMinor",
        "currency",
        "occurredAt",
        "recordedAt",
        "cause",
    ),
    Exported.PAYMENTS: (
        "paymentId",
        "sessionId",
        "status",
        "isFinal",
        "priceId",
        "quantity",
        "clientReferenceId",
        "currency",
        "askedMinor",
        "capturedMinor",
        "refundedMinor",
        "disputedMinor",
        "netMinor",
        "createdAt",
        "updatedAt",
    ),
    Exported.DISCREPANCIES: ("id", "kind", "payments", "subject", "state", "openedAt", "lastSeenAt", "detail"),
}


class ExportService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def lines(self, what: Exported, *, start: datetime, end: datetime) -> AsyncIterator[Line]:
        """From `start` (included) to `end`, oldest first, a batch in memory. Raises ServiceUnavailable."""
        model, at, lines_of = _SOURCES[what]
        last: Any = None
        while True:
            rows = await self._database.read_for_operators(
                partial(_after, model=model, at=at, start=start, end=end, last=last)
            )
            for line in await self._database.read_for_operators(partial(lines_of, rows=rows)):
                yield line
            if len(rows) < BATCH:
                return
            last = rows[-1]


async def _after(
    connection: Connection, *, model: type[Model], at: str, start: datetime, end: datetime, last: Any
) -> list[Any]:
    query = model.filter(**{f"{at}__gte": start, f"{at}__lt": end})
    if last is not None:
        moment = getattr(last, at)
        query = query.filter(Q(**{f"{at}__gt": moment}) | Q(**{at: moment, "id__gt": last.id}))
    return await query.using_db(connection).order_by(at, "id").limit(BATCH)


async def _movements(connection: Connection, *, rows: list[Movement]) -> list[Line]:
    ids = {row.payment_id for row in rows}
    found = await Payment.filter(id__in=list(ids)).using_db(connection).only("id", "session_id") if ids else []
    sessions = {payment.id: payment.session_id for payment in found}
    return [
        {
            "paymentId": row.payment_id,
            "sessionId": sessions.get(row.payment_id),
            "kind": row.kind,
            "stripeId": row.stripe_id,
            "amountMinor": row.amount_minor,
            "currency": row.currency,
            "occurredAt": _iso(row.occurred_at),
            "recordedAt": _iso(row.recorded_at),
            "cause": row.cause,
        }
        for row in rows
    ]


async def _payments(connection: Connection, *, rows: list[Payment]) -> list[Line]:
    """One line a payment and currency of its totals; one line of zeros where nothing came."""
    return [line for row in rows for line in _of_payment(row)]


def _of_payment(row: Payment) -> list[Line]:
    snapshot = snapshot_of(row)
    head: Line = {
        "paymentId": row.id,
        "sessionId": row.session_id,
        "status": row.status,
        "isFinal": row.is_final,
        "priceId": row.price_id,
        "quantity": row.quantity,
        "clientReferenceId": row.client_reference_id,
    }
    tail: Line = {"createdAt": _iso(row.created_at), "updatedAt": _iso(row.updated_at)}
    lines = []
    for sums in totals_of(facts_from_json(row.facts)) or (None,):
        currency = sums.currency if sums is not None else snapshot.amount.currency
        figures: Line = {
            "currency": currency,
            "askedMinor": snapshot.amount.amount_minor if currency == snapshot.amount.currency else 0,
            "capturedMinor": sums.captured if sums is not None else 0,
            "refundedMinor": sums.refunded if sums is not None else 0,
            "disputedMinor": sums.disputed if sums is not None else 0,
            "netMinor": sums.net if sums is not None else 0,
        }
        lines.append(head | figures | tail)
    return lines


async def _discrepancies(connection: Connection, *, rows: list[Discrepancy]) -> list[Line]:
    ids = [row.id for row in rows]
    links = await DiscrepancyPayment.filter(discrepancy_id__in=ids).using_db(connection).order_by("id") if ids else []
    return [discrepancy_line(row, [link.payment_id for link in links if link.discrepancy_id == row.id]) for row in rows]


def discrepancy_line(row: Any, payments: list[str]) -> Line:
    """A row of the desk, or its view, as commands print it."""
    return {
        "id": row.id,
        "kind": str(row.kind),
        "payments": payments,
        "subject": row.subject,
        "state": str(row.state),
        "openedAt": _iso(row.opened_at),
        "lastSeenAt": _iso(row.last_seen_at),
        "detail": row.detail,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


_SOURCES: dict[Exported, tuple[type[Model], str, Callable[..., Any]]] = {
    Exported.MOVEMENTS: (Movement, "recorded_at", _movements),
    Exported.PAYMENTS: (Payment, "created_at", _payments),
    Exported.DISCREPANCIES: (Discrepancy, "opened_at", _discrepancies),
}
