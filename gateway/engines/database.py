"""The database: one way to open it, one way to run a transaction, one way its faults are reported.

Tortoise 1.1 is not safe under cancellation: a task canceled while it enters a transaction leaks
the lock or the pooled connection for good. So every unit of work runs in a task of its own, which nobody cancels; the
caller waits for it through a shield. Nothing else in the gateway may open a transaction: an architecture test holds it.

It refuses to write into an SQLite file that its path no longer names, and under another schema than at the start.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from tortoise import BaseDBAsyncClient, Tortoise
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from gateway.domain.errors import ServiceUnavailable
from gateway.engine_urls import sqlite_path
from gateway.engines.database_config import (
    COMMAND_SECONDS,
    OPERATORS,
    POOL_SIZE,
    READERS,
    connect_read_only,
    tortoise_config,
)
from gateway.engines.database_faults import FAULTS, is_bad_value, is_conflict, is_missing_table, reason_of
from gateway.engines.database_file import DatabaseFile, Refusal, Refused
from gateway.engines.opening import open_sqlite
from gateway.settings import Settings
from gateway.telemetry.failpoints import Failpoint, failpoint
from gateway.telemetry.logs import get_logger

Connection = BaseDBAsyncClient
Result = TypeVar("Result")

POOL_WAIT_SECONDS = 2.0
ANSWER_SECONDS = 7.0
"""After this nobody is kept waiting any longer. A frozen server takes one command's time to fail the work, and another
to fail the rollback or the reset of the connection after it."""
OPERATORS_SECONDS = 4.0
"""How long the queries of one operator's call may take."""
OPERATORS_AT_ONCE = 4
"""Of the pool's connections on PostgreSQL. SQLite has one connection for them."""
TRIES = 5
_SPILL = """
SET LOCAL work_mem = '64kB';
SELECT count(*) FROM string_to_table(repeat(repeat('x', 8000) || ',', 130), ',');
"""
"""A megabyte that does not fit into memory: PostgreSQL writes it into a file, which ends with the query."""
_APPLIED = {
    "sqlite": "SELECT version FROM aerich WHERE app = 'sqlite'",
    "postgres": "SELECT version FROM aerich WHERE app = 'postgres'",
}

log = get_logger(__name__)


