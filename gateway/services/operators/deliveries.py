"""Notices to the shop's back ends as operators see them: which were taken, what was answered, and sending them again.

A replay makes a row due once more, with the same `webhook-id`; whoever sends (`services.notices`) does the rest.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from tortoise.queryset import QuerySet

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.errors import InvalidRequest, NotFound
from gateway.domain.identifiers import PaymentId, parse_session_id
from gateway.domain.language import Text
from gateway.domain.notices import NoticeType, endpoint_id_of
from gateway.domain.states import DeliveryState
from gateway.engines.database import Connection, Database
from gateway.models import Delivery, NoticeEndpoint, Payment
from gateway.services.notices.settling import release
from gateway.services.operators.paging import Edge, Page, after_cursor, check_first, cursor_of
from gateway.services.recording import discrepancies
from gateway.telemetry.logs import get_logger

LONGEST_ID = 40
REPLAYED_AT_ONCE = 500

log = get_logger(__name__)


class DeliveryNotFound(NotFound):
    text = Text(en="There is no such delivery.", zh="没有该通知投递记录。")


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Everything given must hold. `created_from` is included, `created_to` is not."""

    state: DeliveryState | None = None
    type: NoticeType | None = None
    session_id: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One notice to one back end. `status_code` and `answer` are of the last try."""

    id: str
    url: str
    type: NoticeType
    payment_id: PaymentId
    session_id: str
    version: int
    state: DeliveryState
    tries: int
    next_try_at: datetime | None
    status_code: int | None
    answer: str | None
    created_at: datetime
    settled_at: datetime | None
    is_paused: bool


class DeliveriesService:
    """Whoever calls has been recognised as an operator already."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, where: DeliveryFilter | None = None, *, first: int = 50, after: str | None = None
    ) -> Page[DeliveryView]:
        """Newest first. Raises InvalidRequest for a bad `first` or `after`."""
        query = await self._where(where or DeliveryFilter())
        if after is not None:
            query = query.filter(after_cursor(after, at="created_at"))
        query = query.order_by("-created_at", "-id").limit(check_first(first) + 1)
        found = await self._database.read_for_operators(query.using_db)
        views = await self._views(found[:first])
        edges = tuple(Edge(cursor_of(view.created_at, view.id), view) for view in views)
        return Page(edges, has_next=len(found) > first)

    async def find(self, delivery_id: str) -> DeliveryView:
        """By its id, or by the beginning of it where only one row has that. Raises DeliveryNotFound."""
        found = await self._database.read_for_operators(partial(_beginning_with, beginning=delivery_id))
        if len(found) != 1:
            raise DeliveryNotFound
        return (await self._views(found))[0]

    async def of_payments(self, payment_ids: Collection[PaymentId]) -> dict[PaymentId, list[DeliveryView]]:
        """Of each of them, the newest first."""
        query = Delivery.filter(payment_id__in=list(payment_ids)).order_by("-created_at", "-id")
        found: dict[PaymentId, list[DeliveryView]] = {payment_id: [] for payment_id in payment_ids}
        for view in await self._views(await self._database.read_for_operators(query.using_db)):
            found[view.payment_id].append(view)
        return found

    async def replay(self, delivery_id: str, *, by: str) -> DeliveryView:
        """Send it once more, taken before or not. Raises DeliveryNotFound."""
        known = await self.find(delivery_id)
        await self._database.run(partial(_replay, ids=[known.id]))
        log.info("A notice is sent once more.", action="delivery.replayed", delivery=known.id, by=by)
        return await self.find(known.id)

    async def replay_all(self, where: DeliveryFilter, *, by: str) -> int:
        """The same for every one that matches, oldest first. How many. Raises InvalidRequest without any condition."""
        if where == DeliveryFilter():
            raise InvalidRequest(problem=_WHICH)
        query = (await self._where(where)).order_by("created_at", "id")
        found = await self._database.read_for_operators(query.only("id").using_db)
        ids = [row.id for row in found]
        for start in range(0, len(ids), REPLAYED_AT_ONCE):
            await self._database.run(partial(_replay, ids=ids[start : start + REPLAYED_AT_ONCE]))
        log.info("Notices are sent once more.", action="delivery.replayed", count=len(ids), by=by)
        return len(ids)

    async def resume(self, url: str | None = None, *, by: str) -> list[str]:
        """Send again to a back end that answered 410; without a url to all of them. Their urls."""
        resumed = await self._database.run(partial(_resume, url=url))
        log.info("A back end is resumed.", action="delivery.resumed", count=len(resumed), by=by)
        return resumed

    async def paused(self) -> list[str]:
        """The urls of those that answered 410."""
        query = NoticeEndpoint.filter(paused_at__isnull=False).order_by("url")
        return [row.url for row in await self._database.read_for_operators(query.using_db)]

    async def _where(self, where: DeliveryFilter) -> QuerySet[Delivery]:
        columns: dict[str, Any] = {
            "state": where.state,
            "type": where.type,
            "created_at__gte": where.created_from,
            "created_at__lt": where.created_to,
        }
        if where.session_id is not None:
            columns["payment_id"] = await self._database.read_for_operators(
                partial(_payment_of, session_id=where.session_id)
            )
        return Delivery.filter(**{name: value for name, value in columns.items() if value is not None})

    async def _views(self, found: list[Delivery]) -> list[DeliveryView]:
        if not found:
            return []
        endpoints, sessions = await self._database.read_for_operators(partial(_beside, rows=found))
        return [
            DeliveryView(
                id=row.id,
                url=endpoints[row.endpoint_id].url,
                type=NoticeType(row.type),
                payment_id=PaymentId(row.payment_id),
                session_id=sessions.get(row.payment_id) or "",
                version=row.version,
                state=DeliveryState(row.state),
                tries=row.tries,
                next_try_at=row.next_try_at,
                status_code=row.status_code,
                answer=row.answer,
                created_at=row.created_at,
                settled_at=row.settled_at,
                is_paused=endpoints[row.endpoint_id].paused_at is not None,
            )
            for row in found
        ]


