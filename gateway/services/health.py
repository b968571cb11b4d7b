"""Whether we can serve: the database answers and its schema is ours."""

from dataclasses import dataclass

from gateway.database import Database
from gateway.domain.errors import ServiceUnavailable
from gateway.models.migrations import schema_state


@dataclass(frozen=True, slots=True)
class Readiness:
    """`checks` names each dependency with `ok` or what is wrong, in words fit for a stranger."""

    ok: bool
    checks: dict[str, str]


class HealthService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ready(self) -> Readiness:
        try:
            state = await self._database.read(schema_state)
        except ServiceUnavailable:
            return Readiness(ok=False, checks={"database": "unavailable", "migrations": "unknown"})
        migrations = "ok" if state.is_current else "behind" if state.behind else "ahead"
        return Readiness(ok=state.is_current, checks={"database": "ok", "migrations": migrations})
