"""The database: one way to open it, one way to run a transaction, one way its faults are told.

Tortoise 1.1 is not safe under cancellation: a task canceled while it enters a transaction leaks
the lock or the pooled connection for good. So every unit of work runs in a task of its own, which nobody cancels; the
caller waits for it through a shield. Nothing else in the house may open a transaction: an architecture test holds it.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tortoise import BaseDBAsyncClient, Tortoise
from tortoise.exceptions import (
    BaseORMException,
    DBConnectionError,
    IntegrityError,
    OperationalError,
    TransactionManagementError,
)
from tortoise.transactions import in_transaction

from gateway.domain.errors import ServiceUnavailable
from gateway.engine_urls import postgres_credentials, shortest_seconds, sqlite_path
from gateway.settings import Settings, SettingsError
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger

try:
    import asyncpg
except ImportError:  # the extra [postgres] is not installed; SQLite does not need it
    asyncpg = None
    _POSTGRES_FAULTS: tuple[type[Exception], ...] = ()
    _CONFLICTS: tuple[type[Exception], ...] = ()
else:
    _POSTGRES_FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    _CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)

Connection = BaseDBAsyncClient
Result = TypeVar("Result")

MODELS = ("gateway.models", "aerich.models")
POOL_SIZE = 16
LET_GO = {
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
"""How soon the server ends the transaction of a machine that is gone: it may have locked a payment, which everybody
else would otherwise wait for until the system's own keepalive, two hours later."""
POOL_WAIT_SECONDS = 2.0
COMMAND_SECONDS = 5.0
ANSWER_SECONDS = 7.0
"""After this nobody is kept waiting any longer. A frozen server takes one command's time to fail the work, and another
to fail the rollback or the reset of the connection after it."""
TRIES = 5
_POOL_ONLY = {"minsize", "maxsize"}
NO_DRIVER = "DATABASE_URL names PostgreSQL, whose driver is missing. Run: pip install 'payments-gateway[postgres]'"

FAULTS: tuple[type[BaseException], ...] = (
    DBConnectionError,
    OperationalError,
    TransactionManagementError,
    sqlite3.Error,
    OSError,
    TimeoutError,
    *_POSTGRES_FAULTS,
)
"""What a database that is away, frozen, full or locked raises through Tortoise; asyncpg's own errors pass unwrapped."""

log = get_logger(__name__)


