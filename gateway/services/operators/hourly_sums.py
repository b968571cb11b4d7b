"""Hours that are over are summed once; a stretch of time is then whole summed hours and what lies between them.

An hour is noted first and summed by a later round: whoever changes a payment of a noted hour deletes the note, by a
trigger, and whoever had begun before the note was committed has ended by then. So a ready hour is what its payments
say, and no writer waits for more than the sum of one hour.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

from gateway.engines.database import Connection, Database
from gateway.models import HourlyMovements, HourlyPayments, Payment, SummedHour
from gateway.services.recording.sql import insert, update

HOUR = timedelta(hours=1)
KEPT = timedelta(days=32)
"""The longest window, and a day."""
OVER_AFTER = timedelta(minutes=5)
"""The clocks of several machines differ by less."""
SETTLED_SECONDS = 30.0
"""No transaction lasts as long: a command has five seconds, and one that is idle in between ten."""
AT_ONCE = 120
"""Hours a round."""
MOST_STRETCHES = 40
"""A statement names so many; a window in more pieces is read from its payments."""

Stretch = tuple[datetime, datetime]
"""From, included, to, excluded."""
Note = tuple[datetime, datetime]
"""The hour, and `noted_at`: one that was deleted and made again is another."""
LIVE = ("payment", "created_at", "COUNT(*)")
"""Table, moment and sum of payments that are counted one by one."""

_COUNTED = """
SELECT {place} AS "place", "status", "is_final", "creation", {sum} AS "payments"
FROM "{table}" WHERE "{column}" >= ? AND "{column}" < ? GROUP BY 1, 2, 3, 4
"""
_MOVED = """
SELECT p."price_id" AS "price_id", m."kind" AS "kind", m."currency" AS "currency",
    SUM(m."amount_minor") AS "amount", COUNT(DISTINCT m."payment_id") AS "payments"
FROM "payment" p JOIN "movement" m ON m."payment_id" = p."id"
WHERE p."created_at" >= ? AND p."created_at" < ? GROUP BY 1, 2, 3
"""
_MOVED_OF_HOURS = """
SELECT "price_id", "kind", "currency", SUM("amount_minor") AS "amount", SUM("payments") AS "payments"
FROM "hourly_movements" WHERE "hour" >= ? AND "hour" < ? GROUP BY 1, 2, 3
"""
_PLACES = {
    "postgres": """CAST(floor((extract(epoch FROM "{column}") - {start}) / {step}) AS INTEGER)""",
    "sqlite": """CAST((strftime('%s', "{column}") - {start}) / {step} AS INTEGER)""",
}
"""The number of the equal stretch that a moment lies in. Numbers of ours, never a caller's."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Of one window: hours whose sums are ready, and everything else."""

    summed: tuple[Stretch, ...]
    live: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """Equal stretches from `start` on; whole hours, or all of them within one."""

    start: datetime
    step: timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """So many payments; `place` is the number of the stretch they were made in, 0 where none was asked for."""

    place: int
    status: str
    is_final: bool
    creation: str
    payments: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Sums of the journal of one price, kind and currency, in signed minor units."""

    price_id: str
    kind: str
    currency: str
    amount_minor: int
    payments: int


class HourlySums:
    """The background's part: `round` notes hours that are over, and sums those noted long enough ago."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._met: dict[Note, float] = {}
        """By this process's own clock, when it first met each note of an hour that is not summed yet."""

    async def round(self) -> int:
        """How many hours were summed."""
        now = datetime.now(UTC)
        waiting = await self._database.run(partial(_note, now=now))
        seen_at = asyncio.get_running_loop().time()
        self._met = {note: self._met.get(note, seen_at) for note in waiting}
        due = [note for note, at in self._met.items() if seen_at - at >= SETTLED_SECONDS]
        for note in due:
            await self._database.run(partial(_sum, note=note))
        return len(due)


