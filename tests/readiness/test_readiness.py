"""Readiness tells the truth: the whole table, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readiness.conditions import SQLITE
from tests.readiness.postgres import rows
from tests.readiness.sqlite import sqlite_rows
from tests.replicas.engines import Postgres, running_postgres


async def test_each_condition_of_the_file_turns_readiness_red_and_heals(tmp_path: Path) -> None:
    found = await sqlite_rows(tmp_path / "disk")
    assert len(found) == len(SQLITE)
    assert [problem for row in found for problem in row.problems] == []


@pytest.mark.postgres
async def test_each_condition_of_the_server_turns_readiness_red_and_heals(postgres: Postgres, tmp_path: Path) -> None:
    found = await rows(postgres, tmp_path)
    assert found
    assert [problem for row in found for problem in row.problems] == []


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with running_postgres(tmp_path_factory.mktemp("server")) as server:
        yield server
