"""Migrating as something that may be killed, and as something that several machines do at once."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.houses.house import House
from tests.houses.zygote import Zygote, open_zygote

KILLS = 24
LONGEST_SECONDS = 0.3
AT_ONCE = 3


async def test_a_migration_killed_at_any_moment_is_finished_by_the_next(tmp_path: Path) -> None:
    async with open_zygote(tmp_path) as zygote:
        for number in range(KILLS):
            house = _house(tmp_path / str(number), zygote)
            migration = house.gateway("migrate")
            await migration.start()
            await asyncio.sleep(LONGEST_SECONDS * number / KILLS)
            await migration.kill()
            code, said = await house.run("migrate")
            assert code == 0, said
            assert await _repeated_versions(house) == []


async def test_several_migrations_at_once_apply_each_step_once(tmp_path: Path) -> None:
    async with open_zygote(tmp_path) as zygote:
        house = _house(tmp_path / "one", zygote)
        ended = await asyncio.gather(*(house.run("migrate") for _ in range(AT_ONCE)))
        assert [code for code, _ in ended] == [0] * AT_ONCE
        assert await _repeated_versions(house) == []


def _house(folder: Path, zygote: Zygote) -> House:
    folder.mkdir()
    return House(folder, f"sqlite://{folder / 'gateway.db'}", zygote=zygote)


async def _repeated_versions(house: House) -> list[str]:
    path = house.database_url.partition("://")[2]
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT version FROM aerich GROUP BY version HAVING count(*) > 1"
        return [str(row[0]) for row in connection.execute(query)]
