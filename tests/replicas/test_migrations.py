"""`gateway migrate` on PostgreSQL: one process at a time, for as long as that takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.harness.deployment import Deployment
from tests.harness.engines import new_name
from tests.harness.fork_server import ForkServer
from tests.harness.waiting import eventually
from tests.replicas.cluster import Engines

pytestmark = [pytest.mark.postgres, pytest.mark.asyncio(loop_scope="session")]

LOCK = 0x67617465
"""Written down again on purpose: another process that migrates is one that holds this lock."""
AT_ONCE = 3


@asynccontextmanager
async def _empty_database(engines: Engines) -> AsyncIterator[str]:
    server = await asyncpg.connect(engines.postgres.url)
    try:
        name = new_name()
        await server.execute(f"CREATE DATABASE {name}")
        yield engines.postgres.database(name)
    finally:
        await server.close()


async def test_processes_that_migrate_at_once_take_turns_and_apply_each_step_once(
    engines: Engines, fork_server: ForkServer, tmp_path: Path
) -> None:
    async with _empty_database(engines) as url:
        harness = [Deployment(tmp_path / str(number), url, fork_server=fork_server) for number in range(AT_ONCE)]
        for deployment in harness:
            deployment.folder.mkdir()
        ended = await asyncio.gather(*(deployment.run("migrate") for deployment in harness))
        assert [code for code, _ in ended] == [0] * AT_ONCE, ended
        connection = await asyncpg.connect(url)
        repeated = await connection.fetch("SELECT version FROM aerich GROUP BY version HAVING count(*) > 1")
        await connection.close()
        assert repeated == []


async def test_a_turn_is_waited_for_longer_than_any_other_command_may_take(
    engines: Engines, fork_server: ForkServer, tmp_path: Path
) -> None:
    async with _empty_database(engines) as url:
        another = await asyncpg.connect(url)
        await another.execute("SELECT pg_advisory_lock($1)", LOCK)
        deployment = Deployment(tmp_path, f"{url}&command_timeout=0.2", fork_server=fork_server)
        migration = deployment.gateway("migrate")
        await migration.start()

        async def waits() -> bool:
            return "Another process migrates; waiting for it." in migration.said()

        await eventually(waits, seconds=20, what="it says whom it waits for")
        # A second is five of the commands that this url allows.
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await migration.wait()
        await another.close()
        assert await migration.wait() == 0, migration.said()
        assert "The database is up to date." in migration.said()
