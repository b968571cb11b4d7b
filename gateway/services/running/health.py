"""Whether we can serve: the database answers and takes writes, its schema is ours, and we are not about to stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from gateway.domain.errors import ServiceUnavailable
from gateway.engines.database import Database
from gateway.engines.database_faults import reason_of
from gateway.engines.database_file import Refusal
from gateway.models.migrations import schema_state

PATIENCE_SECONDS = 2.0
"""A balancer does not wait long for an answer, and work is better sent elsewhere when the database needs longer."""
FRESH_SECONDS = 0.25
"""How long a write that succeeded is believed: anybody may ask, so asking must not cost a write each time."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """`checks` names each dependency with `ok` or what is wrong, in words fit for anybody."""

    ok: bool
    checks: dict[str, str]


class HealthService:
    """`contradiction` says why this process should not serve this database. `redis_is_well` is None where there is no
    Redis; its absence degrades us, it does not fail us."""

    def __init__(
        self,
        database: Database,
        ending: asyncio.Event,
        contradiction: Callable[[], str | None],
        redis_is_well: Callable[[], bool] | None = None,
    ) -> None:
        self._contradiction = contradiction
        self._database = database
        self._ending = ending
        self._redis_is_well = redis_is_well
        self._writing: asyncio.Task[str] | None = None
        self._written_at = float("-inf")

    async def ready(self) -> Readiness:
        """Not ready: the balancer should send its calls elsewhere."""
        checks = await self._database_checks()
        if self._contradiction() is not None:
            checks["installation"] = "another account"
        ok = set(checks.values()) == {"ok"} and not self._ending.is_set()
        if self._redis_is_well is not None:
            checks["redis"] = "ok" if self._redis_is_well() else "degraded"
        if self._ending.is_set():
            checks["process"] = "stopping"
        return Readiness(ok=ok, checks=checks)

    async def _database_checks(self) -> dict[str, str]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                state = await self._database.read(schema_state)
        except (ServiceUnavailable, TimeoutError):
            return {"database": "unavailable", "migrations": "unknown"}
        migrations = "ok" if state.is_current else "behind" if state.behind else "ahead"
        return {"database": await self._writes(), "migrations": migrations}

    async def _writes(self) -> str:
        """`ok`, or why nothing can be written. One write at a time finds out, whoever asks meanwhile."""
        loop = asyncio.get_running_loop()
        try:
            self._database.require_file()
        except ServiceUnavailable as error:
            return self._word(error)
        if self._writing is None or self._writing.done():
            if loop.time() - self._written_at < FRESH_SECONDS:
                return "ok"
            self._writing = loop.create_task(self._written())
        done, _ = await asyncio.wait({self._writing}, timeout=PATIENCE_SECONDS)
        return self._writing.result() if done else self._late

    async def _written(self) -> str:
        try:
            await self._database.touch()
        except ServiceUnavailable as error:
            return self._word(error)
        self._written_at = asyncio.get_running_loop().time()
        return "ok"

    def _word(self, error: ServiceUnavailable) -> str:
        reason = reason_of(error.__cause__)
        if reason is Refusal.SCHEMA:
            return "ok"  # Of that the migrations tell.
        return self._late if reason is None else reason.value

    @property
    def _late(self) -> str:
        """It answers those who read: so on SQLite somebody holds the write lock."""
        return Refusal.LOCKED.value if self._database.dialect == "sqlite" else "unavailable"
