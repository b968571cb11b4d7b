"""The history: append-only, one row a version, each carrying the hash of the one before (design/safety.md I5, I13).

Writing and reading it; `audit_walk` is what goes over all of it and looks for breaks.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.database import Connection
from gateway.domain.identifiers import PaymentId
from gateway.domain.status import Status
from gateway.models import StatusChange

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class StatusChangeView:
    """One line of a payment's history. `from_status` is None for the first."""

    version: int
    from_status: Status | None
    to_status: Status
    cause: str
    at: datetime


async def append(connection: Connection, payment_id: PaymentId, change: StatusChangeView) -> None:
    """Add the next link of the payment's chain. The caller's lock on the payment keeps the chain straight."""
    last = await StatusChange.filter(payment_id=payment_id).using_db(connection).order_by("-version").first()
    previous = last.hash if last else GENESIS
    await StatusChange.create(
        payment_id=payment_id,
        version=change.version,
        from_status=change.from_status,
        to_status=change.to_status,
        cause=change.cause,
        at=change.at,
        previous_hash=previous,
        hash=link(previous, payment_id, change),
        using_db=connection,
    )


async def history(connection: Connection, payment_id: PaymentId) -> list[StatusChangeView]:
    """Oldest first."""
    rows = await StatusChange.filter(payment_id=payment_id).using_db(connection).order_by("version")
    return [change_view(row) for row in rows]


def change_view(row: StatusChange) -> StatusChangeView:
    return StatusChangeView(
        version=row.version,
        from_status=Status(row.from_status) if row.from_status else None,
        to_status=Status(row.to_status),
        cause=row.cause,
        at=row.at,
    )


def link(previous: str, payment_id: PaymentId, change: StatusChangeView | StatusChange) -> str:
    """SHA-256 over the previous hash and every column, in a form that both databases give back alike."""
    at = change.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [previous, payment_id, str(change.version), change.from_status or "", change.to_status, change.cause, at]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
