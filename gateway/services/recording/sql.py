"""SQL by hand: what Tortoise cannot say, or not safely, and what every event asks and writes.

To build such a query costs several times what the database does. `get_or_create` is not safe under cancellation and
ends a PostgreSQL transaction when two are equally fast. All names here are ours, never a caller's; values are checked
and encoded by the model's own fields.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, repeat
from typing import Any, Self

import orjson
from tortoise.models import Model

from gateway.engines.database import Connection
from gateway.models.columns import field_of, table_of


@dataclass(frozen=True, slots=True)
class Select:
    """A statement with `?` for each value, and `among ?` for a list of them."""

    sqlite: str
    postgres: str

    @classmethod
    def of(cls, sql: str) -> Self:
        numbers = count(1)
        numbered = re.sub(r"\?", lambda _: f"${next(numbers)}", sql)
        sqlite = sql.replace("among ?", "IN (SELECT value FROM json_each(?))")
        return cls(sqlite, re.sub(r"among (\$\d+)", r"= ANY(\1)", numbered))

    async def rows(self, connection: Connection, *values: str | list[str]) -> Sequence[Sequence[Any]]:
        """Read by position."""
        if _is_postgres(connection):
            statement, given = self.postgres, list(values)
        else:
            lists = (orjson.dumps(value).decode() if isinstance(value, list) else value for value in values)
            statement, given = self.sqlite, list(lists)
        found: Any = await connection.execute_query(statement, given)
        return found[1]  # type: ignore[no-any-return]


async def insert(connection: Connection, model: type[Model], values: dict[str, Any]) -> None:
    """A row. What has a default is given as well. IntegrityError passes, and ValidationError for what does not fit."""
    statement = _insertion(connection, table_of(model), values)
    await connection.execute_query(statement, _encoded(connection, model, values))


async def update(connection: Connection, model: type[Model], values: dict[str, Any], *, where: dict[str, Any]) -> int:
    """Gives these values to the rows that have all those of `where`; how many there were."""
    marks = _marks(connection)
    setting = ", ".join(f'"{name}" = {next(marks)}' for name in values)
    holding = " AND ".join(f'"{name}" = {next(marks)}' for name in where)
    statement = f'UPDATE "{table_of(model)}" SET {setting} WHERE {holding}'  # noqa: S608
    given = [*_encoded(connection, model, values), *_encoded(connection, model, where)]
    updated, _ = await connection.execute_query(statement, given)
    return updated


async def insert_unless_there(connection: Connection, table: str, values: dict[str, Any]) -> bool:
    """Whether the row was inserted. One that is there by any unique column stays as it is; a transaction that is about
    to insert the same is waited for."""
    statement = _insertion(connection, table, values) + " ON CONFLICT DO NOTHING"
    if _is_postgres(connection):  # Tortoise counts the inserts of PostgreSQL as none: what is returned is counted.
        return bool(await connection.execute_query_dict(f"{statement} RETURNING 1", list(values.values())))
    inserted, _ = await connection.execute_query(statement, [_for_sqlite(value) for value in values.values()])
    return bool(inserted)


async def first_of_each(
    connection: Connection, table: str, *, by: str, among: Collection[str], order: str, first: int, skip: int = 0
) -> list[int]:
    """The ids of the rows at these places of each group, where `by` is one of `among`: one query however many groups.

    `order` is SQL.
    """
    marks = _marks(connection)
    wanted = ", ".join(next(marks) for _ in among)
    places = f'ROW_NUMBER() OVER (PARTITION BY "{by}" ORDER BY {order})'
    ranked = f'SELECT "id", {places} AS place FROM "{table}" WHERE "{by}" IN ({wanted})'  # noqa: S608
    within = f"place > {skip:d} AND place <= {skip + first:d}"
    found = await connection.execute_query_dict(f'SELECT "id" FROM ({ranked}) AS ranked WHERE {within}', list(among))  # noqa: S608
    return [int(row["id"]) for row in found]


def _insertion(connection: Connection, table: str, values: dict[str, Any]) -> str:
    marks = _marks(connection)
    names = ", ".join(f'"{name}"' for name in values)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(next(marks) for _ in values)})'  # noqa: S608


def _marks(connection: Connection) -> Iterator[str]:
    return (f"${number}" for number in count(1)) if _is_postgres(connection) else repeat("?")


def _encoded(connection: Connection, model: type[Model], values: dict[str, Any]) -> list[Any]:
    encoded = [field_of(model, name).to_db_value(value, model) for name, value in values.items()]
    return encoded if _is_postgres(connection) else [_for_sqlite(value) for value in encoded]


def _for_sqlite(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(sep=" ") if isinstance(value, datetime) else value


def _is_postgres(connection: Connection) -> bool:
    return connection.capabilities.dialect == "postgres"
