"""The limiter's store shared by replicas: one list a key on Redis, with the local store when Redis is away.

One limit across all replicas while Redis answers; while it does not, each replica limits by itself, which lets through
at most one limit a replica. Redis's own clock counts, for all replicas alike; none of theirs is asked. Where Redis's
clock was set back, tokens from its future are dropped, so that they lock nobody out.
"""

from typing import Any

from redis.asyncio import ConnectionPool, Redis

from gateway.engines.redis_guard import RedisAway, RedisGuard, close_in_time, one_retry
from gateway.rate_limit.memory import BoundedMemoryStorage, Taken
from gateway.telemetry.metrics import LIMITER_FALLBACK

_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local limit, window, amount = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000000, tonumber(ARGV[3])
local newest = redis.call('LINDEX', KEYS[1], -1)
while newest and tonumber(newest) > now do
  redis.call('RPOP', KEYS[1])
  newest = redis.call('LINDEX', KEYS[1], -1)
end
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= now - window do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end
local count, allowed = redis.call('LLEN', KEYS[1]), 0
if count + amount <= limit then
  allowed = 1
  local token = string.format('%.0f', now)
  for _ = 1, amount do redis.call('RPUSH', KEYS[1], token) end
  count = count + amount
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  oldest = oldest or token
end
return {allowed, count, oldest and string.format('%.0f', now - tonumber(oldest)) or '0'}
"""
"""Limit, seconds, tokens → whether they were given, how many are taken, and the oldest one's age in microseconds."""


class SharedStorage(BoundedMemoryStorage):
    """A call passes when this process and, if it answers, Redis let it pass. What it inherits counts for this process.

    So an outage neither begins nor ends with a limit of its own: what passed just before or during it still counts.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        pool: Any = ConnectionPool.from_url(url, retry=one_retry())
        self._client = Redis(connection_pool=pool)
        self._script = self._client.register_script(_TAKE)
        self._guard = RedisGuard("limits", self._client.ping)

    @property
    def is_shared(self) -> bool:
        return not self._guard.is_away

    async def close(self) -> None:
        await self._guard.close()
        await close_in_time(self._client)

    async def take(self, key: str, limit: int, window_seconds: int, amount: int) -> Taken:
        ours = await super().take(key, limit, window_seconds, amount)
        if not ours.allowed:
            return ours
        try:
            of_all = await self._guard.ask(lambda: self._asked(key, limit, window_seconds, amount))
        except RedisAway:
            LIMITER_FALLBACK.inc()
            return ours
        if not of_all.allowed:
            self.give_back(key, amount)
            return of_all
        return ours if ours.count > of_all.count else of_all

    async def _asked(self, key: str, limit: int, window_seconds: int, amount: int) -> Taken:
        allowed, count, microseconds = await self._script(keys=[key], args=[limit, window_seconds, amount])
        return Taken(bool(allowed), int(count), int(microseconds) / 1_000_000)
