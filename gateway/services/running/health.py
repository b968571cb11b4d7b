"""Whether we can serve: the database answers, its schema is ours, and we are not about to stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from gateway.database import Database
from gateway.domain.errors import ServiceUnavailable
from gateway.models.migrations import schema_state

PATIENCE_SECONDS = 2.0
"""A balancer does not wait long for an answer, and work is better sent elsewhere when the database needs longer."""


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
        return {"database": "ok", "migrations": "ok" if state.is_current else "behind" if state.behind else "ahead"}
