"""The gateway's tables by plain SQL, in either dialect, with its own code left out of the way."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

Row = dict[str, Any]

_QUERIES = {
    "payments": "SELECT * FROM payment ORDER BY created_at, id",
    "changes": "SELECT * FROM status_change ORDER BY payment_id, version, id",
    "events": "SELECT * FROM webhook_event ORDER BY received_at, id",
    "keys": "SELECT * FROM idempotency_key ORDER BY key",
    "movements": "SELECT * FROM movement ORDER BY payment_id, number",
    "attempts": "SELECT * FROM attempt ORDER BY payment_id, key",
    "desk": "SELECT * FROM discrepancy ORDER BY opened_at, id",
}
_JSON = ("facts", "parameters", "expected", "asked", "attempts_seen", "failure", "card")
_TIMES = ("at", "created_at", "updated_at", "received_at", "expires_at")


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows: JSON decoded, times aware."""

    payments: list[Row]
    changes: list[Row]
    events: list[Row]
    keys: list[Row]
    movements: list[Row]
    attempts: list[Row]
    desk: list[Row]

    def booked(self, payment_id: str) -> list[tuple[str, str, int]]:
        """The payment's journal as (kind, currency, signed minor units)."""
        own = [row for row in self.movements if row["payment_id"] == payment_id]
        return [(row["kind"], row["currency"], row["amount_minor"]) for row in own]


async def read_tables(database_url: str) -> Tables:
    """One look, in one transaction. Raises when the file is damaged."""
    if database_url.startswith("sqlite"):
        found = await asyncio.to_thread(_from_sqlite, database_url.partition("://")[2])
    else:
        found = await _from_postgres(database_url)
    return Tables(**{name: [_plain(row) for row in rows] for name, rows in found.items()})


def _from_sqlite(path: str) -> dict[str, list[Row]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        assert [tuple(row) for row in connection.execute("PRAGMA integrity_check")] == [("ok",)]
        connection.execute("BEGIN")
        return {name: [dict(row) for row in connection.execute(query)] for name, query in _QUERIES.items()}


async def _from_postgres(url: str) -> dict[str, list[Row]]:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return {name: [dict(row) for row in await connection.fetch(query)] for name, query in _QUERIES.items()}
    finally:
        await connection.close()


def _plain(row: Row) -> Row:
    decoded = {name: json.loads(row[name]) for name in _JSON if isinstance(row.get(name), str)}
    times = {name: _time(row[name]) for name in _TIMES if row.get(name) is not None}
    return row | decoded | times


def _time(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
