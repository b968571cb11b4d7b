"""The limiter's store shared by replicas: `limits` on Redis, with the local store when Redis is away.

One limit across all replicas while Redis answers; while it does not, each replica limits by itself, which lets through
at most one limit a replica.
"""

from typing import Any

from limits.aio.storage import RedisStorage
from redis.asyncio import ConnectionPool, Redis

from gateway.rate_limit.memory import BoundedMemoryStorage
from gateway.redis_guard import RedisAway, RedisGuard, close_in_time, one_retry
from gateway.telemetry.metrics import LIMITER_FALLBACK


class SharedStorage(BoundedMemoryStorage):
    """A call passes when this process and, if it answers, Redis let it pass. What it inherits counts for this process.

    So an outage neither begins nor ends with a limit of its own: what passed just before or during it still counts.
    """

    STORAGE_SCHEME = ["async+shared"]  # noqa: RUF012 (the base class reads it so)

    def __init__(self, url: str) -> None:
        super().__init__()
        pool: Any = ConnectionPool.from_url(url, retry=one_retry())
        self._client = Redis(connection_pool=pool)
        self._storage = RedisStorage("async+redis://", connection_pool=pool, implementation="redispy")
        self._guard = RedisGuard("limits", self._client.ping)

    @property
    def is_shared(self) -> bool:
        return not self._guard.is_away

    async def close(self) -> None:
        await self._guard.close()
        await close_in_time(self._client)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        if not await super().acquire_entry(key, limit, expiry, amount):
            return False
        answer = await self._ask("acquire_entry", key, limit, expiry, amount)
        if answer is None or answer:
            return True
        self.give_back(key, amount)
        return False

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        ours = await super().get_moving_window(key, limit, expiry)
        of_all = await self._ask("get_moving_window", key, limit, expiry)
        return ours if of_all is None or ours[1] > of_all[1] else of_all

    async def _ask(self, method: str, *arguments: str | int):  # type: ignore[no-untyped-def]
        """Redis's answer, or None when it has none in time."""
        try:
            return await self._guard.ask(lambda: getattr(self._storage, method)(*arguments))
        except RedisAway:
            LIMITER_FALLBACK.inc()
            return None
