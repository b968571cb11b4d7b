"""The inbox inside a transaction: where an event belongs, its row, and which events wait for an id.

Reads and writes of `webhook_event` alone: what an event reports is applied by the recorder.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from tortoise.exceptions import IntegrityError

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.identifiers import EventId, InstanceId, PaymentId
from gateway.domain.states import EventState
from gateway.domain.stripe_event import Kind, References, StripeEvent, parse_event, references
from gateway.engines.database import Connection
from gateway.models import WebhookEvent
from gateway.models.columns import table_of
from gateway.models.webhook_event import READING
from gateway.services.recording import discrepancies, rows
from gateway.services.recording.rows import Found
from gateway.services.recording.sql import Select, insert

REVEALED_AT_ONCE = 100
FIRST_RETRY = timedelta(seconds=5)
DUE_AT_MOST = 100
RETRIED = [EventState.UNMATCHED.value, EventState.FAILED.value]


@dataclass(frozen=True, slots=True)
class Ours:
    """Whose events we take: our mode, our account once it is proven, and the ids of this installation."""

    livemode: bool
    account: str | None
    instances: frozenset[InstanceId]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an event belongs: its state when stored, and its payment when there is one.

    `is_applied` is false for an event with an account while ours is not proven: Stripe is asked, and it is tried again.
    """

    state: EventState
    payment_id: PaymentId | None
    names: References
    is_applied: bool = True


class AlreadyStored(Exception):
    """The event is in the inbox, or a constraint refused its row (`is_stored` says which). Rolls the transaction back:
    a second delivery changes nothing."""


async def place(connection: Connection, event: StripeEvent, ours: Ours) -> Placed:
    """Find the payment an event speaks of: by marker, by session, or by an id that is known to be a payment's own."""
    if event.kind is None or event.livemode != ours.livemode:
        return Placed(EventState.IGNORED, None, References())
    if event.account is not None and ours.account not in {None, event.account}:
        return Placed(EventState.IGNORED, None, References())
    names = references(event.kind, event.object)
    found = await rows.find(connection, names)
    if found is None and names.key is not None:
        await rows.queue_for(connection, names.key)  # Somebody may be revealing it this moment.
        found = await rows.find(connection, names)
    if found is None:
        return Placed(_without_a_row(names, ours), None, names)
    if event.account not in {None, ours.account}:
        return Placed(EventState.UNMATCHED, found.payment_id, names, is_applied=False)
    if await _may_be_applied(connection, event, found):
        return Placed(EventState.APPLIED, found.payment_id, names)
    return Placed(EventState.UNMATCHED, None, names)


async def _may_be_applied(connection: Connection, event: StripeEvent, found: Found) -> bool:
    if found.is_known or event.kind is not Kind.SESSION:
        return True
    return await rows.may_be_linked(connection, found.payment_id, event.object)


def _without_a_row(names: References, ours: Ours) -> EventState:
    """Our marker on an unknown row may yet be explained (a restored backup); another installation's is its own."""
    if names.marker is None:
        return EventState.IGNORED
    is_ours = names.instance is None or names.instance in ours.instances
    return EventState.UNMATCHED if is_ours else EventState.IGNORED


async def store(
    connection: Connection, event: StripeEvent, body: str, placed: Placed, *, error: str | None = None
) -> None:
    """Insert the event. Raises AlreadyStored: the unique id decides, so any number of deliveries may try at once."""
    row = {
        "id": event.id,
        "type": event.type,
        "created_at": datetime.fromtimestamp(min(max(event.created, 0), 2**33), UTC),
        "received_at": datetime.now(UTC),
        "livemode": event.livemode,
        "body": body,
        "state": placed.state.value,
        "payment_id": placed.payment_id,
        "joins_by": placed.names.key,
        "read_as": READING,
        "tries": 1,
        "next_try_at": _next_try(placed.state, tries=1),
        "error": error,
    }
    try:
        await insert(connection, WebhookEvent, row)
    except IntegrityError as conflict:
        raise AlreadyStored from conflict


async def is_stored(connection: Connection, event_id: EventId) -> bool:
    return await WebhookEvent.filter(id=event_id).using_db(connection).exists()


async def queue_for_all(connection: Connection, stripe_ids: Collection[str]) -> None:
    """Until the commit nobody stores another event of these ids as nobody's."""
    for stripe_id in sorted(stripe_ids):
        await rows.queue_for(connection, stripe_id)


async def waiting(
    connection: Connection, stripe_ids: Collection[str], payment_id: PaymentId
) -> list[tuple[StripeEvent, EventState]]:
    """A page of the events that are joined by one of these ids and are not this payment's yet, the oldest first: those
    of nobody, and those that a copied marker had led to another payment."""
    found = await _WAITING.rows(connection, sorted(stripe_ids), payment_id)
    parsed = [(parse_event(orjson.loads(body)), EventState(state)) for body, state in found]
    return [(event, state) for event, state in parsed if event is not None]


_WAITING = Select.of(
    f'SELECT "body", "state" FROM "{table_of(WebhookEvent)}"'  # noqa: S608 names of ours
    ' WHERE "joins_by" among ? AND ("payment_id" IS NULL OR "payment_id" <> ?)'
    f' ORDER BY "received_at", "id" LIMIT {REVEALED_AT_ONCE}'
)


async def due(connection: Connection) -> list[EventId]:
    """Events to be tried again now, the longest waiting first."""
    ready = WebhookEvent.filter(state__in=RETRIED, next_try_at__lte=datetime.now(UTC)).using_db(connection)
    keys = await ready.order_by("next_try_at").limit(DUE_AT_MOST).values_list("id", flat=True)
    return [EventId(str(key)) for key in keys]


async def stored(connection: Connection, event_id: EventId) -> tuple[StripeEvent | None, int]:
    """A stored event, decoded, and how often it was tried. Raises DoesNotExist."""
    row = await WebhookEvent.get(id=event_id, using_db=connection)
    return parse_event(orjson.loads(row.body)), row.tries


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
            read_as=READING,
            tries=tries,
            next_try_at=_next_try(state, tries=tries),
            error=error,
        )
    )


async def settle(connection: Connection, event_id: EventId) -> None:
    """It was applied after all: what the desk says of it closes by itself."""
    now = datetime.now(UTC)
    for kind in (DiscrepancyKind.EVENT_FAILED, DiscrepancyKind.EVENT_UNMATCHED):
        await discrepancies.close(connection, Condition(kind, event_id), now=now)


def _next_try(state: EventState, *, tries: int) -> datetime | None:
    """Five seconds, doubled each time, an hour at most; only what may yet succeed is tried again."""
    if state not in {EventState.UNMATCHED, EventState.FAILED}:
        return None
    delay = min(FIRST_RETRY * (1 << min(tries - 1, 10)), timedelta(hours=1))
    return datetime.now(UTC) + delay
