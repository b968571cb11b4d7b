"""Reading and watching a payment.

A read of a payment that is not final asks Stripe as well, because buyers return before webhooks do; it waits for that
a second at most and otherwise answers what is known.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing, suppress

from gateway.domain.errors import SessionNotFound
from gateway.domain.fulfilment import PENDING, Fulfilment
from gateway.domain.identifiers import PaymentId, SessionId, parse_session_id
from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from gateway.engines.database import Database
from gateway.pubsub.hub import Hub
from gateway.services.payments.refresh import Refresher
from gateway.services.recording import history
from gateway.services.recording.history import StatusChangeView
from gateway.services.recording.rows import snapshot_of
from gateway.services.recording.stored import PaymentReader

__all__ = ["PaymentService", "StatusChangeView"]

_FULFILLED = (Status.PAID, Status.NO_PAYMENT_REQUIRED)
ASK_AGAIN_SECONDS = (5.0, 10.0, 20.0, 40.0, 60.0)
"""How long a quiet watch waits before Stripe is asked after all: an event may never have been made."""


class PaymentService:
    """Unknown, foreign and malformed session ids are answered alike, from the database alone."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        refresher: Refresher,
        ending: asyncio.Event,
        *,
        livemode: bool,
        fulfilment: Callable[[Snapshot], Fulfilment | None] = lambda _: None,
    ) -> None:
        self._database = database
        self._reader = PaymentReader(database)
        self._hub = hub
        self._refresher = refresher
        self._waiting: set[asyncio.Timeout] = set()
        self._ending = ending
        self._livemode = livemode
        self._fulfilment = fulfilment

    async def read(self, session_id: str) -> Snapshot | None:
        """The payment as it is now; None: no such session. Final statuses are served without Stripe."""
        snapshot = await self._stored(session_id)
        if snapshot is None or snapshot.is_final:
            return snapshot
        if await self._refresher.refresh(snapshot):
            return await self._stored(session_id)
        return snapshot

    async def watch(self, session_id: str, *, since_version: int | None = None) -> AsyncGenerator[Snapshot, None]:
        """The snapshot, then every newer version, the final one last; with a back end, what is paid is awaited until
        that has taken the news. Raises SessionNotFound before the first.

        Nothing at or below `since_version` is sent, unless that is above what there is (a backup was restored).
        Listening starts before the row is read, so that no change falls between; a doorbell that is lost is caught by
        the sweep of the hub.
        """
        stored = await self._stored(session_id)
        if stored is None:
            raise SessionNotFound
        async with self._hub.watch(stored.payment_id) as watcher:
            snapshot: Snapshot | None = await self._stored(session_id)
            seen = since_version if since_version is not None else 0
            if snapshot is not None and seen > snapshot.version:
                seen = 0  # It has seen what a restored backup does not know: it is given what is there.
            quiet = 0
            while snapshot is not None:
                if snapshot.version > seen:
                    seen = snapshot.version
                    yield snapshot
                if self._is_over(snapshot):
                    return
                if not snapshot.is_final:
                    self._refresher.start(snapshot)
                newer = await watcher.next(seconds=ASK_AGAIN_SECONDS[min(quiet, len(ASK_AGAIN_SECONDS) - 1)])
                quiet = quiet + 1 if newer is None else 0
                snapshot = newer or snapshot

    async def is_over(self, session_id: str, version: int) -> bool:
        """Whether a watcher that has this version will never be sent another."""
        snapshot = await self._stored(session_id)
        return snapshot is not None and self._is_over(snapshot) and snapshot.version <= version

    async def wait(self, session_id: str, *, seconds: float, status: str | None = None) -> Snapshot | None:
        """Long poll: the first snapshot whose status is not `status` (default: what it is now), or the last known.

        Returns at once when the payment is final; None: no such session.
        """
        snapshot = await self.read(session_id)
        if snapshot is None or snapshot.is_final or (status is not None and snapshot.status != status):
            return snapshot
        known = Status(snapshot.status)
        with suppress(TimeoutError):
            async with asyncio.timeout(0 if self._ending.is_set() else seconds) as patience:
                self._waiting.add(patience)
                try:
                    async with aclosing(self.watch(session_id, since_version=snapshot.version)) as newer:
                        async for snapshot in newer:
                            if snapshot.status != known:
                                break
                finally:
                    self._waiting.discard(patience)
        return snapshot

    def answer_all_who_wait(self) -> None:
        """Every long poll, now, with what is known."""
        for patience in self._waiting:
            if not patience.expired():  # One whose time is up already is on its way out.
                patience.reschedule(0)

    async def histories(self, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, list[StatusChangeView]]:
        """Of each of them, oldest first, in one query."""
        return await self._database.read(lambda connection: history.histories(connection, payment_ids))

    def _is_over(self, snapshot: Snapshot) -> bool:
        """Nothing more is awaited: it is final and, if it is paid, the shop's back end knows, where there is one."""
        awaits_back_end = snapshot.status in _FULFILLED and self._fulfilment(snapshot) == PENDING
        return snapshot.is_final and not awaits_back_end

    async def _stored(self, session_id: str) -> Snapshot | None:
        known: SessionId | None = parse_session_id(session_id)
        if known is None:
            return None
        row = await self._reader.by_session(known, livemode=self._livemode)
        return snapshot_of(row) if row is not None else None
