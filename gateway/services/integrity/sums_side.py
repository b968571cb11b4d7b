"""I23: a summed hour is what its payments and their movements say, as long as it is called ready."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial

from gateway.engines.database import Connection, Database
from gateway.models import SummedHour
from gateway.services.integrity.violation import Violation
from gateway.services.operators.hourly_sums import HOUR, Pieces, counts, moved

Sums = tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]]]
"""Payments by status, finality and creation; minor units and payments by price, kind and currency."""


async def hours(database: Database) -> AsyncIterator[Violation]:
    """One transaction an hour: whoever changes a payment of it meanwhile comes before or after both of its sums."""
    for hour in await database.read(_ready):
        kept, found = await database.run(partial(_both, hour=hour))
        if kept is not None and kept != found:
            sentence = "its sums are not what its payments and their movements say"
            yield Violation("I23", f"hour {hour.isoformat()}", sentence)


async def _ready(connection: Connection) -> list[datetime]:
    return [row.hour for row in await SummedHour.filter(is_ready=True).using_db(connection).order_by("hour")]


async def _both(connection: Connection, *, hour: datetime) -> tuple[Sums | None, Sums | None]:
    """None: somebody has unmade the sum since."""
    row = SummedHour.filter(hour=hour, is_ready=True).using_db(connection)
    if not await (row.select_for_update() if connection.capabilities.support_for_update else row):
        return None, None
    stretch = ((hour, hour + HOUR),)
    return await _sums(connection, Pieces(stretch, ())), await _sums(connection, Pieces((), stretch))


async def _sums(connection: Connection, pieces: Pieces) -> Sums:
    payments, money = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
    for group in await counts(connection, pieces):
        payments[group.status, group.is_final, group.creation] += group.payments
    for line in await moved(connection, pieces):
        money[line.price_id, line.kind, line.currency, "minor"] += line.amount_minor
        money[line.price_id, line.kind, line.currency, "payments"] += line.payments
    return payments, money
