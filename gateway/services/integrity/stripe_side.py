"""The invariants that need Stripe to be judged: its side of I6, I7 and I9 (design/safety.md).

Stripe's sessions and our rows are walked in slices of time, so that only one slice's ids are remembered. Nothing is
repaired here: that is what `gateway reconcile` does.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial

from tortoise.expressions import Q

from gateway.database import Connection, Database
from gateway.domain.identifiers import MARKER, parse_payment_id
from gateway.domain.stripe_objects import mapping, number, text
from gateway.models import Payment
from gateway.services.integrity.violation import Violation, of_payment, of_session
from gateway.services.reconciliation.ledger import Ledger, agree, kept_here, kept_there
from gateway.stripe_api.checkout import Session, StripeCheckout
from gateway.stripe_api.errors import Refused

SLICE = timedelta(days=1)
SLACK = timedelta(minutes=15)
"""How far Stripe's time of a session may be from our row's: clocks differ, and the completer comes later."""
BATCH = 100


class StripeSide:
    """One comparison; `ledger` is what it summed up."""

    def __init__(self, database: Database, stripe: StripeCheckout, *, since: datetime | None) -> None:
        self.ledger = Ledger()
        self._database = database
        self._stripe = stripe
        self._since = since

    async def violations(self, *, until: datetime) -> AsyncIterator[Violation]:
        """Raises StripeFault when Stripe does not answer; what came before stands."""
        start = self._since or await self._database.read(_oldest)
        while start is not None and start < until:
            end = min(start + SLICE, until)
            last = end == until
            async for violation in self._of_slice(start, end + SLACK if last else end):
                yield violation
            start = end

    async def _of_slice(self, start: datetime, end: datetime) -> AsyncIterator[Violation]:
        """Sessions made in the slice count; those made just around it are remembered, for the rows of the slice."""
        listed: set[str] = set()
        batch: list[Session] = []
        window = {"created_from": int((start - SLACK).timestamp()), "created_to": int((end + SLACK).timestamp())}
        async for session in self._stripe.list_sessions(**window):
            listed.add(session["id"])
            if start <= _created(session) < end:
                batch.append(session)
            if len(batch) == BATCH:
                for violation in await self._of_sessions(batch):
                    yield violation
                batch = []
        for violation in await self._of_sessions(batch):
            yield violation
        async for violation in self._unlisted(start, end, listed):
            yield violation

    async def _of_sessions(self, sessions: list[Session]) -> list[Violation]:
        known = await self._database.read(partial(_rows_of, sessions=sessions))
        by_session = {row.session_id: row for row in known}
        by_id = {row.id: row for row in known}
        violations = []
        for session in sessions:
            marked = by_id.get(_marker(session) or "")
            row = by_session.get(session["id"]) or marked
            if row is None and _marker(session) is not None:
                self.ledger.add(there=kept_there(session))
                violations.append(of_session("I7", session["id"], "Stripe has it with our marker, and no row has it"))
            elif marked is not None and marked.session_id not in {None, session["id"]}:
                self.ledger.add(there=kept_there(session))
                violations.append(of_session("I6", session["id"], f"a second session of payment {marked.id}"))
            elif row is not None:
                violations += self._compared(row, session)
        return violations

    def _compared(self, row: Payment, session: Session) -> list[Violation]:
        here, there = kept_here(row), kept_there(session)
        self.ledger.add(here=here, there=there)
        if agree(here, there):
            return []
        return [of_payment("I9", row, f"it kept {here.formatted} here and {there.formatted} at Stripe")]

    async def _unlisted(self, start: datetime, end: datetime, listed: set[str]) -> AsyncIterator[Violation]:
        """Rows of the slice whose session was not in the list: made much later than the row, or not there at all."""
        last: Payment | None = None
        while batch := await self._database.read(partial(_rows_between, start=start, end=end, last=last)):
            for row in batch:
                if row.session_id is None or row.session_id in listed:
                    continue
                try:
                    await self._stripe.retrieve_session(row.session_id, wait=True)
                except Refused:
                    self.ledger.add(here=kept_here(row))
                    yield of_payment("I9", row, f"it kept {kept_here(row).formatted}, and Stripe has no such session")
            last = batch[-1]


async def _oldest(connection: Connection) -> datetime | None:
    row = await Payment.all().using_db(connection).order_by("created_at", "id").first()
    return row.created_at - SLACK if row is not None else None


async def _rows_of(connection: Connection, *, sessions: list[Session]) -> list[Payment]:
    if not sessions:
        return []
    markers = [marker for session in sessions if (marker := _marker(session)) is not None]
    ids = [session["id"] for session in sessions]
    return await Payment.filter(Q(id__in=markers) | Q(session_id__in=ids)).using_db(connection)


async def _rows_between(
    connection: Connection, *, start: datetime, end: datetime, last: Payment | None
) -> list[Payment]:
    query = Payment.filter(created_at__gte=start, created_at__lt=end)
    if last is not None:
        query = query.filter(Q(created_at__gt=last.created_at) | Q(created_at=last.created_at, id__gt=last.id))
    return await query.using_db(connection).order_by("created_at", "id").limit(BATCH)


def _marker(session: Session) -> str | None:
    return parse_payment_id(text(mapping(session, "metadata"), MARKER) or "")


def _created(session: Session) -> datetime:
    return datetime.fromtimestamp(number(session, "created") or 0, UTC)
