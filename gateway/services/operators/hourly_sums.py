"""Hours that are over are summed once; a stretch of time is then whole summed hours and what lies between them.

An hour is noted first and summed by a later round: whoever changes a payment of a noted hour deletes the note, by a
trigger, and whoever had begun before the note was committed has ended by then. So a ready hour is what its payments
say, and no writer waits for more than the sum of one hour.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, pairwise
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count

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

_MOVED = """
SELECT p."price_id" AS "price_id", m."kind" AS "kind", m."currency" AS "currency",
    SUM(m."amount_minor") AS "amount", COUNT(DISTINCT m."payment_id") AS "payments"
FROM "payment" p JOIN "movement" m ON m."payment_id" = p."id" WHERE {where}
GROUP BY p."price_id", m."kind", m."currency"
"""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Of one window: hours whose sums are ready, and everything else."""

    summed: tuple[Stretch, ...]
    live: tuple[Stretch, ...]


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
        self._noted: dict[datetime, float] = {}
        """By this process's own clock, when it first met the note of an hour that is not summed yet."""

    async def round(self) -> int:
        """How many hours were summed."""
        now = datetime.now(UTC)
        waiting = await self._database.run(partial(_note, now=now))
        seen_at = asyncio.get_running_loop().time()
        self._noted = {hour: self._noted.get(hour, seen_at) for hour in waiting}
        due = [hour for hour, at in self._noted.items() if seen_at - at >= SETTLED_SECONDS]
        for hour in due[:AT_ONCE]:
            await self._database.run(partial(_sum, hour=hour))
        return len(due[:AT_ONCE])


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


async def counts(connection: Connection, pieces: Pieces) -> list[dict[str, Any]]:
    """`status`, `is_final`, `creation` and how many `payments`; a group may come twice."""
    found: list[dict[str, Any]] = []
    if pieces.summed:
        hours = HourlyPayments.filter(_within("hour", pieces.summed)).using_db(connection)
        found += await hours.values("hour", "status", "is_final", "creation", "payments")
    for stretch in pieces.live:
        found += await _counted(connection, stretch)
    return found


async def counts_between(connection: Connection, edges: Sequence[datetime]) -> list[list[dict[str, Any]]]:
    """The same for each stretch between two `edges`, which lie on whole hours or within less than one."""
    pieces = await pieces_of(connection, edges[0], edges[-1])
    found: list[list[dict[str, Any]]] = [[] for _ in edges[1:]]
    for group in await counts(connection, Pieces(pieces.summed, ())):
        found[bisect_right(edges, group["hour"]) - 1].append(group)
    for start, end in pieces.live:
        for place, (a, b) in enumerate(pairwise(edges)):
            if max(a, start) < min(b, end):
                found[place] += await _counted(connection, (max(a, start), min(b, end)))
    return found


async def moved(connection: Connection, pieces: Pieces) -> list[Moved]:
    """What the journal holds of the window's payments; a price, kind and currency may come twice."""
    found: list[Moved] = []
    if pieces.summed:
        hours = HourlyMovements.filter(_within("hour", pieces.summed)).using_db(connection)
        columns = ("price_id", "kind", "currency", "amount_minor", "payments")
        found += [Moved(*row) for row in await hours.values_list(*columns)]
    for stretch in pieces.live:
        found += await _moved_live(connection, stretch)
    return found


async def _note(connection: Connection, *, now: datetime) -> list[datetime]:
    """Note what is over, forget what no window reaches; the hours that are noted and not summed, the newest first."""
    for model in (SummedHour, HourlyPayments, HourlyMovements):
        await model.filter(hour__lt=now - KEPT).using_db(connection).delete()
    known = dict(await SummedHour.all().using_db(connection).values_list("hour", "is_ready"))
    oldest = await Payment.all().using_db(connection).order_by("created_at", "id").limit(1).values_list("created_at")
    if not oldest:
        return []
    hour, first = hour_of(now - OVER_AFTER) - HOUR, max(hour_of(oldest[0][0]), hour_of(now - KEPT) + HOUR)
    waiting: list[datetime] = []
    while hour >= first and len(waiting) < AT_ONCE:
        if hour not in known:
            await insert(connection, SummedHour, {"hour": hour, "is_ready": False})
        if not known.get(hour, False):
            waiting.append(hour)
        hour -= HOUR
    return waiting


async def _sum(connection: Connection, *, hour: datetime) -> None:
    """The note's row is locked first: a change that is under way is waited for, and a later one unmakes the sum."""
    if not await update(connection, SummedHour, {"is_ready": True}, where={"hour": hour, "is_ready": False}):
        return
    for model in (HourlyPayments, HourlyMovements):
        await model.filter(hour=hour).using_db(connection).delete()
    for group in await _counted(connection, (hour, hour + HOUR)):
        await insert(connection, HourlyPayments, group | {"hour": hour})
    for line in await _moved_live(connection, (hour, hour + HOUR)):
        values = {name: getattr(line, name) for name in Moved.__slots__}
        await insert(connection, HourlyMovements, values | {"hour": hour})


async def _counted(connection: Connection, stretch: Stretch) -> list[dict[str, Any]]:
    columns = ("status", "is_final", "creation")
    query = Payment.filter(_within("created_at", [stretch])).using_db(connection)
    return await query.annotate(payments=Count("id")).group_by(*columns).values(*columns, "payments")


async def _moved_live(connection: Connection, stretch: Stretch) -> list[Moved]:
    if connection.capabilities.dialect == "postgres":
        where, values = 'p."created_at" >= $1 AND p."created_at" < $2', list(stretch)
    else:
        where = 'p."created_at" >= ? AND p."created_at" < ?'
        values = [moment.astimezone(UTC).isoformat(sep=" ") for moment in stretch]  # type: ignore[misc]
    rows = await connection.execute_query_dict(_MOVED.format(where=where), values)
    return [
        Moved(str(row["price_id"]), str(row["kind"]), str(row["currency"]), int(row["amount"]), int(row["payments"]))
        for row in rows
    ]


def _within(column: str, stretches: Iterable[Stretch]) -> Q:
    bounds: Any = ({f"{column}__gte": start, f"{column}__lt": end} for start, end in stretches)
    return Q(*(Q(**bound) for bound in bounds), join_type=Q.OR)


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Those that follow each other without a gap, as one."""
    joined: list[Stretch] = []
    for start, end in stretches:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
