"""How many calls are left: `limits`' moving window over whichever store is at hand."""

import math
import time
from dataclasses import dataclass

from limits import parse as parse_limit
from limits.aio.strategies import MovingWindowRateLimiter

from gateway.rate_limit.memory import BoundedMemoryStorage


@dataclass(frozen=True, slots=True)
class Window:
    """What the `RateLimit-*` headers say: the limit, what is left of it, and when the oldest call leaves the window."""

    limit: int
    remaining: int
    reset_seconds: int


class Limiter:
    """One limit, one bucket a client, whichever door the call came through."""

    def __init__(self, limit: str, storage: BoundedMemoryStorage) -> None:
        self._storage = storage
        self._item = parse_limit(limit)
        self._limiter = MovingWindowRateLimiter(storage)

    @property
    def is_shared(self) -> bool:
        """Whether all processes count together just now."""
        return self._storage.is_shared

    async def close(self) -> None:
        await self._storage.close()

    async def hit(self, address: str, cost: int) -> tuple[bool, Window]:
        """Take `cost` tokens, all or none; and the window after it."""
        allowed = await self._limiter.hit(self._item, address, cost=cost)
        reset_at, remaining = await self._limiter.get_window_stats(self._item, address)
        reset_seconds = max(1, math.ceil(reset_at - time.time()))
        return allowed, Window(self._item.amount, max(0, remaining), min(reset_seconds, self._item.get_expiry()))
