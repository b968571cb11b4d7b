"""The operators' feed: every visible change of any payment, in the order of the history's ids, resumable by cursor.

The history is the feed, so nothing is kept for a reader who is away, and a cursor is good for ever. A doorbell says
when to look, a sweep says it where none was heard. On PostgreSQL ids are not given out in the order of the commits; how
the feed nevertheless passes over nothing is docs/decisions/0004-the-feed-follows-the-history.md.
"""

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from functools import partial

from gateway.domain.errors import InvalidRequest, ServiceUnavailable
from gateway.domain.identifiers import PaymentId
from gateway.domain.language import Text
from gateway.engines.database import Connection, Database
from gateway.models import Payment, StatusChange
from gateway.pubsub.hub import Hub
from gateway.services.operators.views import PaymentView, payment_view
from gateway.services.recording.history import StatusChangeView, change_view

PAGE = 100
SWEEP_SECONDS = 5.0
PACE_SECONDS = 0.02
"""After a doorbell: what else happens meanwhile is read in the same query."""
SETTLE_SECONDS = 0.01
HEAD_SECONDS = 5.0
CURSOR_AT_MOST = 100
GREATEST_ID = 2**63 - 1
_PREFIX = "change:"
_WRITERS = """
SELECT virtualtransaction AS writer FROM pg_locks
WHERE locktype = 'relation' AND relation = '"status_change"'::regclass AND mode = 'RowExclusiveLock' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One change, and its payment as it is now: at that version or a later one."""

    cursor: str
    change: StatusChangeView
    payment: PaymentView


class FeedService:
    """Whoever calls has been recognised as an operator already. It costs one query a page, whoever else follows."""

    def __init__(self, database: Database, hub: Hub, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._database = database
        self._hub = hub
        self._sweep_seconds = sweep_seconds

    async def head(self) -> str:
        """The cursor behind everything that has happened until now. Raises ServiceUnavailable."""
        return _cursor_of(await settled_head(self._database))

    async def follow(self, after: str | None = None) -> AsyncGenerator[FeedEntry, None]:
        """Everything after the cursor, then everything that happens; without a cursor, what happens from now on.

        Each change exactly once. At most a page is in memory, and none is read ahead of a slow reader. Raises
        InvalidRequest for a cursor that is none of ours; always `aclosing()` it.
        """
        place = _place_of(after) if after is not None else await settled_head(self._database)
        async with self._hub.watch_all() as bell:
            while True:
                page = await self._page(place)
                payments = await self._payments(page)
                for row in page:
                    place = row.id
                    yield FeedEntry(_cursor_of(row.id), change_view(row), payments[row.payment_id])
                if len(page) < PAGE:
                    await bell.rung(seconds=self._sweep_seconds)
                    await asyncio.sleep(PACE_SECONDS)

    async def _page(self, place: int) -> list[StatusChange]:
        """The next changes, none of them passed by one that is still to be committed."""
        page = await self._database.read_for_operators(partial(_rows_after, place=place))
        if not page or page[-1].id - place == len(page):
            return page
        # An id is missing: its transaction failed, or is not committed yet. Once those that write now have ended, what
        # is there is all there will ever be up to here.
        await _settle(self._database)
        return await self._database.read_for_operators(partial(_rows_after, place=place, upto=page[-1].id))

    async def _payments(self, page: Sequence[StatusChange]) -> dict[str, PaymentView]:
        ids = {PaymentId(row.payment_id) for row in page}
        if not ids:
            return {}
        found = await self._database.read_for_operators(
            lambda connection: Payment.filter(id__in=ids).using_db(connection)
        )
        return {row.id: payment_view(row) for row in found}


async def settled_head(database: Database) -> int:
    """The id of the last change, once nothing before it can be committed any more. Raises ServiceUnavailable."""
    last = await database.read_for_operators(_last_id)
    try:
        async with asyncio.timeout(HEAD_SECONDS):
            await _settle(database)
    except TimeoutError as error:
        raise ServiceUnavailable from error
    return last


async def _settle(database: Database) -> None:
    """Wait until every transaction that may hold an id given out before now has ended.

    It locks the table before it takes the id. SQLite has one writer, whose ids follow the commits.
    """
    if database.dialect != "postgres":
        return
    writers = await database.read_for_operators(_writers)
    while writers:
        await asyncio.sleep(SETTLE_SECONDS)
        writers &= await database.read_for_operators(_writers)


async def _last_id(connection: Connection) -> int:
    row = await StatusChange.all().using_db(connection).order_by("-id").first()
    return row.id if row is not None else 0


async def _rows_after(connection: Connection, *, place: int, upto: int | None = None) -> list[StatusChange]:
    query = StatusChange.filter(id__gt=place).using_db(connection).order_by("id")
    return await (query.limit(PAGE) if upto is None else query.filter(id__lte=upto))


async def _writers(connection: Connection) -> set[str]:
    return {row["writer"] for row in await connection.execute_query_dict(_WRITERS)}


def _cursor_of(change_id: int) -> str:
    return base64.urlsafe_b64encode(f"{_PREFIX}{change_id}".encode()).decode().rstrip("=")


def _place_of(cursor: str) -> int:
    problem = Text(en="`after` is no cursor of the feed.", zh="after 不是该变更流的有效游标。")
    try:
        text = base64.b64decode(cursor[:CURSOR_AT_MOST] + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        prefix, _, digits = text.decode("ascii").rpartition(":")
    except (ValueError, binascii.Error):
        raise InvalidRequest(problem=problem) from None
    if f"{prefix}:" != _PREFIX or not digits.isdecimal() or int(digits) > GREATEST_ID:
        raise InvalidRequest(problem=problem)
    return int(digits)
