"""The desk as operators see it: what is open, what it concerns, and their steps. Nothing ages out of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tortoise.functions import Count

from gateway.domain.discrepancies import DiscrepancyKind, DiscrepancyState
from gateway.domain.errors import InvalidRequest, NotFound
from gateway.domain.identifiers import PaymentId, parse_session_id
from gateway.domain.language import Text
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy, DiscrepancyChange, DiscrepancyPayment, Payment
from gateway.services.operators.paging import Edge, Page, after_cursor, check_first, cursor_of
from gateway.services.recording import discrepancies
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import DISCREPANCIES_OPEN

LONGEST_NOTE = 2000
LONGEST_ID = 32

_NOTE_MISSING = Text(en="`note` is required: say how it was resolved.", zh="note 为必填项，请说明处理结果。")
_NOTE_TOO_LONG = Text(
    en=f"`note` must have at most {LONGEST_NOTE} characters.", zh=f"note 不得超过 {LONGEST_NOTE} 个字符。"
)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeskFilter:
    """Everything given must hold. `unresolved` are those open or acknowledged."""

    kind: DiscrepancyKind | None = None
    state: DiscrepancyState | None = None
    unresolved: bool = False
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class DiscrepancyStep:
    """One step of one row. `by` is `itself`, `reconciliation`, `migration` or an operator's name."""

    from_state: DiscrepancyState | None
    to_state: DiscrepancyState
    by: str
    note: str | None
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DiscrepancyView:
    """`subject` is typed by the kind: a payment, or one of Stripe's objects."""

    id: str
    kind: DiscrepancyKind
    subject: str
    detail: str
    state: DiscrepancyState
    opened_at: datetime
    last_seen_at: datetime
    payments: tuple[PaymentId, ...]
    changes: tuple[DiscrepancyStep, ...]


