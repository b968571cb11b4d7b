"""The watchers of this process. One read a change however many watch; the latest version wins.

The first watcher of a payment opens it on the bus and the last one closes it. A doorbell marks the payment; one task
reads every marked row in one query and hands the snapshots out. Every five seconds the versions of all watched payments
are read, and those that have moved are marked, so a lost doorbell makes an update late, never lost. What one watcher
costs does not depend on how many others there are.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress

from gateway.domain.identifiers import PaymentId
from gateway.domain.snapshot import Snapshot
from gateway.pubsub.bus import ANY_PAYMENT, Bus, Doorbell
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import FEEDS, WATCHERS

Load = Callable[[Collection[PaymentId]], Awaitable[Mapping[PaymentId, Snapshot]]]
Versions = Callable[[Collection[PaymentId]], Awaitable[Mapping[PaymentId, int]]]

SWEEP_SECONDS = 5.0
RETRY_SECONDS = 0.5

log = get_logger(__name__)


class Watcher:
    """A place for one snapshot, the newest; waiting for the next is cheap."""

    def __init__(self) -> None:
        self._latest: Snapshot | None = None
        self._news = asyncio.Event()

    def offer(self, snapshot: Snapshot) -> None:
        if self._latest is None or snapshot.version > self._latest.version:
            self._latest = snapshot
            self._news.set()

    async def next(self, *, seconds: float) -> Snapshot | None:
        """The newest snapshot offered since the last call; None when there was none for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        if not self._news.is_set():
            return None
        self._news.clear()
        return self._latest


class Bell:
    """Rung for every change of any payment, whoever watches; many rings before somebody listens are one."""

    def __init__(self) -> None:
        self._news = asyncio.Event()

    def ring(self) -> None:
        self._news.set()

    async def rung(self, *, seconds: float) -> None:
        """Returns when it was rung since the last call, or after so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        self._news.clear()


class _Watched:
    """The watchers of one payment, and the newest version that somebody rang for: its read is done or under way.

    0: it was never rung for, and never read here.
    """

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()
        self.rung_version = 0


class Hub:
    """`load` reads rows and `versions` the versions alone; they are given in, so that this file knows no tables."""

    def __init__(self, bus: Bus, load: Load, versions: Versions, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._bus = bus
        self._load = load
        self._versions = versions
        self._sweep_seconds = sweep_seconds
        self._watched: dict[PaymentId, _Watched] = {}
        self._bells: set[Bell] = set()
        self._marked: set[PaymentId] = set()
        self._work = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self._bus.start(self._ring)
        self._tasks = [asyncio.create_task(self._hand_out()), asyncio.create_task(self._sweep())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._bus.stop()

    async def publish(self, payment_id: PaymentId, *, version: int) -> None:
        """Ring for a committed change."""
        await self._bus.publish(Doorbell(payment_id, version))

    @asynccontextmanager
    async def watch(self, payment_id: PaymentId) -> AsyncIterator[Watcher]:
        """Listen: every change after this is entered will be offered. Read the row after entering, not before."""
        watcher = Watcher()
        watched = self._watched.setdefault(payment_id, _Watched())
        watched.watchers.add(watcher)
        WATCHERS.inc()
        try:
            # Every watcher opens, not just the first: the second must not read before the first is really heard.
            await self._bus.open(payment_id)
            yield watcher
        finally:
            WATCHERS.dec()
            watched.watchers.discard(watcher)
            if not watched.watchers and self._watched.get(payment_id) is watched:
                del self._watched[payment_id]
                await self._bus.close(payment_id)

    @asynccontextmanager
    async def watch_all(self) -> AsyncIterator[Bell]:
        """Listen to every payment: each change after this is entered rings. Look after entering, not before."""
        bell = Bell()
        self._bells.add(bell)
        FEEDS.inc()
        try:
            await self._bus.open(ANY_PAYMENT)
            yield bell
        finally:
            FEEDS.dec()
            self._bells.discard(bell)
            if not self._bells:
                await self._bus.close(ANY_PAYMENT)

    def _ring(self, doorbell: Doorbell) -> None:
        for bell in self._bells:
            bell.ring()
        watched = self._watched.get(doorbell.payment_id)
        if watched is None or (doorbell.version is not None and doorbell.version <= watched.rung_version):
            return  # Nobody watches, or a bus repeats itself.
        watched.rung_version = max(watched.rung_version, doorbell.version or 0)
        self._marked.add(doorbell.payment_id)
        self._work.set()

    async def _hand_out(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            marked, self._marked = self._marked, set()
            try:
                snapshots = await self._load(marked & self._watched.keys())
            except Exception as error:
                log.warning("Watched payments could not be read.", action="hub.read_failed", error=repr(error))
                self._marked |= marked
                await asyncio.sleep(RETRY_SECONDS)
                self._work.set()
                continue
            for payment_id, snapshot in snapshots.items():
                self._offer(payment_id, snapshot)

    def _offer(self, payment_id: PaymentId, snapshot: Snapshot) -> None:
        watched = self._watched.get(payment_id)
        if watched is None:
            return
        if payment_id not in self._marked:
            watched.rung_version = snapshot.version  # Whatever was said, this is what is there.
        for watcher in watched.watchers:
            watcher.offer(snapshot)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._sweep_seconds)
            if not self._watched:
                continue
            try:
                versions = await self._versions(self._watched.keys())
            except Exception as error:
                log.warning("Watched payments could not be read.", action="hub.sweep_failed", error=repr(error))
                continue
            for payment_id, version in versions.items():
                watched = self._watched.get(payment_id)
                if watched is not None and version != watched.rung_version:
                    self._marked.add(payment_id)
            if self._marked:
                self._work.set()
