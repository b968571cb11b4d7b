"""Every row, read over a connection of the test's own: what is committed, whatever the gateway believes."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

Row = dict[str, Any]
TABLES = (
    "payment",
    "status_change",
    "webhook_event",
    "idempotency_key",
    "movement",
    "attempt",
    "discrepancy",
    "discrepancy_change",
    "discrepancy_payment",
    "stripe_reference",
    "installation",
)

_JSON = {
    "facts",
    "parameters",
    "expected",
    "asked",
    "attempts_seen",
    "answered",
    "failure",
    "card",
    "former",
}
_TIMES = {
    "created_at",
    "updated_at",
    "received_at",
    "retrieved_at",
    "expires_at",
    "at",
    "next_try_at",
    "tried_at",
    "opened_at",
    "last_seen_at",
    "occurred_at",
    "recorded_at",
}
_BOOLEANS = {
    "is_final",
    "livemode",
    "is_settled",
    "has_questions",
    "has_details",
    "allow_repeat",
    "closed_by_itself",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The tables; `changes` in the order of payment and version, `movements` in that of payment and number."""

    payments: list[Row]
    changes: list[Row]
    events: list[Row]
    keys: list[Row]
    movements: list[Row]
    attempts: list[Row]
    desk: list[Row]
    desk_steps: list[Row]
    desk_links: list[Row]
    references: list[Row]
    installations: list[Row]

    def payment(self, session_id: str) -> Row:
        return next(row for row in self.payments if row["session_id"] == session_id)

    def history(self, payment_id: str) -> list[Row]:
        return [row for row in self.changes if row["payment_id"] == payment_id]

    def event(self, event_id: str) -> Row:
        return next(row for row in self.events if row["id"] == event_id)

    def attempts_of(self, payment_id: str) -> list[Row]:
        return [row for row in self.attempts if row["payment_id"] == payment_id]

    def booked(self, payment_id: str) -> list[tuple[str, int]]:
        """Each row of the payment's journal, in its order, as (kind, signed minor units)."""
        return [(row["kind"], row["amount_minor"]) for row in self.movements if row["payment_id"] == payment_id]

    def on_desk(self, kind: str) -> list[tuple[str, str]]:
        """Each row of this kind as (subject, state), by subject."""
        return sorted((row["subject"], row["state"]) for row in self.desk if row["kind"] == kind)

    def open_kinds(self) -> list[str]:
        """The kinds of the rows that are not resolved, sorted."""
        return sorted(row["kind"] for row in self.desk if row["state"] != "resolved")


async def rows_of(database_url: str) -> Rows:
    """All rows as they are committed now."""
    if database_url.startswith("sqlite"):
        tables = _from_sqlite(database_url.partition("://")[2])
    else:
        tables = await _from_postgres(database_url)
    decoded = [[_decoded(row) for row in table] for table in tables]
    decoded[1].sort(key=lambda row: (row["payment_id"], row["version"]))
    decoded[4].sort(key=lambda row: (row["payment_id"], row["number"]))
    return Rows(*decoded)


async def execute(database_url: str, statement: str) -> None:
    """Change the database behind the gateway's back."""
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.partition("://")[2], timeout=5)
        try:
            with connection:
                connection.execute(statement)
        finally:
            connection.close()
        return
    raw = await asyncpg.connect(database_url)
    try:
        await raw.execute(statement)
    finally:
        await raw.close()


async def fetch(database_url: str, query: str) -> list[Row]:
    """What a query gives, as the database has it."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.partition("://")[2], timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]
    raw = await asyncpg.connect(database_url)
    try:
        return [dict(row) for row in await raw.fetch(query)]
    finally:
        await raw.close()


@asynccontextmanager
async def stalled(database_url: str, statement: str) -> AsyncIterator[None]:
    """On PostgreSQL, whoever needs what this statement touches waits while the block lasts; then it is rolled back.

    On SQLite nothing happens: a writer would hold up everybody.
    """
    if database_url.startswith("sqlite"):
        yield
        return
    raw = await asyncpg.connect(database_url)
    try:
        await raw.execute("BEGIN")
        await raw.execute(statement)
        yield
        await raw.execute("ROLLBACK")
    finally:
        await raw.close()


def _from_sqlite(path: str) -> list[list[Row]]:
    connection = sqlite3.connect(path, timeout=5)
    connection.row_factory = sqlite3.Row
    try:
        return [[dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in TABLES]
    finally:
        connection.close()


async def _from_postgres(database_url: str) -> list[list[Row]]:
    raw = await asyncpg.connect(database_url)
    try:
        return [[dict(row) for row in await raw.fetch(f"SELECT * FROM {table}")] for table in TABLES]
    finally:
        await raw.close()


def _decoded(row: Row) -> Row:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if name in _JSON and isinstance(value, str):
        return json.loads(value)
    if name in _TIMES and isinstance(value, str):
        stamp = datetime.fromisoformat(value)
        return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
    return bool(value) if name in _BOOLEANS and value is not None else value


async def execute_unguarded(database_url: str, table: str, statement: str) -> None:
    """The same past the triggers of this table, which refuse to rewrite what happened; they are back afterwards."""
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.partition("://")[2], timeout=5)
        try:
            with connection:
                query = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
                triggers = connection.execute(query).fetchall()
                for name, _ in triggers:
                    connection.execute(f'DROP TRIGGER "{name}"')
                connection.execute(statement)
                for _, sql in triggers:
                    connection.execute(sql)
        finally:
            connection.close()
        return
    switched = f"ALTER TABLE {table} DISABLE TRIGGER USER", f"ALTER TABLE {table} ENABLE TRIGGER USER"
    await execute(database_url, f"{switched[0]}; {statement}; {switched[1]}")
