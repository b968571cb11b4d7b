"""A payment's row without Tortoise: the columns that readers need, by fixed SQL (`row_reader.py`).

The columns and what they hold come from the model, so that the two cannot differ; `rows.by_session` is the same by
query building, and the tests' oracle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import orjson
from tortoise.fields import BooleanField, DatetimeField, Field, JSONField

from gateway.domain.identifiers import SessionId
from gateway.engines.database import Database
from gateway.engines.row_reader import RowReader
from gateway.models import Payment
from gateway.models.columns import field_of, table_of


@dataclass(slots=True)
class StoredPayment:
    """What a snapshot is made of. Names and types are those of `models.Payment`, the key first."""

    session_id: str | None
    id: str
    livemode: bool
    price_id: str
    quantity: int
    currency: str
    expected: dict[str, int]
    asked: dict[str, object] | None
    facts: str
    """JSON, as `attempts_seen` is: many reads in a row find the same texts (`rows.snapshot_of`)."""
    attempts_seen: str
    version: int
    url: str | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    retrieved_at: datetime | None


class PaymentReader:
    """Reads payments by their session's id."""

    def __init__(self, database: Database) -> None:
        columns = [field_of(Payment, name).source_field or name for name in _NAMES]
        self._rows = RowReader(database, table_of(Payment), columns)

    async def by_session(self, session_id: SessionId, *, livemode: bool) -> StoredPayment | None:
        """Of that mode alone. Raises ServiceUnavailable."""
        values = await self._rows.get(session_id)
        if values is None:
            return None
        row = StoredPayment(*(read(value) for read, value in zip(_READERS, values, strict=True)))
        return row if row.livemode == livemode else None


def _reader(field: Field[Any]) -> Callable[[Any], Any]:
    """SQLite knows neither times nor truth values nor JSON, and PostgreSQL's driver hands JSON over as text."""
    match field:
        case JSONField():
            return _json
        case DatetimeField():
            return _moment
        case BooleanField():
            return bool
        case _:
            return _as_it_is


def _json(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)


def _moment(value: str | datetime | None) -> datetime | None:
    if value is None:
        return None
    return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


def _as_it_is(value: Any) -> Any:
    return value


_NAMES: Sequence[str] = tuple(column.name for column in fields(StoredPayment))
_READERS = tuple(
    _as_it_is if column.type is str else _reader(field_of(Payment, column.name)) for column in fields(StoredPayment)
)
