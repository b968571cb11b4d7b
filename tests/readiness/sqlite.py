"""The conditions of an SQLite file, on a gateway whose folder is a disk of its own where that can be had."""

from pathlib import Path

from tests.readiness.conditions import SQLITE, Condition, disk
from tests.readiness.table import Row, from_iterator, row, watched


async def sqlite_rows(folder: Path, conditions: tuple[Condition, ...] = SQLITE) -> list[Row]:
    with disk(folder):
        async with watched(folder) as gateway:
            return [
                await row(gateway, each.name, each.check, each.word, from_iterator(each.hold, folder))
                for each in conditions
            ]
