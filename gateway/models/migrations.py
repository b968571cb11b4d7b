"""aerich, for the dialect at hand: bring a schema up to date, and say whether it is.

The migrations lie at the top of the repository and, in a wheel, inside the package.
"""

import asyncio
import importlib.resources
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aerich import Command
from aerich.models import Aerich
from tortoise import Tortoise
from tortoise.exceptions import OperationalError

from gateway.domain.errors import ServiceUnavailable
from gateway.engines.database import Connection
from gateway.engines.database_config import tortoise_config
from gateway.engines.database_faults import FAULTS, is_missing_table
from gateway.engines.opening import open_sqlite
from gateway.models.whole_migrations import WholeMigrations
from gateway.settings import Settings

_LOCK = 0x67617465  # Any constant: every process of this gateway must use the same one.


@dataclass(frozen=True, slots=True)
class SchemaState:
    """`behind`: migrations the database lacks; `ahead`: migrations it has that this program does not know; `applied`:
    all it has."""

    behind: tuple[str, ...]
    ahead: tuple[str, ...]
    applied: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return not self.behind and not self.ahead

    @property
    def sentence(self) -> str:
        if self.ahead:
            return f"The database is newer than this program (it knows {self.ahead[-1]}). Deploy the newer gateway."
        if self.behind:
            return f"The database is behind by {len(self.behind)} migration(s). Run: gateway migrate"
        return "The database is up to date."


def migrations_folder() -> Path:
    """Inside the installed package, else beside it in a checkout."""
    package = Path(str(importlib.resources.files("gateway")))
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


async def upgrade(settings: Settings, *, waiting: Callable[[], None] = lambda: None) -> list[str]:
    """Apply what is missing and return the names applied. Processes that start together take turns.

    A step, and the turn of another process, may take as long as they take; `waiting` is called before the latter.
    Raises ServiceUnavailable when the database does not answer.
    """
    config = tortoise_config(settings, command_seconds=None)

    async def work() -> list[str]:
        await Tortoise.init(config=config)
        if settings.dialect == "sqlite":
            await open_sqlite(settings, ["default"])
        migrations = WholeMigrations(config, app=settings.dialect, location=str(migrations_folder()))
        async with migrations as command, _turn(settings, waiting):
            return list(await command.upgrade(run_in_transaction=True))

    try:
        return await asyncio.create_task(work())  # Tortoise marks the task's context; this one's is thrown away.
    except FAULTS as error:
        raise ServiceUnavailable from error


async def schema_state(connection: Connection) -> SchemaState:
    """Compare an opened database with the migrations this program carries."""
    dialect = next(name for name in Tortoise.apps or {})
    known = sorted(path.name for path in (migrations_folder() / dialect).glob("[0-9]*_*.py"))
    try:
        rows = await Aerich.filter(app=dialect).using_db(connection).values_list("version", flat=True)
        applied = [str(version) for version in rows]
    except OperationalError as error:
        if not is_missing_table(error):
            raise
        applied = []
    return SchemaState(
        behind=tuple(name for name in known if name not in applied),
        ahead=tuple(name for name in sorted(applied) if name not in known),
        applied=tuple(applied),
    )


async def generate(settings: Settings, name: str) -> str | None:
    """For developers: write the next migration of this dialect, or None when the models say nothing new."""
    folder = migrations_folder()
    async with Command(tortoise_config(settings), app=settings.dialect, location=str(folder)) as command:
        if not any((folder / settings.dialect).glob("[0-9]*_*.py")):
            await command.init_db(safe=True)
            return "init"
        await command.init()
        return await command.migrate(name, no_input=True) or None


async def drift(settings: Settings) -> str:
    """What a freshly generated migration would hold: empty when the migrations match the models."""
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(migrations_folder() / settings.dialect, Path(scratch) / settings.dialect)
        async with Command(tortoise_config(settings), app=settings.dialect, location=scratch) as command:
            await command.init()
            return await command.migrate("drift", no_input=True) or ""


@asynccontextmanager
async def _turn(settings: Settings, waiting: Callable[[], None]) -> AsyncIterator[None]:
    """One process migrates at a time: PostgreSQL by advisory lock; SQLite locks its file, a migration at a time."""
    if settings.dialect == "sqlite":
        yield
        return
    connection = Tortoise.get_connection("default")
    async with connection.acquire_connection() as raw:
        if not await raw.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            waiting()
            await raw.execute("SELECT pg_advisory_lock($1)", _LOCK)
        try:
            yield
        finally:
            await raw.execute("SELECT pg_advisory_unlock($1)", _LOCK)
