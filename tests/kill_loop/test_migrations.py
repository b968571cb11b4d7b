"""Migrating as something that may be killed, and as something that several machines do at once."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.harness.deployment import Deployment
from tests.harness.fork_server import ForkServer, open_fork_server

KILLS = 24
LONGEST_SECONDS = 0.3
AT_ONCE = 3


async def test_a_migration_killed_at_any_moment_is_finished_by_the_next(tmp_path: Path) -> None:
    async with open_fork_server(tmp_path) as fork_server:
        for number in range(KILLS):
            deployment = _deployment(tmp_path / str(number), fork_server)
            migration = deployment.gateway("migrate")
            await migration.start()
            await asyncio.sleep(LONGEST_SECONDS * number / KILLS)
            await migration.kill()
            code, said = await deployment.run("migrate")
            assert code == 0, said
            assert await _repeated_versions(deployment) == []


async def test_several_migrations_at_once_apply_each_step_once(tmp_path: Path) -> None:
    async with open_fork_server(tmp_path) as fork_server:
        deployment = _deployment(tmp_path / "one", fork_server)
        ended = await asyncio.gather(*(deployment.run("migrate") for _ in range(AT_ONCE)))
        assert [code for code, _ in ended] == [0] * AT_ONCE
        assert await _repeated_versions(deployment) == []


def _deployment(folder: Path, fork_server: ForkServer) -> Deployment:
    folder.mkdir()
    return Deployment(folder, f"sqlite://{folder / 'gateway.db'}", fork_server=fork_server)


async def _repeated_versions(deployment: Deployment) -> list[str]:
    path = deployment.database_url.partition("://")[2]
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT version FROM aerich GROUP BY version HAVING count(*) > 1"
        return [str(row[0]) for row in connection.execute(query)]
