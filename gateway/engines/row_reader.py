"""One row by an indexed column and fixed SQL: the fastest way that either database has.

Query building and objects cost several times what the database does. On SQLite the row is read by the event loop
itself, some tens of microseconds without a thread's two changes of hand; on PostgreSQL all reads that begin in one run
of the loop are one query. Where the fast way cannot answer, the slow one does, with its patience and its faults.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from gateway.engines.database import Connection, Database

Row = Sequence[Any]

MOST_AT_ONCE = 500
"""Keys of one query, which no database refuses."""


class RowReader:
    """For one event loop. `key` is a unique column, and the first of `columns`."""

    def __init__(self, database: Database, table: str, columns: Sequence[str]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self._database = database
        self._one = f'SELECT {names} FROM "{table}" WHERE "{columns[0]}" = ?'  # noqa: S608 (names of ours)
        self._many = f'SELECT {names} FROM "{table}" WHERE "{columns[0]}" = ANY($1)'  # noqa: S608 (the same)
        self._waiting: dict[str, list[asyncio.Future[Row | None]]] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def get(self, key: str) -> Row | None:
        """The row's values as the driver gives them, in the columns' order. Raises ServiceUnavailable."""
        if self._database.dialect == "sqlite":
            rows: Sequence[Row] | None = self._database.read_now(self._one, key)
            if rows is None:
                rows = await self._database.read(lambda connection: _rows(connection, self._one, key))
            return rows[0] if rows else None
        found: asyncio.Future[Row | None] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._ask_for_all)
        self._waiting.setdefault(key, []).append(found)
        return await found

    def _ask_for_all(self) -> None:
        waiting, self._waiting = list(self._waiting.items()), {}
        for start in range(0, len(waiting), MOST_AT_ONCE):
            task = asyncio.create_task(self._ask(dict(waiting[start : start + MOST_AT_ONCE])))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask(self, waiting: dict[str, list[asyncio.Future[Row | None]]]) -> None:
        keys, rows, fault = list(waiting), {}, None
        try:
            for row in await self._database.read(lambda connection: _rows(connection, self._many, keys)):
                rows[row[0]] = row
        except Exception as error:
            fault = error
        for key, callers in waiting.items():
            for found in callers:
                if found.done():
                    continue  # Its caller has gone.
                if fault is not None:
                    found.set_exception(fault)
                else:
                    found.set_result(rows.get(key))


async def _rows(connection: Connection, sql: str, value: object) -> Sequence[Row]:
    rows: Any = (await connection.execute_query(sql, [value]))[1]  # Typed as mappings; they are read by position.
    return rows  # type: ignore[no-any-return]
