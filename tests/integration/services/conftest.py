"""One suite, two databases. `TEST_DATABASE_URL=postgres://…` runs it on PostgreSQL, in a process of its own: Tortoise
remembers the SQL of one dialect a process. `test_on_postgres` does that with the server from its wheel.
"""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from gateway.models.migrations import upgrade
from tests.harness.bare_gateway import BareGateway, open_gateway, settings_for
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
    url = f"sqlite://{scratch / 'gateway.db'}" if server is None else asyncio.run(_new_database(server, None))
    asyncio.run(upgrade(settings_for(url, scratch)))
    return url


@pytest.fixture
async def database_url(template: str, tmp_path: Path) -> AsyncIterator[str]:
    """A migrated, empty database."""
    server = os.environ.get(SERVER_URL)
    if server is None:
        shutil.copy(template.partition("://")[2], tmp_path / "gateway.db")
        yield f"sqlite://{tmp_path / 'gateway.db'}"
        return
    url = await _new_database(server, template)
    yield url
    await _drop(server, url)


@pytest.fixture
async def second_database_url(template: str, tmp_path: Path) -> AsyncIterator[str]:
    """Another one: a second installation's."""
    server = os.environ.get(SERVER_URL)
    if server is None:
        shutil.copy(template.partition("://")[2], tmp_path / "second.db")
        yield f"sqlite://{tmp_path / 'second.db'}"
        return
    url = await _new_database(server, template)
    yield url
    await _drop(server, url)


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


async def _new_database(server: str, template: str | None) -> str:
    name = f"bench_{uuid.uuid4().hex}"
    like = f' TEMPLATE "{_name(template)}"' if template else ""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"{like}')
    finally:
        await connection.close()
    address, _, query = server.partition("?")
    return f"{address.rpartition('/')[0]}/{name}?{query}"


async def _drop(server: str, url: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'DROP DATABASE "{_name(url)}" WITH (FORCE)')
    finally:
        await connection.close()


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
