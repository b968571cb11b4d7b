"""One run's way through Stripe's sessions and our rows, newest first, a page at a time.

Stripe's list and our table are walked in step: after a page of sessions, the rows of the same stretch of time are
looked at, and Stripe is asked for those it did not list. So only the ids of a few minutes are remembered, however long
the window. Then come the rows outside the window that are not final, and those whose money moved within it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from tortoise.expressions import Q

from gateway.database import Connection, Database
from gateway.domain.identifiers import MARKER, parse_payment_id
from gateway.domain.stripe_objects import mapping, number, text
from gateway.models import Payment
from gateway.models.payment import Creation
from gateway.services.reconciliation import report
from gateway.services.reconciliation.adoption import Adopter
from gateway.services.reconciliation.compare import Compared, Comparer, patiently
from gateway.services.reconciliation.ledger import Ledger, kept_here, kept_there
from gateway.services.reconciliation.report import Difference, DifferenceKind, RunRequest, Tally
from gateway.stripe_api.checkout import Listed, Page, Session, StripeCheckout
from gateway.stripe_api.errors import Refused
from gateway.telemetry.logs import get_logger, hash_id
from gateway.telemetry.metrics import DIFFERENCES

SLACK = timedelta(minutes=5)
"""How far Stripe's clock and ours may differ."""
COMPLETED_WITHIN = timedelta(minutes=10)
"""A row without a session is the completer's until then (design/safety.md I7)."""
BATCH = 100

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come (`done` from 0 to 1), or the difference it has just found."""

    done: float
    sessions: int
    differences: int
    found: Difference | None = None


Watch = Callable[[Progress], None]


class Walk:
    """The state of one run."""

    def __init__(
        self,
        *,
        run_id: str,
        request: RunRequest,
        livemode: bool,
        database: Database,
        stripe: StripeCheckout,
        comparer: Comparer,
        adopter: Adopter,
        watch: Watch | None,
    ) -> None:
        self.tally = Tally()
        self.ledger = Ledger()
        self._run_id = run_id
        self._request = request
        self._livemode = livemode
        self._database = database
        self._stripe = stripe
        self._comparer = comparer
        self._adopter = adopter
        self._watch = watch
        self._started_at = datetime.now(UTC)
        self._listed: dict[str, datetime] = {}
        self._done = 0.0

    async def go(self) -> None:
        """Raises StripeFault when Stripe is away; what was repaired until then stays repaired."""
        start, upper = self._request.window_start, self._request.window_end
        after: str | None = None
        while True:
            page = await patiently(lambda: self._page(Listed.SESSIONS, after))  # noqa: B023 (awaited within the round)
            await self._compare_listed(page.items)
            after = page.next_after
            lower = start if after is None else max(start, _created(page.items[-1]) + SLACK)
            if lower < upper:
                await self._compare_rows(Q(created_at__gte=lower, created_at__lt=upper))
                upper = lower
            self._forget_after(upper + SLACK + COMPLETED_WITHIN)
            self._advance(upper)
            if after is None:
                break
        await self._compare_rows(Q(created_at__lt=start, is_final=False))
        await self._compare_rows(
            Q(created_at__gte=self._request.window_end, created_at__lt=self._started_at, is_final=False)
        )
        for what in (Listed.REFUNDS, Listed.DISPUTES):
            await self._compare_moved(what)

    async def _compare_moved(self, what: Listed) -> None:
        """Payments older than the window whose money went back, or was disputed, within it."""
        after: str | None = None
        while True:
            page = await patiently(lambda: self._page(what, after))  # noqa: B023 (awaited within the round)
            intents = {intent for item in page.items if (intent := text(item, "payment_intent")) is not None}
            rows = await self._database.read(partial(_older, intents=intents, before=self._request.window_start))
            for row in rows:
                await self._compare_unlisted(row)
            if page.next_after is None:
                return
            after = page.next_after

    async def _page(self, what: Listed, after: str | None) -> Page:
        return await self._stripe.page_of(
            what,
            created_from=int((self._request.window_start - SLACK).timestamp()),
            created_to=int((self._request.window_end + SLACK).timestamp()),
            after=after,
        )

    async def _compare_listed(self, sessions: list[Session]) -> None:
        known = await self._database.read(lambda connection: _rows_of(connection, sessions))
        by_session = {row.session_id: row for row in known}
        by_id = {row.id: row for row in known}
        for session in sessions:
            self._listed[session["id"]] = _created(session)
            row = by_session.get(session["id"]) or by_id.get(_marker(session) or "")
            if row is None:
                await self._compare_unknown(session)
            elif not _is_the_completers(row):
                await self._count(await self._comparer.compare(row, session))

    async def _compare_unknown(self, session: Session) -> None:
        """A session without a row: ours when it bears our marker, or sells a package and may be adopted."""
        row = await self._adopter.adopt(session) if self._request.adopt else None
        if row is not None:
            compared = await self._comparer.compare(row, session)
            difference = _missing_here(session, row.id, compared.status, repaired=True)
            rest = tuple(found for found in compared.differences if not found.repaired)
            await self._count(replace(compared, differences=(difference, *rest)))
        elif _marker(session) is not None:
            self.ledger.add(there=kept_there(session))
            await self._found(_missing_here(session, _marker(session), "no row", repaired=False))
        else:
            self.tally.passed_over += 1

    async def _compare_rows(self, band: Q) -> None:
        """Our rows of a stretch of time that Stripe's list did not show, newest first."""
        last: Payment | None = None
        while True:
            batch = await self._database.read(partial(_batch, band=band, livemode=self._livemode, last=last))
            for row in batch:
                if row.session_id not in self._listed:
                    await self._compare_unlisted(row)
            if len(batch) < BATCH:
                return
            last = batch[-1]

    async def _compare_unlisted(self, row: Payment) -> None:
        if row.session_id is None:
            if not _is_the_completers(row):
                await self._found(_missing_there(row, "never got a session"))
            return
        try:
            session = await self._comparer.retrieve(row.session_id)
        except Refused:
            self.ledger.add(here=kept_here(row))
            await self._found(_missing_there(row, "Stripe has no such session"))
        else:
            await self._count(await self._comparer.compare(row, session))

    async def _count(self, compared: Compared) -> None:
        self.tally.sessions += 1
        self.ledger.add(here=compared.here, there=compared.there)
        for difference in compared.differences:
            await self._found(difference)

    async def _found(self, difference: Difference) -> None:
        """Stored before it is told, so that a run that dies has not said more than it left behind."""
        await self._database.run(lambda connection: report.note(connection, self._run_id, difference))
        self.tally.differences += 1
        self.tally.repaired += difference.repaired
        DIFFERENCES.labels(difference.kind.value).inc()
        log.warning(
            "We and Stripe disagreed.",
            action="reconciliation.difference",
            kind=difference.kind.value,
            payment_id=difference.payment_id,
            session=hash_id(difference.session_id or ""),
            repaired=difference.repaired,
        )
        self._tell(difference)

    def _advance(self, reached: datetime) -> None:
        window = self._request.window_end - self._request.window_start
        self._done = min(1.0, (self._request.window_end - reached) / window) if window else 1.0
        self._tell(None)

    def _tell(self, found: Difference | None) -> None:
        if self._watch is not None:
            self._watch(Progress(self._done, self.tally.sessions, self.tally.differences, found))

    def _forget_after(self, moment: datetime) -> None:
        """Drop the ids that no row still to come can have; they came newest first."""
        for session_id, created in list(self._listed.items()):
            if created <= moment:
                return
            del self._listed[session_id]


