"""How Tortoise connects: the connections of either dialect and their bounds."""

import sqlite3
from typing import Any
from urllib.parse import quote

from gateway.engine_urls import postgres_credentials, shortest_seconds, sqlite_path
from gateway.settings import Settings, SettingsError

try:
    import asyncpg
except ImportError:  # the extra [postgres] is not installed; SQLite does not need it
    asyncpg = None

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
COMMAND_SECONDS = 5.0
READERS = "readers"
OPERATORS = "operators"
"""SQLite's connections beside `default`; PostgreSQL has one pool for all."""
_POOL_ONLY = {"minsize", "maxsize"}
NO_DRIVER = "DATABASE_URL names PostgreSQL, whose driver is missing. Run: pip install 'payments-gateway[postgres]'"


def tortoise_config(settings: Settings, *, command_seconds: float | None = COMMAND_SECONDS) -> dict[str, Any]:
    """Tortoise's configuration for this database. The app is named for the dialect, as its migrations folder is.

    Without `command_seconds` a frozen server holds a caller for ever: None is for migrations.
    """
    if settings.dialect == "sqlite":
        connections = _sqlite_connections(sqlite_path(settings.database_url))
    else:
        if asyncpg is None:
            raise SettingsError([NO_DRIVER])
        credentials = postgres_credentials(settings.database_url)
        credentials["server_settings"] |= LET_GO
        credentials |= _bounds(settings.database_url, command_seconds)
        connections = {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}}
    return {
        "connections": connections,
        "apps": {settings.dialect: {"models": list(MODELS), "default_connection": "default"}},
        "use_tz": True,
        "timezone": "UTC",
    }


def _sqlite_connections(path: str) -> dict[str, Any]:
    """`default` writes, the others cannot: whoever waits for the write lock, or reads for long, holds its own alone."""
    pragmas = {"file_path": path, "journal_mode": "WAL", "synchronous": "FULL", "busy_timeout": 5000}
    writing, reading = pragmas | {"foreign_keys": "ON"}, pragmas | {"query_only": "ON"}
    chosen = {"default": writing, READERS: reading, OPERATORS: reading}
    return {name: {"engine": "tortoise.backends.sqlite", "credentials": each} for name, each in chosen.items()}


def _bounds(url: str, command_seconds: float | None) -> dict[str, Any]:
    connecting = shortest_seconds(url, COMMAND_SECONDS, "timeout", "connect_timeout")
    command = None if command_seconds is None else shortest_seconds(url, command_seconds, "command_timeout")
    return {"timeout": connecting, "command_timeout": command, "minsize": 0, "maxsize": POOL_SIZE}


def connect_read_only(path: str) -> sqlite3.Connection:
    """For single reads by an index. It waits for nobody: in WAL mode hardly anything can be in its way."""
    return sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=0, isolation_level=None)


async def connect_outside_the_pool(settings: Settings) -> Any:
    """A raw asyncpg connection of its own, for a lock that lives as long as the connection does."""
    credentials = tortoise_config(settings)["connections"]["default"]["credentials"]
    return await asyncpg.connect(**{name: value for name, value in credentials.items() if name not in _POOL_ONLY})
