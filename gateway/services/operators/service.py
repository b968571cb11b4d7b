"""What operators see and do: payments and events listed, shown, explained; events applied again.

Nothing here asks Stripe, and nothing writes a status: a replay goes the way every event goes.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from gateway.domain.attempts import Attempt
from gateway.domain.discrepancies import DiscrepancyKind, DiscrepancyState
from gateway.domain.identifiers import EventId, PaymentId, parse_session_id
from gateway.domain.states import EventState
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy, DiscrepancyPayment, Movement, Payment, WebhookEvent
from gateway.models.columns import columns_of
from gateway.services.inbox import InboxService
from gateway.services.operators.paging import Edge, Page, after_cursor, check_first, cursor_of
from gateway.services.operators.views import (
    EventDetail,
    EventFilter,
    EventView,
    MovementView,
    PaymentExplanation,
    PaymentFilter,
    PaymentView,
    Replay,
    event_view,
    explanation,
    movement_view,
    payment_view,
)
from gateway.services.recording import attempts, history, rows

__all__ = ["EventFilter", "EventState", "OperationsService", "PaymentFilter"]

EXPLAINING_EVENTS = 100
FAILED_AT_MOST = 1000
_BODY = ("body",)


class OperationsService:
    """Whoever calls has been recognised as an operator already."""

    def __init__(self, database: Database, inbox: InboxService) -> None:
        self._database = database
        self._inbox = inbox

    async def payments(
        self, where: PaymentFilter | None = None, *, first: int = 50, after: str | None = None
    ) -> Page[PaymentView]:
        """Newest first. Raises InvalidRequest for a bad `first` or `after`."""
        wanted = where or PaymentFilter()
        query = _payments_where(wanted)
        if wanted.discrepancy is not None:
            query = query.filter(id__in=Subquery(_with_open(wanted.discrepancy)))
        if after is not None:
            query = query.filter(after_cursor(after, at="created_at"))
        query = query.order_by("-created_at", "-id").limit(check_first(first) + 1)
        found = await self._database.read_for_operators(query.using_db)
        edges = tuple(Edge(cursor_of(row.created_at, row.id), payment_view(row)) for row in found[:first])
        return Page(edges, has_next=len(found) > first)

    async def events(
        self, where: EventFilter | None = None, *, first: int = 50, after: str | None = None
    ) -> Page[EventView]:
        """By when they came, newest first. Raises InvalidRequest for a bad `first` or `after`."""
        query = _events_where(where or EventFilter())
        if after is not None:
            query = query.filter(after_cursor(after, at="received_at"))
        query = query.order_by("-received_at", "-id").limit(check_first(first) + 1)
        found = await self._database.read_for_operators(lambda connection: _without_bodies(query.using_db(connection)))
        edges = tuple(Edge(cursor_of(row.received_at, row.id), event_view(row)) for row in found[:first])
        return Page(edges, has_next=len(found) > first)

    async def payment(self, session_id: str) -> PaymentView | None:
        """As it is stored; None: no such session."""
        row = await self._by_session(session_id)
        return payment_view(row) if row is not None else None

    async def explain(self, session_id: str) -> PaymentExplanation | None:
        """None: no such session."""
        row = await self._by_session(session_id)
        if row is None:
            return None
        lines = await self._database.read_for_operators(
            lambda connection: history.history(connection, PaymentId(row.id))
        )
        events = await self._database.read_for_operators(partial(_events_of, payment_id=row.id))
        payment_id = PaymentId(row.id)
        return explanation(
            row,
            history=tuple(lines),
            events=tuple(event_view(event) for event in events),
            attempts=tuple((await self.attempts_of([payment_id]))[payment_id]),
            movements=tuple((await self.movements_of([payment_id]))[payment_id]),
        )

    async def payments_of(self, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, PaymentView]:
        """These, as they are stored, in one query; one that does not exist is left out."""
        query = Payment.filter(id__in=list(payment_ids))
        return {PaymentId(row.id): payment_view(row) for row in await self._database.read_for_operators(query.using_db)}

    async def movements_of(self, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, list[MovementView]]:
        """The journal of each of them, oldest first, in one query."""
        found: dict[PaymentId, list[MovementView]] = {payment_id: [] for payment_id in payment_ids}
        query = Movement.filter(payment_id__in=list(payment_ids)).order_by("payment_id", "number")
        for row in await self._database.read_for_operators(query.using_db):
            found[PaymentId(row.payment_id)].append(movement_view(row))
        return found

    async def attempts_of(self, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, list[tuple[str, Attempt]]]:
        """The newest attempts to pay of each of them with their keys, newest first."""
        return await self._database.read_for_operators(
            lambda connection: attempts.newest_of_each(connection, payment_ids)
        )

    async def event(self, event_id: str) -> EventDetail | None:
        """None: no such event, or pruned after 35 days."""
        row = await self._database.read_for_operators(partial(_event, event_id=event_id))
        return EventDetail(event_view(row), row.body) if row is not None else None

    async def replay(self, event_id: str) -> Replay | None:
        """Apply a stored event once more, whatever became of it before; harmless any number of times.

        None: no such event. One that fails again is kept as failed, with its reason.
        """
        if await self.event(event_id) is None:
            return None
        change = await self._inbox.replay(EventId(event_id))
        detail = await self.event(event_id)
        return Replay(detail.event, changed=change is not None and change.is_visible) if detail is not None else None

    async def unsettled(self) -> list[EventId]:
        """Failed and unmatched events, the oldest first, a thousand at most: what a replay of everything replays."""
        states = [EventState.FAILED.value, EventState.UNMATCHED.value]
        query = WebhookEvent.filter(state__in=states).order_by("received_at", "id").limit(FAILED_AT_MOST)
        found = await self._database.read_for_operators(
            lambda connection: query.using_db(connection).values_list("id", flat=True)
        )
        return [EventId(str(event_id)) for event_id in found]

    async def _by_session(self, session_id: str) -> Payment | None:
        known = parse_session_id(session_id)
        if known is None:
            return None
        return await self._database.read_for_operators(lambda connection: rows.by_session(connection, known))


def _with_open(kind: DiscrepancyKind) -> QuerySet[DiscrepancyPayment]:
    """The payments that an unresolved discrepancy of this kind concerns."""
    unresolved = Discrepancy.filter(kind=kind.value, state__not=DiscrepancyState.RESOLVED.value)
    links = DiscrepancyPayment.filter(discrepancy_id__in=Subquery(unresolved.values("id")))
    return links.values("payment_id")  # type: ignore[return-value]


def _payments_where(where: PaymentFilter) -> QuerySet[Payment]:
    columns: dict[str, Any] = {
        "status": where.status,
        "price_id": where.price_id,
        "client_reference_id": where.client_reference_id,
        "created_at__gte": where.created_from,
        "created_at__lt": where.created_to,
    }
    return Payment.filter(**_given(columns))


def _events_where(where: EventFilter) -> QuerySet[WebhookEvent]:
    return WebhookEvent.filter(
        **_given({"state": where.state, "type": where.type, "payment_id": where.payment_id}),
    )


def _given(columns: dict[str, Any]) -> dict[str, Any]:
    """Enums as the plain strings that columns hold."""
    return {
        name: str(value) if isinstance(value, str) else value for name, value in columns.items() if value is not None
    }


def _without_bodies(query: QuerySet[WebhookEvent]) -> QuerySet[WebhookEvent]:
    columns = [name for name in columns_of(WebhookEvent) if name not in _BODY]
    return query.only(*columns)


async def _event(connection: Connection, *, event_id: str) -> WebhookEvent | None:
    return await WebhookEvent.get_or_none(id=event_id, using_db=connection)


async def _events_of(connection: Connection, *, payment_id: str) -> list[WebhookEvent]:
    query = WebhookEvent.filter(payment_id=payment_id).using_db(connection)
    return await _without_bodies(query.order_by("received_at", "id").limit(EXPLAINING_EVENTS))
