"""The table that `python -m tests.readiness` prints, and what it rests on."""

import asyncio
import os
import sqlite3
import stat
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.harness.deployment import Deployment
from tests.harness.engines import running_postgres
from tests.harness.shop import Answer
from tests.harness.waiting import eventually
from tests.readiness import postgres, sqlite
from tests.readiness.conditions import SQLITE
from tests.readiness.table import watched


async def test_on_sqlite_each_condition_is_red_refuses_webhooks_and_heals(tmp_path: Path) -> None:
    conditions = [condition for condition in SQLITE if condition.name != "write lock held"]  # Below, with more writers.
    found = await sqlite.rows(tmp_path, conditions)
    assert len(found) >= 5
    assert [problem for row in found for problem in row.problems] == []


@pytest.mark.postgres
async def test_on_postgres_each_condition_is_red_refuses_webhooks_and_heals() -> None:
    """In a folder of its own: pytest closes its own to other users at each start, and the server is one."""
    with tempfile.TemporaryDirectory(prefix="gateway-readiness-") as name, running_postgres(Path(name)) as engine:
        deployment = Path(name) / "deployment"
        deployment.mkdir()
        found = await postgres.rows(engine, deployment)
    assert len(found) >= 3
    assert [problem for row in found for problem in row.problems] == []


async def test_a_second_gateway_on_the_same_file_refuses_until_the_first_is_killed(tmp_path: Path) -> None:
    async with watched(tmp_path) as first:
        twin = Deployment(tmp_path / "twin", f"sqlite://{tmp_path / 'same.db'}")
        twin.folder.mkdir()
        (tmp_path / "same.db").symlink_to(tmp_path / "gateway.db")
        second = twin.gateway()
        await second.start()
        assert await second.wait() == 2
        assert "Another gateway serves" in second.said()
        assert (await twin.run("payments", "list"))[0] == 0
        assert (await twin.run("migrate", "--check"))[0] == 0
        await first.gateway.kill()
        await second.start()
        await second.wait_until_it_answers(f"{twin.url}/readyz")
        await second.stop()


async def test_a_write_lock_of_another_process_leaves_many_readers_alone(tmp_path: Path) -> None:
    """More writers wait than there are places, and the statuses are answered all the same."""
    async with watched(tmp_path) as gateway:
        with closing(sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            writers = [asyncio.create_task(gateway.deliver()) for _ in range(40)]
            await asyncio.sleep(0)  # They set out before the readers do.
            reads: list[Answer | None] = [await gateway.read() for _ in range(20)]
            assert [answer.status for answer in reads if answer is not None] == [200] * 20
            await eventually(gateway.is_unready, seconds=10, what="unready while the lock is held")
            other.execute("ROLLBACK")
        answers = await asyncio.gather(*writers)
        assert {answer.status for answer in answers if answer is not None} <= {200, 503}
        await eventually(gateway.is_ready, seconds=20, what="ready after the lock was released")


async def test_files_are_made_for_their_owner_alone_and_the_doctor_names_those_that_are_not(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        async with watched(tmp_path):
            names = ("gateway.db", "gateway.db-wal", "gateway.db-shm", "gateway.db.lock")
            modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names}
            assert modes == dict.fromkeys(names, 0o600)
            deployment = Deployment(tmp_path, f"sqlite://{tmp_path / 'gateway.db'}", stripe_base="http://127.0.0.1:1")
            (tmp_path / "gateway.db").chmod(0o644)
            _, said = await deployment.run("doctor")
            assert "gateway.db" in said.partition("files")[2].partition("chmod")[0]
            assert "chmod 600" in said
    finally:
        os.umask(umask)
