"""SQLite's connections: writers, readers and operators do not hold each other up, and only one of them writes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import OperationalError

from gateway.domain.errors import ServiceUnavailable
from gateway.engines import database as module
from gateway.engines.database import Connection, Database
from gateway.models.migrations import upgrade
from tests.harness.bare_gateway import settings_for

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    settings = settings_for(f"sqlite://{tmp_path / 'gateway.db'}", tmp_path)
    await asyncio.create_task(upgrade(settings))
    opened = await Database.open(settings)
    yield opened
    await opened.close()


async def _one(connection: Connection) -> Any:
    return (await connection.execute_query("SELECT 1 AS one"))[1][0]["one"]


async def test_an_operators_endless_query_ends_and_stops_neither_readers_nor_writers(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPERATORS_SECONDS", 0.5)
    endless = asyncio.create_task(database.read_for_operators(lambda connection: connection.execute_query(ENDLESS)))
    assert [await database.read(_one) for _ in range(20)] == [1] * 20
    assert await database.run(_one) == 1
    with pytest.raises(ServiceUnavailable) as refused:
        await endless
    assert "interrupted" in str(refused.value.__cause__)
    assert await database.read_for_operators(_one) == 1


@pytest.mark.parametrize("read", ["read", "read_for_operators"])
async def test_what_reads_cannot_write(database: Database, read: str) -> None:
    with pytest.raises(ServiceUnavailable) as refused:
        await getattr(database, read)(lambda connection: connection.execute_query("DELETE FROM payment"))
    assert isinstance(refused.value.__cause__, OperationalError)
    assert "readonly" in str(refused.value.__cause__)


async def test_readiness_probe_writes_a_page_each_time(database: Database, tmp_path: Path) -> None:
    log = tmp_path / "gateway.db-wal"
    await database.touch()
    before = log.stat().st_mtime_ns, log.stat().st_size
    await database.touch()
    assert (log.stat().st_mtime_ns, log.stat().st_size) > before
