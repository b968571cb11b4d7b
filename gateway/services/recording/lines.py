"""The lines of the history in the order of their ids, none of them passed by one that is still to be committed.

The operators' feed and the notices to the shop's back ends follow these. On PostgreSQL ids are not given out in the
order of the commits; how nothing is nevertheless passed over is docs/decisions/0004-the-feed-follows-the-history.md.
"""

import asyncio
from functools import partial

from gateway.domain.errors import ServiceUnavailable
from gateway.engines.database import Connection, Database
from gateway.models import StatusChange

PAGE = 100
SETTLE_SECONDS = 0.01
HEAD_SECONDS = 5.0
_WRITERS = """
SELECT virtualtransaction AS writer FROM pg_locks
WHERE locktype = 'relation' AND relation = '"status_change"'::regclass AND mode = 'RowExclusiveLock' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def lines_after(database: Database, place: int) -> list[StatusChange]:
    """The next changes behind a line's id, at most a page of them."""
    page = await database.read_for_operators(partial(_rows_after, place=place))
    if not page or page[-1].id - place == len(page):
        return page
    # An id is missing: its transaction failed, or is not committed yet. Once those that write now have ended, what
    # is there is all there will ever be up to here.
    await _settle(database)
    return await database.read_for_operators(partial(_rows_after, place=place, upto=page[-1].id))


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
