"""Purchases with watchers around them: created, watched by some who come and go, paid, and every watcher is owed the
final status.
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from uuid import uuid4

from tests.harness.shop import Shop
from tests.harness.stripe import Stripe
from tests.harness.watchers import Watcher
from tests.soak.trouble import over

MOST_WATCHERS = 9
FINAL_SECONDS = 90.0
"""From the payment to the last watcher's final status: a fault at Stripe may lie between."""
LEAVE_CHANCE = 0.3
CREATE_TRIES = 60
EVENTS_CHANCE = 0.3
"""Of a watcher who comes by an event stream."""


class Purchases:
    """Keeps about `watchers` of them watching, for payments that are paid `hold` seconds later on average."""

    def __init__(
        self, shop: Shop, stripe: Stripe, url: str, *, watchers: int, hold: float, dice: random.Random
    ) -> None:
        self._shop = shop
        self._stripe = stripe
        self._url = url
        self._wanted = watchers
        self._hold = hold
        self._dice = dice
        self._addresses = 0
        self.counts: Counter[str] = Counter()
        self.missed: list[str] = []
        self.backwards = 0
        self.present = 0
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until asked to stop; then what is under way is brought to its end."""
        while not stop.is_set():
            if self.present < self._wanted:
                self._begin(stop, self._dice.randint(1, MOST_WATCHERS))
            await over(stop, self._pause())
        await asyncio.gather(*self._running)

    def _pause(self) -> float:
        """So short that the crowd is kept, and not everybody comes at once at the start."""
        return self._hold / max(1, self._wanted) * MOST_WATCHERS / 4

    def _begin(self, stop: asyncio.Event, watchers: int) -> None:
        self.present += watchers
        task = asyncio.create_task(self._purchase(stop, watchers))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _purchase(self, stop: asyncio.Event, count: int) -> None:
        try:
            session = await self._created()
            if session is None:
                self.missed.append("a session was not created")
                return
            crowd = [self._watcher(session) for _ in range(count)]
            watching = [asyncio.create_task(self._watch(watcher)) for watcher in crowd]
            try:
                await over(stop, self._hold * self._dice.uniform(0.5, 1.5))
                self.counts["paid"] += await self._stripe.pay(session) == 200
                await asyncio.wait(watching, timeout=FINAL_SECONDS)
            finally:
                for task in watching:
                    task.cancel()
                await asyncio.gather(*watching, return_exceptions=True)
            self._book(crowd)
        finally:
            self.present -= count

    def _book(self, crowd: list[Watcher]) -> None:
        for watcher in crowd:
            self.counts["watchers"] += 1
            self.counts["by events"] += watcher.by_events
            self.backwards += watcher.backwards
            if watcher.final != "PAID":
                self.missed.append(f"{watcher.session}: {watcher.final}, versions {watcher.versions}")

    def _watcher(self, session: str) -> Watcher:
        self._addresses += 1
        address = f"203.0.{self._addresses // 250 % 250}.{self._addresses % 250}"
        return Watcher(session, address, by_events=self._dice.random() < EVENTS_CHANCE)

    async def _watch(self, watcher: Watcher) -> None:
        """Some leave in the middle and come back, as a page does that is loaded again."""
        if self._dice.random() < LEAVE_CHANCE:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._hold * self._dice.uniform(0.05, 0.4)):
                    await watcher.watch([self._url])
            self.counts["left and came back"] += 1
        await watcher.watch([self._url])

    async def _created(self) -> str | None:
        """With one key, as often as it takes."""
        key = f"key-{uuid4().hex}"
        for _ in range(CREATE_TRIES):
            answer = await self._shop.create(key)
            self.counts[f"create {answer.status if answer else 'hung up'}"] += 1
            if answer is not None and answer.ok:
                return str(answer.body["sessionId"])
            await asyncio.sleep(1)
        return None