class DeskService:
    """Whoever calls has been recognised as an operator already."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, where: DeskFilter | None = None, *, first: int = 50, after: str | None = None
    ) -> Page[DiscrepancyView]:
        """The latest opened first. Raises InvalidRequest for a bad `first` or `after`."""
        wanted = where or DeskFilter()
        ids = await self._database.read_for_operators(partial(_ids_of_session, session_id=wanted.session_id))
        query = Discrepancy.filter(**_columns(wanted, ids))
        if after is not None:
            query = query.filter(after_cursor(after, at="opened_at"))
        query = query.order_by("-opened_at", "-id").limit(check_first(first) + 1)
        found = await self._database.read_for_operators(query.using_db)
        views = await self._views(found[:first])
        edges = tuple(Edge(cursor_of(view.opened_at, view.id), view) for view in views)
        return Page(edges, has_next=len(found) > first)

    async def find(self, discrepancy_id: str) -> DiscrepancyView:
        """By its id, or by the beginning of it where only one row has that. Raises NotFound."""
        found = await self._database.read_for_operators(partial(_beginning_with, beginning=discrepancy_id))
        if len(found) != 1:
            raise NotFound
        return (await self._views(found))[0]

    async def of_payments(self, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, list[DiscrepancyView]]:
        """Everything that ever concerned each of them, the latest opened first."""
        views = await self._views(
            await self._database.read_for_operators(partial(_of_payments, payment_ids=payment_ids))
        )
        found: dict[PaymentId, list[DiscrepancyView]] = {payment_id: [] for payment_id in payment_ids}
        for view in views:
            for payment_id in found.keys() & set(view.payments):
                found[payment_id].append(view)
        return found

    async def acknowledge(self, discrepancy_id: str, *, by: str, note: str | None = None) -> DiscrepancyView:
        """Somebody has seen it. One that is acknowledged or resolved stays as it is. Raises NotFound."""
        return await self._decide(discrepancy_id, DiscrepancyState.ACKNOWLEDGED, by=by, note=note)

    async def resolve(self, discrepancy_id: str, *, by: str, note: str) -> DiscrepancyView:
        """Somebody has dealt with it and says how. Raises NotFound; InvalidRequest without a note."""
        if not note.strip():
            raise InvalidRequest(problem=_NOTE_MISSING)
        return await self._decide(discrepancy_id, DiscrepancyState.RESOLVED, by=by, note=note.strip())

    async def measure(self) -> int:
        """Show how many are open as a metric. Answers 0: nothing was done."""
        counts = await self._database.read_for_operators(_open_by_kind)
        for kind in DiscrepancyKind:
            DISCREPANCIES_OPEN.labels(kind).set(counts.get(kind.value, 0))
        return 0

    async def open_counts(self) -> dict[str, int]:
        """Kind → how many are not resolved."""
        return await self._database.read_for_operators(_open_by_kind)

    async def _decide(
        self, discrepancy_id: str, state: DiscrepancyState, *, by: str, note: str | None
    ) -> DiscrepancyView:
        if note is not None and len(note) > LONGEST_NOTE:
            raise InvalidRequest(problem=_NOTE_TOO_LONG)
        known, now = await self.find(discrepancy_id), datetime.now(UTC)
        await self._database.run(
            lambda connection: discrepancies.decide(connection, known.id, state, by=by, note=note, now=now)
        )
        log.info("An operator took a step.", action=f"desk.{state}", discrepancy_id=known.id, by=by)
        return await self.find(known.id)

    async def _views(self, found: list[Discrepancy]) -> list[DiscrepancyView]:
        ids = [row.id for row in found]
        payments, changes = await self._database.read_for_operators(partial(_linked, ids=ids))
        concerned, steps = defaultdict(list), defaultdict(list)
        for link in payments:
            concerned[link.discrepancy_id].append(PaymentId(link.payment_id))
        for change in changes:
            steps[change.discrepancy_id].append(_step(change))
        return [
            DiscrepancyView(
                id=row.id,
                kind=DiscrepancyKind(row.kind),
                subject=row.subject,
                detail=row.detail,
                state=DiscrepancyState(row.state),
                opened_at=row.opened_at,
                last_seen_at=row.last_seen_at,
                payments=tuple(concerned[row.id]),
                changes=tuple(steps[row.id]),
            )
            for row in found
        ]


def _columns(where: DeskFilter, ids: list[str] | None) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if where.kind is not None:
        columns["kind"] = where.kind.value
    if where.state is not None:
        columns["state"] = where.state.value
    if where.unresolved:
        columns["state__not"] = DiscrepancyState.RESOLVED.value
    if ids is not None:
        columns["id__in"] = ids
    return columns


def _step(change: DiscrepancyChange) -> DiscrepancyStep:
    before = DiscrepancyState(change.from_state) if change.from_state else None
    return DiscrepancyStep(before, DiscrepancyState(change.to_state), change.by, change.note, change.detail, change.at)


async def _ids_of_session(connection: Connection, *, session_id: str | None) -> list[str] | None:
    if session_id is None:
        return None
    known = parse_session_id(session_id)
    payment = await Payment.get_or_none(session_id=known, using_db=connection) if known is not None else None
    if payment is None:
        return []
    links = DiscrepancyPayment.filter(payment_id=payment.id).using_db(connection)
    return [str(key) for key in await links.values_list("discrepancy_id", flat=True)]


async def _beginning_with(connection: Connection, *, beginning: str) -> list[Discrepancy]:
    if not beginning or len(beginning) > LONGEST_ID or not beginning.isalnum():
        return []
    if len(beginning) == LONGEST_ID:
        return await Discrepancy.filter(id=beginning).using_db(connection)
    query = Discrepancy.filter(id__gte=beginning, id__lte=beginning + "g").using_db(connection)
    return await query.order_by("id").limit(2)


async def _of_payments(connection: Connection, *, payment_ids: Collection[PaymentId]) -> list[Discrepancy]:
    links = DiscrepancyPayment.filter(payment_id__in=list(payment_ids)).using_db(connection)
    ids = {str(key) for key in await links.values_list("discrepancy_id", flat=True)}
    if not ids:
        return []
    return await Discrepancy.filter(id__in=ids).using_db(connection).order_by("-opened_at", "-id")


async def _linked(
    connection: Connection, *, ids: list[str]
) -> tuple[list[DiscrepancyPayment], list[DiscrepancyChange]]:
    if not ids:
        return [], []
    payments = await DiscrepancyPayment.filter(discrepancy_id__in=ids).using_db(connection).order_by("id")
    changes = await DiscrepancyChange.filter(discrepancy_id__in=ids).using_db(connection).order_by("id")
    return payments, changes


async def _open_by_kind(connection: Connection) -> dict[str, int]:
    query = Discrepancy.filter(state__not=DiscrepancyState.RESOLVED.value).using_db(connection)
    groups = await query.annotate(count=Count("id")).group_by("kind").values("kind", "count")
    return {str(group["kind"]): int(group["count"]) for group in groups}
