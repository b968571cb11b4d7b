"""What is written down twice must say the same: the schema file, both dialects' migrations, the version floors."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from gateway.graphql.schema import print_sdl
from tests.architecture.source import ROOT

FLOORS = {
    "graphql-core": "3.3.0",
    "strawberry-graphql": "0.327.2",
    "starlette": "1.3.1",
    "uvicorn": "0.52.1",
    "h11": "0.16",
}


def test_the_schema_file_is_what_the_command_prints() -> None:
    assert print_sdl() == (ROOT / "schema.graphql").read_text("utf-8")


@pytest.mark.parametrize("library", sorted(FLOORS))
def test_libraries_are_no_older_than_their_fixes(library: str) -> None:
    assert Version(importlib.metadata.version(library)) >= Version(FLOORS[library])


def test_the_sqlite_migrations_match_the_models(tmp_path: Path) -> None:
    assert _drift(f"sqlite://{tmp_path}/gateway.db") == ""


@pytest.mark.postgres
def test_the_postgres_migrations_match_the_models(postgres_url: str) -> None:
    assert _drift(postgres_url) == ""


def _drift(database_url: str) -> str:
    """In a process of its own: one process cannot speak two dialects."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.make_migrations", "--drift", database_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()
