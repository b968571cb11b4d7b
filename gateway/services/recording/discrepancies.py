"""The desk: one row for whatever somebody has to look at, opened by its cause, closed by its end or by an operator.

However often a condition is seen it is one row. A resolved one opens again only when its detail is another than the
one resolved, or after it had closed by itself.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from gateway.domain.discrepancies import Condition, Conditions, DiscrepancyState
from gateway.domain.identifiers import PaymentId
from gateway.engines.database import Connection
from gateway.models import Discrepancy, DiscrepancyChange
from gateway.services.recording.sql import insert_unless_there
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import DISCREPANCIES_SEEN

ITSELF = "itself"
LONGEST_DETAIL = 2000
LONGEST_SUBJECT = 500
PAYMENTS_AT_MOST = 100

log = get_logger(__name__)


async def settle(
    connection: Connection, payment_id: PaymentId, before: Conditions, after: Conditions, *, now: datetime
) -> None:
    """Open what holds now and did not, close what held and does not. Equal conditions cost no query."""
    for condition, detail in sorted(after.items()):
        if before.get(condition) != detail:
            await show(connection, condition, detail, payments=[payment_id], now=now)
    for condition in sorted(before.keys() - after.keys()):
        await close(connection, condition, now=now)


async def show(
    connection: Connection,
    condition: Condition,
    detail: str,
    *,
    payments: Collection[PaymentId],
    now: datetime,
    by: str = ITSELF,
) -> bool:
    """A condition holds: its row is open after this, or was resolved by an operator with this very detail.

    Whether it was opened just now.
    """
    detail = detail[:LONGEST_DETAIL]
    opened = await _insert(connection, condition, detail, now=now)
    row = await _locked(connection, condition)
    if row is None:
        raise RuntimeError("a discrepancy that was there is gone, though none is ever deleted")
    if opened:
        await _note(connection, row, None, DiscrepancyState.OPEN, by=by, detail=detail, now=now)
    elif row.state != DiscrepancyState.RESOLVED.value:
        await _update(
            connection, row, detail=detail, state=DiscrepancyState(row.state), closed_by_itself=False, now=now
        )
    elif row.closed_by_itself or row.detail != detail:
        opened = True
        before = DiscrepancyState(row.state)
        await _update(connection, row, detail=detail, state=DiscrepancyState.OPEN, closed_by_itself=False, now=now)
        await _note(connection, row, before, DiscrepancyState.OPEN, by=by, detail=detail, now=now)
    await _link(connection, row.id, payments)
    if opened:
        DISCREPANCIES_SEEN.labels(condition.kind.value).inc()
        log.error(
            "Something has to be looked at.",
            action=f"discrepancy.{condition.kind.value}",
            discrepancy_id=row.id,
            payments=list(payments)[:PAYMENTS_AT_MOST],
        )
    return opened


async def close(connection: Connection, condition: Condition, *, now: datetime, note: str | None = None) -> bool:
    """Its cause is gone: the row closes by itself. Whether there was one to close."""
    row = await _locked(connection, condition)
    if row is None or row.state == DiscrepancyState.RESOLVED.value:
        return False
    before = DiscrepancyState(row.state)
    await _update(connection, row, detail=row.detail, state=DiscrepancyState.RESOLVED, closed_by_itself=True, now=now)
    await _note(connection, row, before, DiscrepancyState.RESOLVED, by=ITSELF, detail=row.detail, note=note, now=now)
    return True


async def decide(
    connection: Connection, discrepancy_id: str, state: DiscrepancyState, *, by: str, note: str | None, now: datetime
) -> Discrepancy | None:
    """An operator's step. None: no such row. One that is there already is left as it is."""
    row = await Discrepancy.filter(id=discrepancy_id).using_db(connection).select_for_update().first()
    if row is None or row.state in {state.value, DiscrepancyState.RESOLVED.value}:
        return row
    before = DiscrepancyState(row.state)
    changes = {"state": state.value, "closed_by_itself": False}
    await Discrepancy.filter(id=row.id).using_db(connection).update(**changes)
    await _note(connection, row, before, state, by=by, detail=row.detail, note=note, now=now)
    return await Discrepancy.get(id=row.id, using_db=connection)


async def _insert(connection: Connection, condition: Condition, detail: str, *, now: datetime) -> bool:
    values = {
        "id": uuid.uuid4().hex,
        "kind": condition.kind.value,
        "subject": condition.subject[:LONGEST_SUBJECT],
        "detail": detail,
        "state": DiscrepancyState.OPEN.value,
        "closed_by_itself": False,
        "opened_at": now,
        "last_seen_at": now,
    }
    return await insert_unless_there(connection, "discrepancy", values)


async def _locked(connection: Connection, condition: Condition) -> Discrepancy | None:
    query = Discrepancy.filter(kind=condition.kind.value, subject=condition.subject[:LONGEST_SUBJECT])
    return await query.using_db(connection).select_for_update().first()


async def _update(
    connection: Connection,
    row: Discrepancy,
    *,
    detail: str,
    state: DiscrepancyState,
    closed_by_itself: bool,
    now: datetime,
) -> None:
    await (
        Discrepancy.filter(id=row.id)
        .using_db(connection)
        .update(detail=detail, state=state.value, closed_by_itself=closed_by_itself, last_seen_at=now)
    )


async def _note(
    connection: Connection,
    row: Discrepancy,
    before: DiscrepancyState | None,
    after: DiscrepancyState,
    *,
    by: str,
    detail: str,
    now: datetime,
    note: str | None = None,
) -> None:
    await DiscrepancyChange.create(
        discrepancy_id=row.id,
        from_state=before.value if before is not None else None,
        to_state=after.value,
        by=by,
        note=note,
        detail=detail,
        at=now,
        using_db=connection,
    )


async def _link(connection: Connection, discrepancy_id: str, payments: Collection[PaymentId]) -> None:
    for payment_id in sorted(payments)[:PAYMENTS_AT_MOST]:
        link = {"discrepancy_id": discrepancy_id, "payment_id": payment_id}
        await insert_unless_there(connection, "discrepancy_payment", link)
