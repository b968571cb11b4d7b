"""The database itself refuses to rewrite what came and what happened, on both dialects."""

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from tests.harness.child import ROOT
from tests.integration.reconciliation.pair import KEY, SECRET

EVENT = "INSERT INTO webhook_event (id, type, created_at, received_at, livemode, body, state, tries) VALUES"
LINE = (
    "INSERT INTO status_change (payment_id, version, to_status, cause, at, previous_hash, hash) VALUES"
    " ('p', 1, 'unpaid', 'api', '2026-01-01 00:00:00+00:00', '0', '1')"
)
REFUSED = (
    "UPDATE webhook_event SET body = '[]'",
    "UPDATE webhook_event SET id = 'evt_other' WHERE id = 'evt_young'",
    "UPDATE webhook_event SET type = 'other'",
    "UPDATE webhook_event SET created_at = '2026-01-02 00:00:00+00:00'",
    "UPDATE webhook_event SET received_at = '2020-01-02 00:00:00+00:00'",
    "UPDATE webhook_event SET livemode = {yes}",
    "DELETE FROM webhook_event WHERE id = 'evt_young'",
    "DELETE FROM webhook_event",
    "UPDATE status_change SET cause = 'other'",
    "DELETE FROM status_change",
)
ALLOWED = (
    "UPDATE webhook_event SET state = 'applied', tries = 2, error = 'why', payment_id = 'p', body = body",
    "DELETE FROM webhook_event WHERE id = 'evt_old'",
)


@pytest.fixture
def database(tmp_path: Path, migrated: Path) -> Iterator[sqlite3.Connection]:
    shutil.copy(migrated, tmp_path / "gateway.db")
    with closing(sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)) as database:
        for days, name in ((36, "evt_old"), (34, "evt_young")):
            came = f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-{days} days') || '000+00:00'"
            database.execute(f"{EVENT} ('{name}', 't', {came}, {came}, 0, '{{}}', 'ignored', 1)")
        database.execute(LINE)
        yield database


@pytest.mark.parametrize("statement", REFUSED)
def test_sqlite_refuses_to_rewrite(database: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="is append-only"):
        database.execute(statement.format(yes=1))


def test_sqlite_allows_bookkeeping_and_forgetting_after_35_days(database: sqlite3.Connection) -> None:
    assert [database.execute(statement).rowcount for statement in ALLOWED] == [2, 1]


@pytest.mark.postgres
async def test_postgres_does_the_same(postgres_url: str) -> None:
    await _migrate(postgres_url)
    connection = await asyncpg.connect(postgres_url)
    try:
        for days, name in ((36, "evt_old"), (34, "evt_young")):
            came = f"now() - interval '{days} days'"
            await connection.execute(f"{EVENT} ('{name}', 't', {came}, {came}, false, '{{}}', 'ignored', 1)")
        await connection.execute(LINE)
        for statement in (*REFUSED, "TRUNCATE webhook_event", "TRUNCATE status_change"):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="is append-only"):
                await connection.execute(statement.format(yes="true"))
        # Other tests may have left events of their own in this database.
        updated, deleted = [await connection.execute(statement) for statement in ALLOWED]
        assert updated.startswith("UPDATE ")
        assert deleted == "DELETE 1"
    finally:
        await connection.close()


async def _migrate(url: str) -> None:
    environment = {
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
        "STRIPE_API_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": SECRET,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "gateway", "migrate", env=environment)
    assert await process.wait() == 0
