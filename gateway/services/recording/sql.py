"""The one statement that Tortoise cannot say safely: insert a row unless an equal one is there.

`get_or_create` is not safe under cancellation and ends a PostgreSQL transaction when two are equally fast.
"""

from datetime import UTC, datetime
from typing import Any

from gateway.database import Connection


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


def _for_sqlite(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(sep=" ") if isinstance(value, datetime) else value
