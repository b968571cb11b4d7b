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

from gateway.domain.errors import InvalidRequest
from gateway.domain.identifiers import PaymentId
from gateway.domain.language import Text
from gateway.engines.database import Database
from gateway.models import Payment, StatusChange
from gateway.pubsub.hub import Hub
from gateway.services.operators.views import PaymentView, payment_view
from gateway.services.recording.history import StatusChangeView, change_view
from gateway.services.recording.lines import PAGE, lines_after, settled_head

SWEEP_SECONDS = 5.0
PACE_SECONDS = 0.02
"""After a doorbell: what else happens meanwhile is read in the same query."""
CURSOR_AT_MOST = 100
GREATEST_ID = 2**63 - 1
_PREFIX = "change:"


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
                page = await lines_after(self._database, place)
                payments = await self._payments(page)
                for row in page:
                    place = row.id
                    yield FeedEntry(_cursor_of(row.id), change_view(row), payments[row.payment_id])
                if len(page) < PAGE:
                    await bell.rung(seconds=self._sweep_seconds)
                    await asyncio.sleep(PACE_SECONDS)

    async def _payments(self, page: Sequence[StatusChange]) -> dict[str, PaymentView]:
        ids = {PaymentId(row.payment_id) for row in page}
        if not ids:
            return {}
        found = await self._database.read_for_operators(
            lambda connection: Payment.filter(id__in=ids).using_db(connection)
        )
        return {row.id: payment_view(row) for row in found}


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
