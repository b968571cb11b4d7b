"""Notices to the shop's back ends: made from the history, sent in order per payment, payments side by side.

One process sends, whichever leads. A round begins what is due and never waits for a slow back end: a payment whose
notice is not taken holds up itself alone. What was under way when a process died is sent again with the same id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from gateway.domain.fulfilment import PENDING, Fulfilment
from gateway.domain.identifiers import PaymentId
from gateway.domain.snapshot import Snapshot
from gateway.domain.states import DeliveryState
from gateway.engines.database import Connection, Database
from gateway.models import Delivery, NoticeEndpoint, StatusChange
from gateway.notifying.sender import NoticeSender
from gateway.services.notices import outbox, settling
from gateway.services.notices.settling import Try
from gateway.services.recording.history import StatusChangeView, change_view
from gateway.services.recording.recorder import Recorder
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import NOTICE_LAG, NOTICES, NOTICES_OLDEST, NOTICES_PENDING
from gateway.telemetry.tracing import span

AT_ONCE = 32
"""Tries under way, for each back end."""
ROUND_SECONDS = 1.0
FAILURES_OF_ONE_AWAY = 5
"""In a row: a back end that then takes a notice again is given everything that waits for it."""

Describe = Callable[[PaymentId, str, StatusChangeView], Awaitable[bytes]]
"""A payment, a notice's type and its change → the body."""
Place = tuple[str, str]
"""A back end and a payment: of these one notice is under way at a time."""

log = get_logger(__name__)


