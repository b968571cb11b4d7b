"""What Tortoise cannot say, or not safely: insert a row unless an equal one is there; the first rows of each of many.

`get_or_create` is not safe under cancellation and ends a PostgreSQL transaction when two are equally fast. All names
here are ours, never a caller's.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from gateway.engines.database import Connection


async def insert_unless_there(connection: Connection, table: str, values: dict[str, Any]) -> bool:
    """Whether the row was inserted. One that is there by any unique column stays as it is; a transaction that is about
    to insert the same is waited for. Names are ours, never a caller's."""
    is_postgres = connection.capabilities.dialect == "postgres"
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f"${place}" if is_postgres else "?" for place in range(1, len(values) + 1))
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING'  # noqa: S608
    if is_postgres:  # Tortoise counts the inserts of PostgreSQL as none: what is returned is counted instead.
        return bool(await connection.execute_query_dict(f"{statement} RETURNING 1", list(values.values())))
    count, _ = await connection.execute_query(statement, [_for_sqlite(value) for value in values.values()])
    return bool(count)


async def first_of_each(
    connection: Connection, table: str, *, by: str, among: Collection[str], order: str, first: int, skip: int = 0
) -> list[int]:
    """The ids of the rows at these places of each group, where `by` is one of `among`: one query however many groups.

    `order` is SQL.
    """
    is_postgres = connection.capabilities.dialect == "postgres"
    marks = ", ".join(f"${place}" if is_postgres else "?" for place in range(1, len(among) + 1))
    places = f'ROW_NUMBER() OVER (PARTITION BY "{by}" ORDER BY {order})'
    ranked = f'SELECT "id", {places} AS place FROM "{table}" WHERE "{by}" IN ({marks})'  # noqa: S608
    wanted = f"place > {skip:d} AND place <= {skip + first:d}"
    found = await connection.execute_query_dict(f'SELECT "id" FROM ({ranked}) AS ranked WHERE {wanted}', list(among))  # noqa: S608
    return [int(row["id"]) for row in found]


def _for_sqlite(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(sep=" ") if isinstance(value, datetime) else value