class Database:
    """An open database. All work goes through `run` and the two `read`s, which bound how many wait and how long."""

    def __init__(self, settings: Settings) -> None:
        self.dialect = settings.dialect
        self._settings = settings
        self._file = DatabaseFile(sqlite_path(settings.database_url)) if self.dialect == "sqlite" else None
        self._opened: Connection | None = None
        self._opening = asyncio.Lock()
        self._places = asyncio.Semaphore(POOL_SIZE)
        # Writers that wait for the lock of an SQLite file must not take the places of those who read.
        self._reading = self._places if self._file is None else asyncio.Semaphore(POOL_SIZE)
        self._operators = asyncio.Semaphore(OPERATORS_AT_ONCE if self._file is None else 1)
        self._in_loop: sqlite3.Connection | None = None
        self._migrations: frozenset[str] | None = None
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
        self._close_in_loop()
        await Tortoise.close_connections()

    def expect(self, migrations: Iterable[str]) -> None:
        """From now on nothing is written unless exactly these migrations are applied."""
        self._migrations = frozenset(migrations)

    async def run(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Run `work` in one transaction, whatever becomes of the caller; it is committed when this returns.

        `work` may run again after a conflict, so it must have no effect outside the database. Raises
        ServiceUnavailable when the database is away, too slow or not to be written to, and then it may still be
        committed later; IntegrityError passes, for callers that expect one.
        """
        return await self._shielded(lambda: self._transaction(work), self._places)

    async def read(self, query: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Run a query outside a transaction, protected like `run`. On SQLite no writer holds it up."""
        name = "default" if self._file is None else READERS
        return await self._shielded(lambda: query(Tortoise.get_connection(name)), self._reading)

    def read_now(self, query: str, *values: object) -> list[Any] | None:
        """The rows of a query that an index answers, without a wait, or None: then ask `read`, which has patience.

        On SQLite alone, by a connection that nobody else has. Whatever is amiss with it shows in `read`.
        """
        if self._in_loop is None or self._opened is not Tortoise.get_connection("default"):
            return None
        try:
            return self._in_loop.execute(query, values).fetchall()
        except sqlite3.Error:
            return None

    async def read_for_operators(self, query: Callable[[Connection], Awaitable[Result]]) -> Result:
        """The same for queries that may be long: few at once, on SQLite by a connection of their own, with a deadline.

        Raises ServiceUnavailable after it.
        """
        places = (self._operators,) if self._file is not None else (self._operators, self._places)
        return await self._shielded(lambda: self._in_time(query), *places)

    def require_file(self) -> None:
        """At once and without writing: raises ServiceUnavailable when the file is another, or its disk is full."""
        try:
            if self._file is not None:
                self._file.require()
                self._file.require_space()
        except (Refused, OSError) as error:
            raise ServiceUnavailable from error

    async def touch(self) -> None:
        """Write, and change nothing. Raises ServiceUnavailable; `database_faults.reason_of` says of its cause why."""
        await self.run(self._touch)

    async def _touch(self, connection: Connection) -> None:
        if self._file is not None:
            await connection.execute_query("PRAGMA user_version = 0")  # Nobody uses it. It is written all the same.
            return
        _, rows = await connection.execute_query("SELECT current_setting('transaction_read_only') AS state")
        if rows[0]["state"] == "on":
            raise Refused(Refusal.READ_ONLY)
        await connection.execute_script(_SPILL)

    async def _in_time(self, query: Callable[[Connection], Awaitable[Result]]) -> Result:
        client: Any = Tortoise.get_connection("default" if self._file is None else OPERATORS)
        work: asyncio.Future[Result] = asyncio.ensure_future(query(client))
        done, _ = await asyncio.wait({work}, timeout=OPERATORS_SECONDS)
        while not done and self._file is not None:  # Between two statements there is nothing to interrupt.
            await client._connection.interrupt()
            done, _ = await asyncio.wait({work}, timeout=0.1)
        return await work

    async def _shielded(self, work: Callable[[], Awaitable[Result]], *places: asyncio.Semaphore) -> Result:
        task = asyncio.ensure_future(self._bounded(work, places))
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

    async def _bounded(self, work: Callable[[], Awaitable[Result]], places: tuple[asyncio.Semaphore, ...]) -> Result:
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(POOL_WAIT_SECONDS):
                    for place in places:
                        await held.enter_async_context(place)
            except TimeoutError as error:
                raise ServiceUnavailable from error
            try:
                if self._opened is not Tortoise.get_connection("default"):
                    await self._open()
                return await work()
            except IntegrityError:
                raise
            except FAULTS as error:
                if is_bad_value(error):
                    raise  # It answered, and the same value will never do: coming again is no help.
                reason = reason_of(error)
                log.warning("The database did not answer.", action="database.fault", error=repr(error), reason=reason)
                raise ServiceUnavailable from error

    async def _open(self) -> None:
        """All connections of an SQLite file together: one that is opened later might be of another file.

        Tortoise has one set of them a process; what another `Database` put in their place is opened as well.
        """
        async with self._opening:
            connection = Tortoise.get_connection("default")
            if self._opened is connection:
                return
            if self._file is not None:
                names = ("default", READERS, OPERATORS)
                await open_sqlite(self._settings, names)
                for name in names:
                    await Tortoise.get_connection(name).execute_query("SELECT 1 FROM sqlite_master LIMIT 1")
                self._close_in_loop()
                self._in_loop = connect_read_only(sqlite_path(self._settings.database_url))
                self._file.remember()
            self._opened = connection

    def _close_in_loop(self) -> None:
        if self._in_loop is not None:
            self._in_loop.close()
            self._in_loop = None

    async def _transaction(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        for left in reversed(range(TRIES)):
            try:
                return await self._one_try(work)
            except Exception as error:
                if not left or not is_conflict(error):
                    raise
        raise AssertionError("the last try either returns or raises")

    async def _one_try(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        self._require_file()
        context = in_transaction("default")
        try:
            connection = await context.__aenter__()
        except BaseException:
            await _give_back(context)
            raise
        try:
            if self._file is not None:
                # A deferred transaction that reads first and then writes is refused outright when another
                # process wrote in between; taking the write lock at once waits its turn instead.
                await connection.execute_script("BEGIN IMMEDIATE")  # A script commits first what is open, here nothing.
            await self._require_schema(connection)
            result = await work(connection)
            failpoint(Failpoint.BEFORE_COMMIT)
            if self._file is not None:
                await connection.commit()  # Here, for a commit that a full disk refuses must be rolled back.
        except BaseException as error:
            await context.__aexit__(type(error), error, error.__traceback__)
            raise
        await context.__aexit__(None, None, None)
        failpoint(Failpoint.AFTER_COMMIT)
        self._require_file()
        return result

    def _require_file(self) -> None:
        if self._file is not None:
            self._file.require()

    async def _require_schema(self, connection: Connection) -> None:
        """Within the transaction: a migration is applied either before it, and seen, or after it."""
        if self._migrations is None:
            return
        try:
            rows = await connection.execute_query_dict(_APPLIED[self.dialect])
        except FAULTS as error:
            if is_missing_table(error):
                raise Refused(Refusal.SCHEMA) from error
            raise
        if {row["version"] for row in rows} != self._migrations:
            raise Refused(Refusal.SCHEMA)


async def _give_back(context: Any) -> None:
    """Tortoise takes a pooled connection (or SQLite's lock) before BEGIN and keeps it when BEGIN fails."""
    client = getattr(context, "client", None)
    if client is not None and getattr(client, "_connection", None) is not None and client._parent._pool:
        await client._parent._pool.release(client._connection)
        client._connection = None
    lock = getattr(context, "_trxlock", None)
    if lock is not None and lock.locked():
        lock.release()
