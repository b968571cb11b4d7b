"""What stands between us and Stripe's limits: a bucket per endpoint, a cap on calls in flight, and a breaker.

Stripe allows 25 requests a second per endpoint. A create waits for its turn within its deadline;
a status read never waits: it is refused and answers what is known.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import parse as parse_limit

from gateway.domain.errors import StripeUnavailable
from gateway.stripe_api.errors import Unexecuted

IN_FLIGHT = 20
FAILURES_TO_OPEN = 3
PROBE_SECONDS = 2.0
SLOW_SECONDS = 0.9
"""As long as a reader of a status waits."""


class Bucket:
    """A token bucket in loop time: `rate` tokens a second, at most a second's worth saved."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._capacity = max(rate, 1.0)
        self._tokens = self._capacity
        self._filled_at: float | None = None

    def take(self) -> float:
        """0.0 when a token was taken, else the seconds until there is one."""
        now = asyncio.get_running_loop().time()
        elapsed = 0.0 if self._filled_at is None else now - self._filled_at
        self._tokens = min(self._capacity, self._tokens + elapsed * self._rate)
        self._filled_at = now
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self._rate


class Breaker:
    """Opens after three failures in a row; while open, one probe every two seconds may pass."""

    def __init__(self) -> None:
        self._failures = 0
        self._probed_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= FAILURES_TO_OPEN

    def allows(self) -> bool:
        if not self.is_open:
            return True
        now = asyncio.get_running_loop().time()
        if now - self._probed_at < PROBE_SECONDS:
            return False
        self._probed_at = now
        return True

    def succeeded(self, *, seconds: float = 0.0) -> None:
        """An answer that came later than readers wait says nothing good: it leaves the breaker as it is."""
        if seconds < SLOW_SECONDS:
            self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self._failures == FAILURES_TO_OPEN:
            self._probed_at = asyncio.get_running_loop().time()


class Gate:
    """The bucket and breaker of each endpoint, and the one cap they share."""

    def __init__(self, rate_limit: str) -> None:
        limit = parse_limit(rate_limit)
        self._rate = limit.amount / limit.get_expiry()
        self._buckets: dict[str, Bucket] = {}
        self._breakers: dict[str, Breaker] = {}
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)

    def breaker(self, endpoint: str) -> Breaker:
        return self._breakers.setdefault(endpoint, Breaker())

    @asynccontextmanager
    async def turn(self, endpoint: str, *, wait: bool) -> AsyncIterator[None]:
        """Hold one place for one call. With `wait` false, raises Unexecuted at once when there is none."""
        bucket = self._buckets.setdefault(endpoint, Bucket(self._rate))
        while delay := bucket.take():
            if not wait:
                raise Unexecuted(StripeUnavailable(), f"no token left for {endpoint}")
            await asyncio.sleep(delay)
        if not wait and self._in_flight.locked():
            raise Unexecuted(StripeUnavailable(), "too many calls in flight")
        async with self._in_flight:
            yield