class NoticeService:
    """`describe` is given by whoever knows how a payment is shown; without it nothing is sent."""

    def __init__(self, database: Database, recorder: Recorder, sender: NoticeSender, urls: Sequence[str]) -> None:
        self.describe: Describe | None = None
        self._database = database
        self._recorder = recorder
        self._sender = sender
        self._urls = tuple(urls)
        self._since: datetime | None = None
        self._flights: dict[Place, asyncio.Task[None]] = {}
        self._failures: dict[str, int] = {}

    async def register(self) -> None:
        """Every url begins now, unless it is known: what happens from here on is sent. Raises ServiceUnavailable."""
        rows = await outbox.register(self._database, self._urls)
        self._since = min((row.since for row in rows), default=None)

    def fulfilment(self, snapshot: Snapshot) -> Fulfilment | None:
        """None: no back end is set, or the payment is older than the first of them."""
        if not self._urls:
            return None
        known = snapshot.visible.fulfilment
        if known is None and self._since is not None and snapshot.created_at >= self._since:
            return PENDING
        return known

    async def round(self) -> int:
        """Make what is new, begin what is due. How many tries began."""
        if self.describe is None or not self._urls:
            return 0
        rows = await self._database.read(partial(outbox.endpoints, urls=self._urls))
        for endpoint in rows:
            await outbox.place(self._database, endpoint)
        working = [endpoint for endpoint in rows if endpoint.paused_at is None]
        begun = [await self._begin_due(endpoint) for endpoint in working]
        return sum(begun)

    async def measure(self) -> int:
        """Show what is pending as metrics. Answers 0: nothing was done."""
        count, oldest = await self._database.read_for_operators(_pending)
        NOTICES_PENDING.set(count)
        NOTICES_OLDEST.set(max((datetime.now(UTC) - oldest).total_seconds(), 0.0) if oldest is not None else 0.0)
        return 0

    async def stop(self) -> None:
        """Tries under way end unsettled: they are made again."""
        for flight in list(self._flights.values()):
            flight.cancel()
        await asyncio.gather(*self._flights.values(), return_exceptions=True)
        await self._sender.close()

    async def _begin_due(self, endpoint: NoticeEndpoint) -> int:
        """Until nothing more is due, or the round is over: places are given anew as they become free."""
        until, begun = asyncio.get_running_loop().time() + ROUND_SECONDS, 0
        while True:
            flying = {place[1]: flight for place, flight in self._flights.items() if place[0] == endpoint.id}
            free = AT_ONCE - len(flying)
            due = [row for row in await self._due(endpoint, len(flying) + free) if row.payment_id not in flying]
            for row in due[:free]:
                self._begin(endpoint, row)
            begun += len(due[:free])
            left = until - asyncio.get_running_loop().time()
            if len(due) < free or left <= 0:
                return begun
            under_way = {flight for place, flight in self._flights.items() if place[0] == endpoint.id}
            await asyncio.wait(under_way, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def _due(self, endpoint: NoticeEndpoint, count: int) -> list[Delivery]:
        ready = Delivery.filter(
            state=DeliveryState.PENDING.value, next_try_at__lte=datetime.now(UTC), endpoint_id=endpoint.id
        )
        query = ready.order_by("next_try_at").limit(count)
        return await self._database.read(query.using_db)

    def _begin(self, endpoint: NoticeEndpoint, row: Delivery) -> None:
        place = (row.endpoint_id, row.payment_id)
        flight = asyncio.create_task(self._try(endpoint, row))
        self._flights[place] = flight
        flight.add_done_callback(lambda _: self._flights.pop(place, None))

    async def _try(self, endpoint: NoticeEndpoint, row: Delivery) -> None:
        try:
            change = await self._database.read(partial(_change, change_id=row.change_id))
            body = await self._describe(row, change)
            failpoint(Failpoint.BEFORE_NOTICE)
            with span("notice.deliver", after=row.payment_id, type=row.type, tries=row.tries + 1):
                answer = await self._sender.post(endpoint.url, webhook_id=row.id, body=body)
            failpoint(Failpoint.AFTER_NOTICE)
            done = Try(row, endpoint.url, answer, datetime.now(UTC))
            await self._recorder.record(lambda recording: settling.settle(recording, done))
        except Exception as error:
            log.warning("A notice could not be settled.", action="notice.unsettled", delivery=row.id, error=repr(error))
            await asyncio.sleep(ROUND_SECONDS)
            return
        self._note(done, change)
        await self._welcome_back(done)

    async def _describe(self, row: Delivery, change: StatusChangeView) -> bytes:
        if self.describe is None:
            raise RuntimeError("nobody can say how a payment is shown")
        return await self.describe(PaymentId(row.payment_id), row.type, change)

    def _note(self, done: Try, change: StatusChangeView) -> None:
        row, answer = done.delivery, done.answer
        NOTICES.labels(done.outcome).inc()
        if answer.is_taken:
            NOTICE_LAG.observe(max((done.at - change.at).total_seconds(), 0.0))
        say = log.info if answer.is_taken else log.error if done.outcome in {"gone", "given_up"} else log.warning
        say(
            "A notice was tried.",
            action=f"notice.{done.outcome}",
            delivery=row.id,
            type=row.type,
            payment_id=row.payment_id,
            tries=row.tries + 1,
            status=answer.status,
            reason=None if answer.status is not None else answer.text,
        )

    async def _welcome_back(self, done: Try) -> None:
        """A back end that was away and takes notices again is not kept waiting for what it missed."""
        endpoint_id = done.delivery.endpoint_id
        failures = self._failures.pop(endpoint_id, 0)
        if not done.answer.is_taken:
            self._failures[endpoint_id] = failures + 1
        elif failures >= FAILURES_OF_ONE_AWAY:
            await self._database.run(partial(_hurry, endpoint_id=endpoint_id))


async def _change(connection: Connection, *, change_id: int) -> StatusChangeView:
    return change_view(await StatusChange.get(id=change_id, using_db=connection))


async def _hurry(connection: Connection, *, endpoint_id: str) -> None:
    now = datetime.now(UTC)
    waiting = Delivery.filter(state=DeliveryState.PENDING.value, next_try_at__gt=now, endpoint_id=endpoint_id)
    await waiting.using_db(connection).update(next_try_at=now)


async def _pending(connection: Connection) -> tuple[int, datetime | None]:
    pending = Delivery.filter(state=DeliveryState.PENDING.value).using_db(connection)
    oldest = await pending.order_by("created_at").only("id", "created_at").first()
    return await pending.count(), oldest.created_at if oldest is not None else None
