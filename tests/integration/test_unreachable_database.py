"""A database that cannot be opened is a sentence and exit 2, whatever the command; and it is opened once it can be."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.errors import ServiceUnavailable
from gateway.engines.database import Connection, Database
from gateway.settings import Settings

KEYS = {"STRIPE_API_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x", "GATEWAY_STOREFRONT": "on"}


@pytest.mark.parametrize("verb", ["serve", "migrate"])
@pytest.mark.parametrize("url", ["sqlite://{folder}/missing/gateway.db", "postgres://u:p@127.0.0.1:1/gateway"])
def test_a_database_that_cannot_be_opened_is_a_sentence(verb: str, url: str, tmp_path: Path) -> None:
    ran = _run(verb, url.format(folder=tmp_path), tmp_path)
    assert ran.returncode == 2
    assert "does not answer" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("verb", ["serve", "migrate"])
def test_a_file_that_another_process_holds_is_a_sentence(verb: str, tmp_path: Path) -> None:
    with _held(tmp_path / "gateway.db"):
        ran = _run(verb, f"sqlite://{tmp_path}/gateway.db", tmp_path)
    assert ran.returncode == 2
    assert "database is locked" in ran.stderr
    assert "Traceback" not in ran.stderr


async def test_a_file_that_was_held_at_the_first_use_is_opened_later(tmp_path: Path) -> None:
    required: dict[str, Any] = {"stripe_api_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1"}
    database = await Database.open(Settings(_env_file=None, database_url=f"sqlite://{tmp_path}/gateway.db", **required))
    try:
        with _held(tmp_path / "gateway.db"), pytest.raises(ServiceUnavailable):
            await database.read(_two)
        assert await database.read(_two) == 2
        assert await database.run(_two) == 2
    finally:
        await database.close()


async def _two(connection: Connection) -> int:
    _, rows = await connection.execute_query("SELECT 1 + 1 AS two")
    return int(rows[0]["two"])


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Nobody else reads or writes, nor makes it a WAL file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield
        holder.execute("ROLLBACK")


def _run(verb: str, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", verb],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url, **KEYS},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
