"""The inbox inside a transaction: store an event once, apply it, look again at what a session reveals."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from tortoise.exceptions import IntegrityError

from gateway.database import Connection
from gateway.domain.identifiers import EventId, PaymentId
from gateway.domain.stripe_event import Kind, Mode, References, StripeEvent, parse_event, read_event, references
from gateway.models import Payment, WebhookEvent
from gateway.models.webhook_event import EventState
from gateway.services.recording import projection, rows
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import ANOMALIES

REVEALED_AT_MOST = 100
FIRST_RETRY = timedelta(seconds=5)
DUE_AT_MOST = 100
RETRIED = [EventState.UNMATCHED.value, EventState.FAILED.value]

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an event belongs: its state when stored, and its payment when there is one."""

    state: EventState
    payment_id: PaymentId | None
    names: References


async def place(connection: Connection, event: StripeEvent, *, livemode: bool) -> Placed:
    """Find the payment an event speaks of (design/status.md, joining)."""
    if event.kind is None or event.livemode != livemode:
        return Placed(EventState.IGNORED, None, References())
    names = references(event.kind, event.object)
    payment_id = await rows.find(connection, names)
    if payment_id is None and names.intent_id is not None:
        await rows.queue_for_intent(connection, names.intent_id)  # Somebody may be revealing it this moment.
        payment_id = await rows.find(connection, names)
    if payment_id is not None:
        return Placed(EventState.APPLIED, payment_id, names)
    # Our marker on an unknown row may yet be explained (a restored backup); anything else is somebody else's business.
    return Placed(EventState.UNMATCHED if names.marker else EventState.IGNORED, None, names)


class AlreadyStored(Exception):
    """The event is in the inbox: rolls the transaction back, so a second delivery changes nothing."""


async def store(
    connection: Connection, event: StripeEvent, body: str, placed: Placed, *, error: str | None = None
) -> None:
    """Insert the event. Raises AlreadyStored: the unique id decides, so any number of deliveries may try at once."""
    try:
        await WebhookEvent.create(
            id=event.id,
            type=event.type,
            created_at=datetime.fromtimestamp(min(max(event.created, 0), 2**33), UTC),
            received_at=datetime.now(UTC),
            livemode=event.livemode,
            body=body,
            state=placed.state.value,
            payment_id=placed.payment_id,
            intent_id=placed.names.intent_id,
            next_try_at=_next_try(placed.state, tries=1),
            error=error,
            using_db=connection,
        )
    except IntegrityError as conflict:
        raise AlreadyStored from conflict


async def apply_event(
    connection: Connection, event: StripeEvent, payment_id: PaymentId, names: References
) -> list[projection.Change]:
    """Project an event onto its payment, and whatever earlier events its intent now explains."""
    row = await rows.by_id(connection, payment_id)
    if _is_of_another_session(row, names):
        ANOMALIES.labels("second_session").inc()
        log.error("A second session names this payment.", action="anomaly.second_session", payment_id=payment_id)
        return []
    reading = read_event(event, expected=projection.expected_of(row), mode=Mode(row.mode))
    learned = _learned(event, row, names)
    change = await projection.apply(connection, payment_id, reading, learned, cause=f"webhook {event.id}")
    return [change, *await apply_revealed(connection, change)]


async def apply_revealed(connection: Connection, change: projection.Change) -> list[projection.Change]:
    """Events kept as ignored or unmatched that speak of the intent this change has just tied to its payment."""
    if change.reveals_intent is None:
        return []
    await rows.queue_for_intent(connection, change.reveals_intent)
    waiting = (
        await WebhookEvent.filter(
            intent_id=change.reveals_intent, state__in=[EventState.IGNORED.value, EventState.UNMATCHED.value]
        )
        .using_db(connection)
        .order_by("received_at", "id")
        .limit(REVEALED_AT_MOST)
    )
    changes: list[projection.Change] = []
    for row in waiting:
        event = parse_event(orjson.loads(row.body))
        if event is None or event.kind is None:
            continue
        names = references(event.kind, event.object)
        changes += await apply_event(connection, event, change.payment_id, names)
        await mark(connection, event.id, EventState.APPLIED, payment_id=change.payment_id)
    return changes


async def due(connection: Connection) -> list[EventId]:
    """Events to be tried again now, the longest waiting first."""
    waiting = WebhookEvent.filter(state__in=RETRIED, next_try_at__lte=datetime.now(UTC)).using_db(connection)
    return [
        EventId(str(key))
        for key in await waiting.order_by("next_try_at").limit(DUE_AT_MOST).values_list("id", flat=True)
    ]


async def retry(connection: Connection, event_id: EventId, *, livemode: bool) -> list[projection.Change]:
    """Place and apply a stored event once more; applying it twice is harmless."""
    row = await WebhookEvent.get(id=event_id, using_db=connection)
    event = parse_event(orjson.loads(row.body))
    if event is None:
        return []
    placed = await place(connection, event, livemode=livemode)
    await mark(connection, event_id, placed.state, payment_id=placed.payment_id, tries=row.tries + 1)
    if placed.payment_id is None:
        return []
    return await apply_event(connection, event, placed.payment_id, placed.names)


async def note_failure(connection: Connection, event_id: EventId, reason: str) -> None:
    row = await WebhookEvent.get(id=event_id, using_db=connection)
    await mark(connection, event_id, EventState.FAILED, tries=row.tries + 1, error=reason)


async def mark(
    connection: Connection,
    event_id: EventId,
    state: EventState,
    *,
    payment_id: PaymentId | None = None,
    tries: int = 1,
    error: str | None = None,
) -> None:
    """What became of an event that was looked at again. Its body is never touched."""
    await (
        WebhookEvent.filter(id=event_id)
        .using_db(connection)
        .update(
            state=state.value,
            payment_id=payment_id,
            tries=tries,
            next_try_at=_next_try(state, tries=tries),
            error=error,
        )
    )


def _learned(event: StripeEvent, row: Payment, names: References) -> projection.Learned:
    if event.kind is Kind.SESSION:
        return projection.learned_from_session(event.object)
    in_payment_mode = Mode(row.mode) is Mode.PAYMENT
    return projection.Learned(intent_id=names.intent_id if in_payment_mode else None)


def _is_of_another_session(row: Payment, names: References) -> bool:
    return names.session_id is not None and row.session_id is not None and names.session_id != row.session_id


def _next_try(state: EventState, *, tries: int) -> datetime | None:
    """Five seconds, doubled each time, an hour at most; only what may yet succeed is tried again."""
    if state not in {EventState.UNMATCHED, EventState.FAILED}:
        return None
    delay = min(FIRST_RETRY * (1 << min(tries - 1, 10)), timedelta(hours=1))
    return datetime.now(UTC) + delay