def hour_of(moment: datetime) -> datetime:
    """The beginning of its hour."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


async def pieces_of(connection: Connection, start: datetime, end: datetime) -> Pieces:
    """The window from `start` to `end`, cut so that nothing is missing and nothing is there twice."""
    first = hour_of(start) if hour_of(start) == start else hour_of(start) + HOUR
    ready = SummedHour.filter(hour__gte=first, hour__lte=end - HOUR, is_ready=True).using_db(connection)
    hours: Any = await ready.order_by("hour").values_list("hour", flat=True)
    summed = _joined((hour, hour + HOUR) for hour in hours)
    edges = [start, *chain.from_iterable(summed), end]
    live = tuple((a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b)
    return Pieces(summed, live) if len(summed) <= MOST_STRETCHES else Pieces((), ((start, end),))


async def counts(connection: Connection, pieces: Pieces, steps: Steps | None = None) -> list[Counted]:
    """Payments by what they are now and, with `steps`, by the stretch they were made in. A group may come twice."""
    found: list[Counted] = []
    for stretch in pieces.summed:
        found += await _counted(connection, stretch, ("hourly_payments", "hour", 'SUM("payments")'), steps)
    for stretch in pieces.live:
        found += await _counted(connection, stretch, LIVE, steps)
    return found


async def moved(connection: Connection, pieces: Pieces) -> list[Moved]:
    """What the journal holds of the window's payments. A price, kind and currency may come twice."""
    found: list[Moved] = []
    for stretch in pieces.summed:
        found += await _moved(connection, stretch, _MOVED_OF_HOURS)
    for stretch in pieces.live:
        found += await _moved(connection, stretch, _MOVED)
    return found


async def _note(connection: Connection, *, now: datetime) -> list[Note]:
    """Note what is over, forget what no window reaches; the hours that are noted and not summed, the newest first."""
    for model in (SummedHour, HourlyPayments, HourlyMovements):
        await model.filter(hour__lt=now - KEPT).using_db(connection).delete()
    known = {row.hour: row for row in await SummedHour.all().using_db(connection)}
    oldest = await Payment.all().using_db(connection).order_by("created_at", "id").limit(1).values_list("created_at")
    if not oldest:
        return []
    hour, first = hour_of(now - OVER_AFTER) - HOUR, max(hour_of(oldest[0][0]), hour_of(now - KEPT) + HOUR)
    waiting: list[Note] = []
    while hour >= first and len(waiting) < AT_ONCE:
        row = known.get(hour)
        if row is None:
            await insert(connection, SummedHour, {"hour": hour, "is_ready": False, "noted_at": now})
            waiting.append((hour, now))
        elif not row.is_ready:
            waiting.append((hour, row.noted_at))
        hour -= HOUR
    return waiting


async def _sum(connection: Connection, *, note: Note) -> None:
    """The note's row is locked first: a change that is under way is waited for, and a later one unmakes the sum."""
    hour, noted_at = note
    if not await update(connection, SummedHour, {"is_ready": True}, where={"hour": hour, "noted_at": noted_at}):
        return
    for model in (HourlyPayments, HourlyMovements):
        await model.filter(hour=hour).using_db(connection).delete()
    for group in await _counted(connection, (hour, hour + HOUR), LIVE):
        values = {"status": group.status, "is_final": group.is_final, "creation": group.creation}
        await insert(connection, HourlyPayments, values | {"payments": group.payments, "hour": hour})
    for line in await _moved(connection, (hour, hour + HOUR), _MOVED):
        values = {name: getattr(line, name) for name in Moved.__slots__}
        await insert(connection, HourlyMovements, values | {"hour": hour})


async def _counted(
    connection: Connection, stretch: Stretch, source: tuple[str, str, str], steps: Steps | None = None
) -> list[Counted]:
    table, column, total = source
    place = "0"
    if steps is not None:
        template = _PLACES[connection.capabilities.dialect]
        place = template.format(column=column, start=int(steps.start.timestamp()), step=int(steps.step.total_seconds()))
    query = _COUNTED.format(place=place, sum=total, table=table, column=column)
    rows = await _between(connection, query, stretch)
    return [
        Counted(row["place"], row["status"], bool(row["is_final"]), row["creation"], int(row["payments"]))
        for row in rows
    ]


async def _moved(connection: Connection, stretch: Stretch, query: str) -> list[Moved]:
    rows = await _between(connection, query, stretch)
    return [
        Moved(row["price_id"], row["kind"], row["currency"], int(row["amount"]), int(row["payments"])) for row in rows
    ]


async def _between(connection: Connection, query: str, stretch: Stretch) -> list[dict[str, Any]]:
    if connection.capabilities.dialect == "postgres":
        return await connection.execute_query_dict(query.replace("?", "$1", 1).replace("?", "$2", 1), list(stretch))
    return await connection.execute_query_dict(query, [moment.astimezone(UTC).isoformat(sep=" ") for moment in stretch])


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Those that follow each other without a gap, as one."""
    joined: list[Stretch] = []
    for start, end in stretches:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
