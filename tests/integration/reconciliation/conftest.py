"""A migrated database for each test, and the pair over it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.models.migrations import upgrade
from gateway.settings import Settings
from tests.harness.commands import Commands

from .pair import KEY, SECRET, Pair, running


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with our schema and nothing in it, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "gateway.db"
    values: dict[str, Any] = {
        "stripe_api_key": KEY,
        "stripe_webhook_secrets": SECRET,
        "database_url": f"sqlite://{path}",
    }
    asyncio.run(upgrade(Settings(_env_file=None, **values)))
    return path


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    shutil.copy(migrated, tmp_path / "gateway.db")
    return tmp_path


@pytest.fixture
async def pair(folder: Path, commands: Commands) -> AsyncIterator[Pair]:
    async with running(folder, commands=commands) as started:
        yield started
