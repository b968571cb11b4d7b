"""From the history to deliveries: for each back end a row for each change, made together with the place it moves.

The history itself is the outbox, so nothing can be recorded and not be sent, and a process that dies in between leaves
the place where it was. `payment.paid` replaces what the same back end has not taken of that payment yet: a decline
nobody took never delays the news that it was paid.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from gateway.domain.notices import FULFILLING, FULFILMENT, NoticeType, delivery_id, endpoint_id_of
from gateway.domain.states import DeliveryState
from gateway.engines.database import Connection, Database
from gateway.models import Delivery, NoticeEndpoint, StatusChange
from gateway.models.columns import columns_of, table_of
from gateway.services.recording.lines import lines_after, settled_head
from gateway.services.recording.sql import insert, insert_unless_there

PAGES_AT_ONCE = 10


async def register(database: Database, urls: Iterable[str]) -> list[NoticeEndpoint]:
    """The row of each url; a new one begins behind all that has happened until now. Raises ServiceUnavailable."""
    wanted = list(urls)
    if not wanted:
        return []
    head, now = await settled_head(database), datetime.now(UTC)

    async def work(connection: Connection) -> list[NoticeEndpoint]:
        for url in wanted:
            row = {"id": endpoint_id_of(url), "url": url, "place": head, "since": now}
            await insert_unless_there(connection, table_of(NoticeEndpoint), row)
        return await endpoints(connection, wanted)

    return await database.run(work)


async def endpoints(connection: Connection, urls: Iterable[str]) -> list[NoticeEndpoint]:
    ids = [endpoint_id_of(url) for url in urls]
    return await NoticeEndpoint.filter(id__in=ids).using_db(connection).order_by("id") if ids else []


async def place(database: Database, endpoint: NoticeEndpoint) -> int:
    """Make the rows of what has happened since the endpoint's place. How many notices that was."""
    count = 0
    for _ in range(PAGES_AT_ONCE):
        lines = await lines_after(database, endpoint.place)
        if not lines:
            break
        placed = await database.run(partial(_place, endpoint=endpoint, lines=lines))
        if placed is None:
            break  # Another process was faster; the next round reads the place again.
        endpoint.place, count = lines[-1].id, count + placed
    return count


async def _place(connection: Connection, *, endpoint: NoticeEndpoint, lines: Sequence[StatusChange]) -> int | None:
    known = await NoticeEndpoint.filter(id=endpoint.id).using_db(connection).select_for_update().get()
    if known.place != endpoint.place:
        return None
    changes, now = [line for line in lines if line.kind not in {None, FULFILMENT}], datetime.now(UTC)
    waiting = await _waiting(connection, endpoint.id, {line.payment_id for line in changes})
    made: list[Delivery] = []
    for line in changes:
        before = waiting[line.payment_id]
        if line.kind in FULFILLING:
            for earlier in before:
                earlier.state, earlier.next_try_at, earlier.settled_at = DeliveryState.SUPERSEDED.value, None, now
            before.clear()
        row = _row(endpoint.id, line, now=now, is_first=not before)
        before.append(row)
        made.append(row)
    await _supersede(connection, endpoint.id, changes, now=now)
    for row in made:
        await insert(connection, Delivery, {name: getattr(row, name) for name in columns_of(Delivery)})
    await NoticeEndpoint.filter(id=endpoint.id).using_db(connection).update(place=lines[-1].id)
    return len(made)


async def _waiting(connection: Connection, endpoint_id: str, payment_ids: set[str]) -> dict[str, list[Delivery]]:
    """What this back end has not taken yet of these payments."""
    found: dict[str, list[Delivery]] = defaultdict(list)
    if payment_ids:
        pending = Delivery.filter(
            endpoint_id=endpoint_id, payment_id__in=payment_ids, state=DeliveryState.PENDING.value
        ).using_db(connection)
        for row in await pending.order_by("change_id"):
            found[row.payment_id].append(row)
    return found


async def _supersede(
    connection: Connection, endpoint_id: str, changes: Sequence[StatusChange], *, now: datetime
) -> None:
    """What was stored as pending before a change that fulfils."""
    for line in changes:
        if line.kind in FULFILLING:
            older = Delivery.filter(
                endpoint_id=endpoint_id,
                payment_id=line.payment_id,
                change_id__lt=line.id,
                state=DeliveryState.PENDING.value,
            ).using_db(connection)
            await older.update(state=DeliveryState.SUPERSEDED.value, next_try_at=None, settled_at=now)


def _row(endpoint_id: str, line: StatusChange, *, now: datetime, is_first: bool) -> Delivery:
    return Delivery(
        id=delivery_id(endpoint_id, line.id),
        endpoint_id=endpoint_id,
        payment_id=line.payment_id,
        change_id=line.id,
        version=line.version,
        type=NoticeType(str(line.kind)).value,
        state=DeliveryState.PENDING.value,
        next_try_at=now if is_first else None,
        created_at=now,
    )
