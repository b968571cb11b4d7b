"""What the database promises once a transaction has returned: it is on the disk, whatever became of its caller."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.engines.database import Connection, Database
from gateway.settings import Settings


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty SQLite file."""
    required: dict[str, Any] = {"stripe_api_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1"}
    settings = Settings(_env_file=None, database_url=f"sqlite://{tmp_path / 'gateway.db'}", **required)
    opened = await Database.open(settings)
    try:
        yield opened
    finally:
        await opened.close()


async def test_a_commit_of_sqlite_is_forced_to_the_disk_and_hinders_no_reader(database: Database) -> None:
    """SQLite's documentation: in WAL mode only synchronous=FULL (2) or EXTRA (3) makes every commit durable."""
    (synchronous,) = await database.run(lambda connection: connection.execute_query_dict("PRAGMA synchronous"))
    (journal,) = await database.run(lambda connection: connection.execute_query_dict("PRAGMA journal_mode"))
    assert synchronous["synchronous"] in {2, 3}
    assert journal["journal_mode"] == "wal"


async def test_a_transaction_ends_whole_though_its_caller_is_canceled_in_the_middle(database: Database) -> None:
    await database.run(lambda connection: connection.execute_query("CREATE TABLE note (text TEXT NOT NULL)"))
    began, may_go_on = asyncio.Event(), asyncio.Event()

    async def work(connection: Connection) -> None:
        await connection.execute_query("INSERT INTO note VALUES ('first')")
        began.set()
        await may_go_on.wait()
        await connection.execute_query("INSERT INTO note VALUES ('second')")

    caller = asyncio.create_task(database.run(work))
    await began.wait()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    assert caller.cancelled()
    may_go_on.set()
    notes = await database.run(lambda connection: connection.execute_query_dict("SELECT text FROM note"))
    assert [note["text"] for note in notes] == ["first", "second"]
