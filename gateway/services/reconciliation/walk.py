"""One run over the pairs of Stripe's sessions and our rows: compare, count, and put what differs on the desk.

After the window come the rows outside it that are not settled, and those whose money moved within it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from tortoise.expressions import Q, Subquery

from gateway.domain.discrepancies import Condition, DiscrepancyKind, DiscrepancyState
from gateway.domain.identifiers import InstanceId, PaymentId
from gateway.domain.json_fields import text
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy, Payment, StripeReference
from gateway.services.payments import portrait
from gateway.services.reconciliation import report
from gateway.services.reconciliation.adoption import Adopter
from gateway.services.reconciliation.compare import CAUSE, Compared, Comparer, patiently
from gateway.services.reconciliation.ledger import Ledger, kept_here, kept_there
from gateway.services.reconciliation.pairs import (
    BATCH,
    Walker,
    concerned,
    instance,
    is_the_completers,
    marker,
    on_the_desk,
)
from gateway.services.reconciliation.report import Difference, DifferenceKind, RunRequest, Tally
from gateway.services.recording import discrepancies
from gateway.stripe_api.checkout import Listed, Page, Session, StripeCheckout
from gateway.stripe_api.errors import Refused
from gateway.telemetry.logs import get_logger, hash_id
from gateway.telemetry.metrics import DIFFERENCES

OWN_KINDS = [kind.value for kind in DifferenceKind]

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
        instances: frozenset[InstanceId],
        watch: Watch | None,
    ) -> None:
        self.tally = Tally()
        self.ledger = Ledger()
        self._run_id = run_id
        self._request = request
        self._instances = instances
        self._database = database
        self._stripe = stripe
        self._comparer = comparer
        self._adopter = adopter
        self._watch = watch
        self._started_at = datetime.now(UTC)
        self._moved: set[str] = set()
        self._done = 0.0
        self._walker = Walker(
            database, stripe, livemode=livemode, start=request.window_start, end=request.window_end, call=patiently
        )

    async def go(self) -> None:
        """Raises StripeFault when Stripe is away; what was repaired until then stays repaired."""
        for what in (Listed.REFUNDS, Listed.DISPUTES):
            await self._note_moved(what)
        async for pair in self._walker.pairs():
            if pair.session is None and pair.row is not None:
                await self._compare_unlisted(pair.row)
            elif pair.session is not None and pair.row is None:
                await self._compare_unknown(pair.session)
            elif pair.session is not None and pair.row is not None and not is_the_completers(pair.row):
                is_whole = pair.row.id in self._moved
                await self._count(pair.row, await self._comparer.compare(pair.row, pair.session, is_whole=is_whole))
            self._advance(self._walker.reached)
        self._advance(self._request.window_start)
        start, end = self._request.window_start, self._request.window_end
        for band in (Q(created_at__lt=start), Q(created_at__gte=end, created_at__lt=self._started_at)):
            for unsettled in (Q(is_settled=False), on_the_desk()):
                async for row in self._walker.rows(band & unsettled):
                    await self._compare_unlisted(row)
        for row in await self._database.read(partial(_settled, ids=self._moved, before=start)):
            await self._compare_unlisted(row, is_whole=True)

    async def _note_moved(self, what: Listed) -> None:
        """Payments whose money went back, or was disputed, within the window: they are looked at as a whole, however
        old and settled they are."""
        after: str | None = None
        while True:
            page: Page = await patiently(lambda: self._page(what, after))  # noqa: B023 (awaited within the round)
            intents = {intent for item in page.items if (intent := text(item, "payment_intent")) is not None}
            self._moved |= await self._database.read(partial(_payments_of, intents=intents))
            if page.next_after is None:
                return
            after = page.next_after

    async def _page(self, what: Listed, after: str | None) -> Page:
        return await self._stripe.page_of(
            what,
            created_from=int(self._request.window_start.timestamp()),
            created_to=int(self._request.window_end.timestamp()),
            after=after,
        )

    async def _compare_unknown(self, session: Session) -> None:
        """A session without a row: ours when it bears our marker, or sells a package and may be adopted."""
        is_anothers = instance(session) not in {None, *self._instances}
        row = await self._adopter.adopt(session) if self._request.adopt and not is_anothers else None
        if row is not None:
            compared = await self._comparer.compare(row, session)
            difference = _missing_here(session, row.id, compared.status, repaired=True)
            rest = tuple(found for found in compared.differences if not found.repaired)
            await self._count(row, replace(compared, differences=(difference, *rest)))
        elif marker(session) is not None and not is_anothers:
            self.ledger.add(there=kept_there(await portrait.with_invoice(self._stripe, session, call=patiently)))
            difference = _missing_here(session, marker(session), "no row", repaired=False)
            await self._database.run(partial(_show, difference=difference))
            await self._found(difference)
        else:
            self.tally.passed_over += 1

    async def _compare_unlisted(self, row: Payment, *, is_whole: bool = False) -> None:
        if row.session_id is None:
            if not is_the_completers(row):
                await self._miss(row, "never got a session")
            return
        try:
            session = await self._comparer.retrieve(row.session_id)
        except Refused:
            self.ledger.add(here=kept_here(row))
            await self._miss(row, "Stripe has no such session")
        else:
            await self._count(row, await self._comparer.compare(row, session, is_whole=is_whole))

    async def _miss(self, row: Payment, after: str) -> None:
        difference = _missing_there(row, after)
        await self._database.run(partial(_show, difference=difference))
        await self._found(difference)

    async def _count(self, row: Payment, compared: Compared) -> None:
        self.tally.sessions += 1
        self.ledger.add(here=compared.here, there=compared.there)
        is_on_desk = await self._database.read(partial(_has_open, row=row))
        if compared.differences or is_on_desk:
            await self._database.run(partial(_settle_desk, row=row, differences=compared.differences))
        for difference in compared.differences:
            await self._found(difference)

    async def _found(self, difference: Difference) -> None:
        """Stored before it is reported, so that a run that dies has not said more than it left behind."""
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
        self._report(difference)

    def _advance(self, reached: datetime) -> None:
        window = self._request.window_end - self._request.window_start
        self._done = min(1.0, (self._request.window_end - reached) / window) if window else 1.0
        self._report(None)

    def _report(self, found: Difference | None) -> None:
        if self._watch is not None:
            self._watch(Progress(self._done, self.tally.sessions, self.tally.differences, found))


async def _payments_of(connection: Connection, *, intents: Collection[str]) -> set[str]:
    """Whose own these intents are."""
    if not intents:
        return set()
    query = StripeReference.filter(id__in=list(intents)).using_db(connection)
    return {str(key) for key in await query.values_list("payment_id", flat=True)}


async def _settled(connection: Connection, *, ids: Collection[str], before: datetime) -> list[Payment]:
    """Settled rows from before the window; the others have been looked at."""
    found: list[Payment] = []
    for start in range(0, len(ids), BATCH):
        batch = sorted(ids)[start : start + BATCH]
        query = Payment.filter(id__in=batch, created_at__lt=before, is_settled=True)
        found += await query.exclude(id__in=Subquery(concerned())).using_db(connection)
    return found


async def _settle_desk(connection: Connection, *, row: Payment, differences: Collection[Difference]) -> None:
    """What this run could not repair is one row of the desk each; what it no longer finds closes by itself."""
    now = datetime.now(UTC)
    left = {_condition(difference): difference for difference in differences if not difference.repaired}
    for condition, difference in left.items():
        await discrepancies.show(
            connection, condition, _detail(difference), payments=[PaymentId(row.id)], now=now, by=CAUSE
        )
    for kind in DifferenceKind:
        for subject in (row.id, row.session_id):
            condition = Condition(DiscrepancyKind(kind.value), str(subject))
            if subject is not None and condition not in left:
                await discrepancies.close(connection, condition, now=now, note="reconciliation finds no difference")


async def _show(connection: Connection, *, difference: Difference) -> None:
    payments = [PaymentId(difference.payment_id)] if difference.payment_id and difference.before != "no row" else []
    condition, now = _condition(difference), datetime.now(UTC)
    await discrepancies.show(connection, condition, _detail(difference), payments=payments, now=now, by=CAUSE)


async def _has_open(connection: Connection, *, row: Payment) -> bool:
    subjects = [subject for subject in (row.id, row.session_id) if subject is not None]
    unresolved = Discrepancy.filter(
        kind__in=OWN_KINDS, subject__in=subjects, state__not=DiscrepancyState.RESOLVED.value
    )
    return await unresolved.using_db(connection).exists()


def _condition(difference: Difference) -> Condition:
    """By the session where there is no row, else by the payment."""
    is_session = difference.kind is DifferenceKind.MISSING_HERE and difference.session_id is not None
    subject = difference.session_id if is_session else difference.payment_id or difference.session_id
    return Condition(DiscrepancyKind(difference.kind.value), str(subject))


def _detail(difference: Difference) -> str:
    return f"{difference.before}; {difference.after}"


def _missing_here(session: Session, payment_id: str | None, after: str, *, repaired: bool) -> Difference:
    return Difference(
        DifferenceKind.MISSING_HERE, session["id"], payment_id, before="no row", after=after, repaired=repaired
    )


def _missing_there(row: Payment, after: str) -> Difference:
    return Difference(
        DifferenceKind.MISSING_THERE, row.session_id, row.id, before=row.status, after=after, repaired=False
    )
