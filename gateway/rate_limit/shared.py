"""The limiter's store shared by replicas: `limits` on Redis, with the local store when Redis is away.

One limit across all replicas while Redis answers; while it does not, each replica limits by itself, which lets through
at most one limit a replica. A decision waits a blip for Redis at most, and after a fault nothing is asked of it for a
second (design/safety.md: limits fall back, one blip).
"""

import asyncio

from limits.aio.storage import MovingWindowSupport, RedisStorage
from redis.exceptions import RedisError

from gateway.rate_limit.memory import BoundedMemoryStorage
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import LIMITER_FALLBACK

BLIP_SECONDS = 0.25
REST_SECONDS = 1.0
FAULTS = (RedisError, OSError, TimeoutError)

log = get_logger(__name__)


class SharedStorage(BoundedMemoryStorage):
    """Asks Redis first; what it inherits is the fallback."""

    STORAGE_SCHEME = ["async+shared"]  # noqa: RUF012 (the base class reads it so)

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = RedisStorage(f"async+{url}", implementation="redispy")
        self._rests_until = 0.0

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        answer = await self._ask("acquire_entry", key, limit, expiry, amount)
        return await super().acquire_entry(key, limit, expiry, amount) if answer is None else bool(answer)

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        answer = await self._ask("get_moving_window", key, limit, expiry)
        return await super().get_moving_window(key, limit, expiry) if answer is None else answer

    async def _ask(self, method: str, *arguments: str | int):  # type: ignore[no-untyped-def]
        """Redis's answer, or None when it has none in time."""
        if asyncio.get_running_loop().time() < self._rests_until:
            LIMITER_FALLBACK.inc()
            return None
        storage: MovingWindowSupport = self._redis
        try:
            async with asyncio.timeout(BLIP_SECONDS):
                return await getattr(storage, method)(*arguments)
        except FAULTS as error:
            self._rests_until = asyncio.get_running_loop().time() + REST_SECONDS
            LIMITER_FALLBACK.inc()
            log.warning("Limits are counted locally.", action="limits.fallback", error=repr(error))
            return None
