"""What the gateway does by itself: forget what is old, and raise an alarm when the inbox does not empty.

Keys are forgotten after 24 hours and settled events after 35 days, in bounded batches; an event that still waits for
its payment, and the history, are never forgotten.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from tortoise.expressions import Subquery

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.states import Creation, EventState
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy, IdempotencyKey, Payment, WebhookEvent
from gateway.services.checkout.idempotency import KEPT as KEYS_KEPT
from gateway.services.recording import discrepancies
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import INBOX_BACKLOG, INBOX_OLDEST

EVENTS_KEPT = timedelta(days=35, hours=1)
"""An hour more than promised: the database refuses to delete a younger one, and judges by its own clock."""
SETTLED = [EventState.APPLIED.value, EventState.IGNORED.value]
WAITING = [EventState.UNMATCHED.value, EventState.FAILED.value]
BATCH = 500
BATCHES_A_ROUND = 20
ALARM_SECONDS = 60.0
FIX = "Look: gateway events list --state unmatched (or failed). Try again: gateway events replay --failed."
REMIND_SECONDS = 300.0
UNMATCHED_AFTER = timedelta(hours=1)

log = get_logger(__name__)


class Upkeep:
    """`details_kept` is how long a payment's e-mail and parameters stay after it is final."""

    def __init__(self, database: Database, *, details_kept: timedelta) -> None:
        self._database = database
        self._details_kept = details_kept
        self._reminded_at: float | None = None

    async def prune(self) -> int:
        """One bounded round. How many rows were forgotten."""
        forgotten = await self._in_batches(_forget_keys) + await self._in_batches(_forget_events)
        before = datetime.now(UTC) - self._details_kept
        return forgotten + await self._in_batches(partial(_forget_details, before=before))

    async def watch_inbox(self) -> int:
        """Measure what waits in the inbox, and log an error when the oldest has waited a minute. Answers 0."""
        count, oldest = await self._database.read(_waiting)
        age = max((datetime.now(UTC) - oldest).total_seconds(), 0.0) if oldest is not None else 0.0
        INBOX_BACKLOG.set(count)
        INBOX_OLDEST.set(age)
        await self._database.run(_show_unmatched)
        now = asyncio.get_running_loop().time()
        if age <= ALARM_SECONDS:
            self._reminded_at = None
        elif self._reminded_at is None or now - self._reminded_at >= REMIND_SECONDS:
            self._reminded_at = now
            log.error(
                "Events wait in the inbox.", action="inbox.stale", count=count, oldest_seconds=round(age), fix=FIX
            )
        return 0

    async def _in_batches(self, forget: Callable[[Connection], Awaitable[int]]) -> int:
        forgotten = 0
        for _ in range(BATCHES_A_ROUND):
            count = await self._database.run(forget)
            forgotten += count
            if count < BATCH:
                break
        return forgotten


async def _forget_keys(connection: Connection) -> int:
    old = IdempotencyKey.filter(created_at__lt=datetime.now(UTC) - KEYS_KEPT).using_db(connection)
    keys = await old.order_by("created_at").limit(BATCH).values_list("key", flat=True)
    return await IdempotencyKey.filter(key__in=keys).using_db(connection).delete() if keys else 0


async def _forget_events(connection: Connection) -> int:
    old = WebhookEvent.filter(received_at__lt=datetime.now(UTC) - EVENTS_KEPT, state__in=SETTLED).using_db(connection)
    ids = await old.order_by("received_at").limit(BATCH).values_list("id", flat=True)
    return await WebhookEvent.filter(id__in=ids).using_db(connection).delete() if ids else 0


async def _waiting(connection: Connection) -> tuple[int, datetime | None]:
    """How many wait, and since when the one that waits longest."""
    waiting = WebhookEvent.filter(state__in=WAITING).using_db(connection)
    oldest = await waiting.order_by("received_at").only("received_at").first()
    return await waiting.count(), oldest.received_at if oldest is not None else None


async def _forget_details(connection: Connection, *, before: datetime) -> int:
    """The buyer's e-mail and whatever else Stripe was asked with, of payments that ended long ago."""
    ids: list[object] = []
    for ended in ({"is_final": True}, {"is_final": False, "creation": Creation.REFUSED.value}):
        old = Payment.filter(has_details=True, updated_at__lt=before, **ended).using_db(connection)
        ids += await old.order_by("updated_at").limit(BATCH - len(ids)).values_list("id", flat=True)
        if len(ids) == BATCH:
            break
    if not ids:
        return 0
    return (
        await Payment.filter(id__in=ids).using_db(connection).update(parameters={}, has_details=False, email_hash=None)
    )


async def _show_unmatched(connection: Connection) -> None:
    """An event of ours whose payment has not come for an hour is for somebody to look at."""
    now = datetime.now(UTC)
    shown = Discrepancy.filter(kind=DiscrepancyKind.EVENT_UNMATCHED.value)
    query = WebhookEvent.filter(
        state=EventState.UNMATCHED.value,
        received_at__lt=now - UNMATCHED_AFTER,
        id__not_in=Subquery(shown.values("subject")),
    )
    for row in await query.using_db(connection).order_by("received_at").limit(BATCH).only("id", "type"):
        condition = Condition(DiscrepancyKind.EVENT_UNMATCHED, row.id)
        detail = f"{row.type} bears our marker, and no payment here has that id"
        await discrepancies.show(connection, condition, detail, payments=[], now=now)
