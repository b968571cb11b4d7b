"""What a database in trouble raises through Tortoise and its drivers, and what that means."""

import sqlite3
from collections.abc import Iterator

from tortoise.exceptions import (
    DBConnectionError,
    OperationalError,
    TransactionManagementError,
)

from gateway.engines.database_file import Refusal, Refused

try:
    import asyncpg
except ImportError:  # the extra [postgres] is not installed; SQLite does not need it
    asyncpg = None
    _POSTGRES_FAULTS: tuple[type[Exception], ...] = ()
    _CONFLICTS: tuple[type[Exception], ...] = ()
else:
    _POSTGRES_FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    _CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)

FAULTS: tuple[type[BaseException], ...] = (
    DBConnectionError,
    OperationalError,
    TransactionManagementError,
    Refused,
    sqlite3.Error,
    OSError,
    TimeoutError,
    *_POSTGRES_FAULTS,
)
"""What a database that is away, frozen, full or locked raises through Tortoise; asyncpg's own errors pass unwrapped."""

_SQLITE = {
    sqlite3.SQLITE_FULL: Refusal.FULL,
    sqlite3.SQLITE_READONLY: Refusal.READ_ONLY,
    sqlite3.SQLITE_BUSY: Refusal.LOCKED,
    sqlite3.SQLITE_IOERR: Refusal.UNWRITABLE,
}
_POSTGRES = {"53100": Refusal.FULL, "25006": Refusal.READ_ONLY}
_DEEPEST = 8


def reason_of(error: BaseException | None) -> Refusal | None:
    """Why a write failed, where that can be said; Tortoise and `raise … from` hide it beneath their own errors."""
    for each in _beneath(error):
        if isinstance(each, Refused):
            return each.reason
        if isinstance(each, sqlite3.Error):
            return _SQLITE.get((getattr(each, "sqlite_errorcode", None) or 0) & 0xFF)
        reason = _POSTGRES.get(str(getattr(each, "sqlstate", "")))
        if reason is not None:
            return reason
    return None


def _beneath(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(_DEEPEST):
        if error is None:
            return
        yield error
        inside = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = inside or error.__cause__ or error.__context__


def is_conflict(error: Exception) -> bool:
    return isinstance(error, _CONFLICTS) or "database is locked" in str(error)


def is_missing_table(error: BaseException) -> bool:
    """An empty database. PostgreSQL says so in its own language, SQLite in English alone."""
    is_missing = asyncpg is not None and isinstance(error.__cause__, asyncpg.UndefinedTableError)
    return is_missing or "no such table" in str(error)


def is_bad_value(error: BaseException) -> bool:
    """A value that the column cannot hold, like a NUL in PostgreSQL's text. Tortoise calls that operational."""
    return asyncpg is not None and isinstance(error.__cause__ or error, asyncpg.DataError)