class Database:
    """An open database. All work goes through `run`, which bounds how many wait and how long."""

    def __init__(self, settings: Settings) -> None:
        self.dialect = settings.dialect
        self._settings = settings
        self._is_openable = False
        self._places = asyncio.Semaphore(POOL_SIZE)
        self._running: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, settings: Settings) -> "Database":
        """Connects lazily: a database that cannot be reached or opened shows at the first use, not here."""
        await Tortoise.init(config=tortoise_config(settings), _enable_global_fallback=True)
        return cls(settings)

    async def close(self) -> None:
        """Waits for the work under way, then closes the connections."""
        if self._running:
            await asyncio.wait(self._running, timeout=COMMAND_SECONDS)
        await Tortoise.close_connections()

    async def run(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Run `work` in one transaction, whatever becomes of the caller; it is committed when this returns.

        `work` may run again after a conflict, so it must have no effect outside the database. Raises
        ServiceUnavailable when the database is away or too slow, and then it may still be committed later;
        IntegrityError passes, for callers that expect one.
        """
        return await self._shielded(lambda: self._transaction(work))

    async def read(self, query: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Run a query outside a transaction, protected like `run`."""
        return await self._shielded(lambda: query(Tortoise.get_connection("default")))

    async def _shielded(self, work: Callable[[], Awaitable[Result]]) -> Result:
        task = asyncio.ensure_future(self._bounded(work))
        self._running.add(task)
        task.add_done_callback(self._forget)
        done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if not done:
            log.warning("The database takes too long.", action="database.slow")
            raise ServiceUnavailable
        return task.result()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # A caller that was canceled does not ask for it; unasked, asyncio would log it.

    async def _bounded(self, work: Callable[[], Awaitable[Result]]) -> Result:
        try:
            async with asyncio.timeout(POOL_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError as error:
            raise ServiceUnavailable from error
        try:
            if not self._is_openable:
                require_openable(self._settings)
                self._is_openable = True
            return await work()
        except IntegrityError:
            raise
        except FAULTS as error:
            if _is_bad_value(error):
                raise  # It answered, and the same value will never do: coming again is no help.
            log.warning("The database did not answer.", action="database.fault", error=repr(error))
            raise ServiceUnavailable from error
        finally:
            self._places.release()

    async def _transaction(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        for left in reversed(range(TRIES)):
            try:
                return await self._one_try(work)
            except Exception as error:
                if not left or not _is_conflict(error):
                    raise
        raise AssertionError("the last try either returns or raises")

    async def _one_try(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        context = in_transaction("default")
        try:
            connection = await context.__aenter__()
        except BaseException:
            await _give_back(context)
            raise
        try:
            if self.dialect == "sqlite":
                # A deferred transaction that reads first and then writes is refused outright when another
                # process wrote in between; taking the write lock at once waits its turn instead.
                await connection.execute_query("END")
                await connection.execute_query("BEGIN IMMEDIATE")
            result = await work(connection)
            failpoint(Failpoint.BEFORE_COMMIT)
        except BaseException as error:
            await context.__aexit__(type(error), error, error.__traceback__)
            raise
        await context.__aexit__(None, None, None)
        failpoint(Failpoint.AFTER_COMMIT)
        return result


def tortoise_config(settings: Settings, *, command_seconds: float | None = COMMAND_SECONDS) -> dict[str, Any]:
    """Tortoise's configuration for this database. The app is named for the dialect, as its migrations folder is.

    Without `command_seconds` a frozen server holds a caller for ever: None is for migrations.
    """
    if settings.dialect == "sqlite":
        pragmas = {"journal_mode": "WAL", "synchronous": "FULL", "busy_timeout": 5000, "foreign_keys": "ON"}
        credentials: dict[str, Any] = {"file_path": sqlite_path(settings.database_url), **pragmas}
        connection = {"engine": "tortoise.backends.sqlite", "credentials": credentials}
    else:
        if asyncpg is None:
            raise SettingsError([NO_DRIVER])
        credentials = postgres_credentials(settings.database_url)
        credentials["server_settings"] |= LET_GO
        credentials |= _bounds(settings.database_url, command_seconds)
        connection = {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
    return {
        "connections": {"default": connection},
        "apps": {settings.dialect: {"models": list(MODELS), "default_connection": "default"}},
        "use_tz": True,
        "timezone": "UTC",
    }


def _bounds(url: str, command_seconds: float | None) -> dict[str, Any]:
    connecting = shortest_seconds(url, COMMAND_SECONDS, "timeout", "connect_timeout")
    command = None if command_seconds is None else shortest_seconds(url, command_seconds, "command_timeout")
    return {"timeout": connecting, "command_timeout": command, "minsize": 0, "maxsize": POOL_SIZE}


def require_openable(settings: Settings) -> None:
    """Raises one of FAULTS for an SQLite file that cannot be opened: Tortoise's driver would hang on it."""
    if settings.dialect == "sqlite":
        sqlite3.connect(sqlite_path(settings.database_url)).close()


async def connect_outside_the_pool(settings: Settings) -> Any:
    """A raw asyncpg connection of its own, for a lock that lives as long as the connection does."""
    credentials = tortoise_config(settings)["connections"]["default"]["credentials"]
    return await asyncpg.connect(**{name: value for name, value in credentials.items() if name not in _POOL_ONLY})


def _is_conflict(error: Exception) -> bool:
    return isinstance(error, _CONFLICTS) or "database is locked" in str(error)


def is_missing_table(error: BaseException) -> bool:
    """An empty database. PostgreSQL says so in its own language, SQLite in English alone."""
    is_missing = asyncpg is not None and isinstance(error.__cause__, asyncpg.UndefinedTableError)
    return is_missing or "no such table" in str(error)


def _is_bad_value(error: BaseException) -> bool:
    """A value that the column cannot hold, like a NUL in PostgreSQL's text. Tortoise calls that operational."""
    return asyncpg is not None and isinstance(error.__cause__ or error, asyncpg.DataError)


async def _give_back(context: Any) -> None:
    """Tortoise takes a pooled connection (or SQLite's lock) before BEGIN and keeps it when BEGIN fails."""
    client = getattr(context, "client", None)
    if client is not None and getattr(client, "_connection", None) is not None and client._parent._pool:
        await client._parent._pool.release(client._connection)
        client._connection = None
    lock = getattr(context, "_trxlock", None)
    if lock is not None and lock.locked():
        lock.release()


def is_database_error(error: BaseException) -> bool:
    """Whether this came from the database rather than from us."""
    return isinstance(error, (*FAULTS, BaseORMException))