async def _rows_of(connection: Connection, sessions: list[Session]) -> list[Payment]:
    """The rows of a page of sessions, by marker and by session id."""
    markers = [marker for session in sessions if (marker := _marker(session)) is not None]
    ids = [session["id"] for session in sessions]
    return await Payment.filter(Q(id__in=markers) | Q(session_id__in=ids)).using_db(connection) if ids else []


async def _batch(connection: Connection, *, band: Q, livemode: bool, last: Payment | None) -> list[Payment]:
    query = Payment.filter(band, livemode=livemode, creation__not=Creation.REFUSED.value)
    if last is not None:
        query = query.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=last.id))
    return await query.using_db(connection).order_by("-created_at", "-id").limit(BATCH)


async def _older(connection: Connection, *, intents: Collection[str], before: datetime) -> list[Payment]:
    """Final rows of these intents from before; the others have been looked at."""
    if not intents:
        return []
    return await Payment.filter(intent_id__in=list(intents), created_at__lt=before, is_final=True).using_db(connection)


def _is_the_completers(row: Payment) -> bool:
    """Young and without a session: a create is under way, or will be completed."""
    is_creating = row.session_id is None and row.creation == Creation.CREATING.value
    return is_creating and row.created_at > datetime.now(UTC) - COMPLETED_WITHIN


def _missing_here(session: Session, payment_id: str | None, after: str, *, repaired: bool) -> Difference:
    return Difference(
        DifferenceKind.MISSING_HERE, session["id"], payment_id, before="no row", after=after, repaired=repaired
    )


def _missing_there(row: Payment, after: str) -> Difference:
    return Difference(
        DifferenceKind.MISSING_THERE, row.session_id, row.id, before=row.status, after=after, repaired=False
    )


def _marker(session: Session) -> str | None:
    return parse_payment_id(text(mapping(session, "metadata"), MARKER) or "")


def _created(session: Session) -> datetime:
    return datetime.fromtimestamp(number(session, "created") or 0, UTC)
