"""One suite, two databases. `TEST_DATABASE_URL=postgres://…` runs it on PostgreSQL, in a process of its own: Tortoise
remembers the SQL of one dialect a process. `test_on_postgres` does that with the server from its wheel.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from gateway.models.migrations import upgrade
from tests.harness.bare_gateway import BareGateway, open_gateway, settings_for
from tests.harness.emptied_database import EmptiedDatabases, new_database
from tests.harness.rows import Rows, rows_of
from tests.harness.stripe_account import Desk, stripe_side
from tests.harness.stripe_front import StripeFront

SERVER_URL = "TEST_DATABASE_URL"

Opener = Callable[..., AbstractAsyncContextManager[BareGateway]]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with our schema and nothing in it, made once and copied for each test."""
    scratch = tmp_path_factory.mktemp("template")
    server = os.environ.get(SERVER_URL)
    url = f"sqlite://{scratch / 'gateway.db'}" if server is None else asyncio.run(new_database(server, None))
    asyncio.run(upgrade(settings_for(url, scratch)))
    return url


@pytest.fixture(scope="session")
def emptied(template: str) -> EmptiedDatabases | None:
    server = os.environ.get(SERVER_URL)
    return None if server is None else EmptiedDatabases(server, template)


@pytest.fixture
async def database_url(template: str, emptied: EmptiedDatabases | None, tmp_path: Path) -> AsyncIterator[str]:
    """A migrated, empty database."""
    async with _database(template, emptied, tmp_path / "gateway.db") as url:
        yield url


@pytest.fixture
async def second_database_url(template: str, emptied: EmptiedDatabases | None, tmp_path: Path) -> AsyncIterator[str]:
    """Another one: a second installation's."""
    async with _database(template, emptied, tmp_path / "second.db") as url:
        yield url


@asynccontextmanager
async def _database(template: str, emptied: EmptiedDatabases | None, path: Path) -> AsyncIterator[str]:
    if emptied is None:
        shutil.copy(template.partition("://")[2], path)
        yield f"sqlite://{path}"
        return
    async with emptied.one() as url:
        yield url


@pytest.fixture
async def side() -> AsyncIterator[tuple[StripeFront, Desk]]:
    async with stripe_side() as side:
        yield side


@pytest.fixture
def opened(database_url: str, tmp_path: Path, side: tuple[StripeFront, Desk]) -> Opener:
    """Open the gateway yourself: with settings, or several times on one database."""
    return partial(open_gateway, database_url, tmp_path, side)


@pytest.fixture
async def gateway(opened: Opener) -> AsyncIterator[BareGateway]:
    async with opened() as gateway:
        yield gateway


@pytest.fixture
def rows(database_url: str) -> Callable[[], "asyncio.Future[Rows]"]:
    """`await rows()`: everything that is committed."""
    return partial(rows_of, database_url)  # type: ignore[return-value]