def shown_url(url: str) -> str:
    """Without its query, which may hold a secret."""
    return urlsplit(url)._replace(query="").geturl()


async def _beside(connection: Connection, *, rows: list[Delivery]) -> tuple[dict[str, NoticeEndpoint], dict[str, str]]:
    endpoints = await NoticeEndpoint.filter(id__in={row.endpoint_id for row in rows}).using_db(connection)
    payments = Payment.filter(id__in={row.payment_id for row in rows}).using_db(connection)
    return {row.id: row for row in endpoints}, dict(await payments.values_list("id", "session_id"))


async def _payment_of(connection: Connection, *, session_id: str) -> str:
    known = parse_session_id(session_id)
    row = await Payment.get_or_none(session_id=known, using_db=connection) if known is not None else None
    return row.id if row is not None else ""


async def _beginning_with(connection: Connection, *, beginning: str) -> list[Delivery]:
    if not beginning.startswith("msg_") or len(beginning) > LONGEST_ID or not beginning[4:].isalnum():
        return []
    query = Delivery.filter(id__gte=beginning, id__lte=beginning + "g").using_db(connection)
    return await query.order_by("id").limit(2)


async def _replay(connection: Connection, *, ids: list[str]) -> None:
    rows = await Delivery.filter(id__in=ids).using_db(connection)
    fresh = {
        "state": DeliveryState.PENDING.value,
        "tries": 0,
        "next_try_at": None,
        "first_tried_at": None,
        "settled_at": None,
    }
    await Delivery.filter(id__in=ids).using_db(connection).update(**fresh)
    now = datetime.now(UTC)
    for endpoint_id, payment_id in sorted({(row.endpoint_id, row.payment_id) for row in rows}):
        await release(connection, endpoint_id, payment_id, now=now)


async def _resume(connection: Connection, *, url: str | None) -> list[str]:
    query = NoticeEndpoint.filter(paused_at__isnull=False).using_db(connection)
    rows = await (query if url is None else query.filter(id=endpoint_id_of(url)))
    now = datetime.now(UTC)
    for row in rows:
        await NoticeEndpoint.filter(id=row.id).using_db(connection).update(paused_at=None)
        await discrepancies.close(connection, Condition(DiscrepancyKind.BACK_END_GONE, row.url), now=now)
    return [row.url for row in rows]


_WHICH = Text(
    en="Say which: an id, a state, a session, or a window.",
    zh="请指定要重新发送的通知：编号、状态、会话或时间范围。",
)
