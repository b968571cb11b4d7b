"""THE walk of Stripe's sessions beside our rows, newest first, a page at a time. Reconciliation and integrity use it.

Stripe's list and our table are walked in step: after a page of sessions come the rows of the same stretch of time that
it did not show. So only the ids of a few minutes are remembered, however long the window.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tortoise.expressions import Q, Subquery

from gateway.domain.discrepancies import DiscrepancyState
from gateway.domain.identifiers import INSTANCE_MARKER, MARKER, PaymentId, parse_instance_id, parse_payment_id
from gateway.domain.json_fields import mapping, number, text
from gateway.domain.states import Creation
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy, DiscrepancyPayment, Payment
from gateway.services.recording.rows import is_asked_for
from gateway.stripe_api.checkout import Listed, Page, Session, StripeCheckout

SLACK = timedelta(minutes=5)
"""How far Stripe's clock and ours may differ."""
COMPLETED_WITHIN = timedelta(minutes=10)
"""A row without a session is the completer's until then (I7)."""
BATCH = 100

Call = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A session and its row, or one of the two without the other."""

    session: Session | None
    row: Payment | None


class Walker:
    """One walk. `reached` is how far back it has come."""

    def __init__(
        self, database: Database, stripe: StripeCheckout, *, livemode: bool, start: datetime, end: datetime, call: Call
    ) -> None:
        self.reached = end
        self._database = database
        self._stripe = stripe
        self._livemode = livemode
        self._start = start
        self._end = end
        self._call = call
        self._listed: dict[str, datetime] = {}

    async def pairs(self) -> AsyncIterator[Pair]:
        """Every session created in the window, and every row created in it that no session was listed for.

        Raises StripeFault when Stripe does not answer.
        """
        after: str | None = None
        while True:
            page: Page = await self._call(lambda: self._page(after))  # noqa: B023 (awaited within the round)
            async for pair in self._of_sessions(page.items):
                yield pair
            after = page.next_after
            lower = self._start if after is None else max(self._start, created(page.items[-1]) + SLACK)
            if lower < self.reached:
                async for row in self.rows(Q(created_at__gte=lower, created_at__lt=self.reached)):
                    if row.session_id not in self._listed:
                        yield Pair(None, row)
                self.reached = lower
            self._forget_after(self.reached + SLACK + COMPLETED_WITHIN)
            if after is None:
                return

    async def rows(self, band: Q) -> AsyncIterator[Payment]:
        """Our rows of a stretch, newest first, without those that Stripe refused to make."""
        last: Payment | None = None
        while True:
            batch = await self._database.read(partial(_batch, band=band, livemode=self._livemode, last=last))
            for row in batch:
                yield row
            if len(batch) < BATCH:
                return
            last = batch[-1]

    async def _of_sessions(self, sessions: list[Session]) -> AsyncIterator[Pair]:
        known = await self._database.read(partial(_rows_of, sessions=sessions))
        by_session = {row.session_id: row for row in known}
        by_id = {row.id: row for row in known}
        for session in sessions:
            self._listed[session["id"]] = created(session)
            marked = by_id.get(marker(session) or PaymentId(""))
            if marked is not None and marked.session_id is None and not is_asked_for(marked, session):
                marked = None  # Shop code copies metadata: this is not the session that the row asked for.
            yield Pair(session, by_session.get(session["id"]) or marked)

    async def _page(self, after: str | None) -> Page:
        return await self._stripe.page_of(
            Listed.SESSIONS,
            created_from=int((self._start - SLACK).timestamp()),
            created_to=int((self._end + SLACK).timestamp()),
            after=after,
        )

    def _forget_after(self, moment: datetime) -> None:
        """Drop the ids that no row still to come can have; they came newest first."""
        for session_id, at in list(self._listed.items()):
            if at <= moment:
                return
            del self._listed[session_id]


def on_the_desk() -> Q:
    """Settled rows that concern what nobody has resolved: they are looked at however old they are."""
    return Q(is_settled=True, id__in=Subquery(concerned()))


def concerned() -> Any:
    """The ids of payments that an unresolved discrepancy concerns, as a query."""
    unresolved = Discrepancy.filter(state__not=DiscrepancyState.RESOLVED.value)
    links = DiscrepancyPayment.filter(discrepancy_id__in=Subquery(unresolved.values("id")))
    return links.values("payment_id")


def marker(session: Session) -> PaymentId | None:
    """Our row's id as the session carries it."""
    return parse_payment_id(text(mapping(session, "metadata"), MARKER) or "")


def instance(session: Session) -> str | None:
    """The installation that made it, where it says so."""
    return parse_instance_id(text(mapping(session, "metadata"), INSTANCE_MARKER) or "")


def created(session: Session) -> datetime:
    return datetime.fromtimestamp(number(session, "created") or 0, UTC)


def is_the_completers(row: Payment) -> bool:
    """Young and without a session: a create is under way, or will be completed."""
    is_creating = row.session_id is None and row.creation == Creation.CREATING.value
    return is_creating and row.created_at > datetime.now(UTC) - COMPLETED_WITHIN


async def _rows_of(connection: Connection, *, sessions: list[Session]) -> list[Payment]:
    """The rows of a page of sessions, by marker and by session id."""
    if not sessions:
        return []
    markers = [found for session in sessions if (found := marker(session)) is not None]
    ids = [session["id"] for session in sessions]
    return await Payment.filter(Q(id__in=markers) | Q(session_id__in=ids)).using_db(connection)


async def _batch(connection: Connection, *, band: Q, livemode: bool, last: Payment | None) -> list[Payment]:
    query = Payment.filter(band, livemode=livemode, creation__not=Creation.REFUSED.value)
    if last is not None:
        query = query.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=last.id))
    return await query.using_db(connection).order_by("-created_at", "-id").limit(BATCH)
