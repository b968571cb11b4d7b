"""Stripe's side of a show: events delivered to whichever replica answers, and again until one says 2xx."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.harness.deployment import WEBHOOK_SECRET
from tests.harness.shop import Shop
from tests.replicas.cluster import Cluster, Event

REST_SECONDS = 0.2


@dataclass
class Courier:
    """`acknowledged` is its own journal of every 2xx; `posted_at` is when the delivery that succeeded began."""

    shops: list[Shop]
    acknowledged: dict[str, float] = field(default_factory=dict)
    posted_at: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    refused: list[tuple[int, float]] = field(default_factory=list)
    hung_up: int = 0
    _turn: Any = field(default_factory=itertools.count)

    async def deliver(self, event: Event) -> None:
        """Until somebody acknowledged it."""
        while event["id"] not in self.acknowledged:
            shop = self.shops[next(self._turn) % len(self.shops)]
            began = time.perf_counter()
            answer = await shop.deliver(event)
            if answer is None:
                self.hung_up += 1
            elif answer.ok:
                self.acknowledged[event["id"]] = time.perf_counter()
                self.posted_at[event["id"]] = began
                self.seconds.append(answer.seconds)
                return
            else:
                self.refused.append((answer.status, answer.seconds))
            await asyncio.sleep(REST_SECONDS)

    async def deliver_all(self, events: Sequence[Event], *, at_once: int = 8, per_second: float | None = None) -> None:
        """In order, so many at a time; with `per_second` at that pace."""
        queue = iter(events)
        began, started = time.perf_counter(), itertools.count()

        async def work() -> None:
            for event in queue:
                if per_second is not None:
                    await asyncio.sleep(max(0.0, began + next(started) / per_second - time.perf_counter()))
                await self.deliver(event)

        await asyncio.gather(*(work() for _ in range(at_once)))


class Couriers:
    """Opens one client an address."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Courier:
        shops = [Shop(url, webhook_secret=WEBHOOK_SECRET) for url in self._urls]
        return Courier([await self._stack.enter_async_context(shop) for shop in shops])

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()


async def lost_events(cluster: Cluster, courier: Courier) -> list[str]:
    """Acknowledged events that are not in the inbox, or not there exactly once."""
    rows = await cluster.query("SELECT id, count(*) AS times FROM webhook_event GROUP BY id")
    times = {row["id"]: row["times"] for row in rows}
    lost = [event for event in courier.acknowledged if times.get(event) != 1]
    return [f"{len(lost)} of {len(courier.acknowledged)} acknowledged events are not in the inbox"] if lost else []


def final_event(events: Sequence[Event], session: str) -> Event:
    """The event that makes this session final."""
    return next(
        event
        for event in events
        if event["type"] == "checkout.session.completed" and event["data"]["object"]["id"] == session
    )
