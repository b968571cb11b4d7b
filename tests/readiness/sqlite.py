"""The table's rows on SQLite."""

from collections.abc import Sequence
from pathlib import Path

from tests.readiness.conditions import SQLITE, Condition, disk
from tests.readiness.table import Row, from_iterator, row, watched


async def rows(scratch: Path, conditions: Sequence[Condition] = SQLITE) -> list[Row]:
    with disk(scratch / "disk") as folder:
        async with watched(folder) as gateway:
            return [
                await row(gateway, each.name, each.check, each.word, from_iterator(each.hold, folder))
                for each in conditions
            ]
