"""The same on PostgreSQL, by the server's own means. Its disk is not filled here: it is the server's, not ours."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from tests.readiness.conditions import AHEAD
from tests.readiness.table import Row, Watched, row, watched
from tests.replicas.engines import Postgres, new_name

Heal = Callable[[], Awaitable[None]]


async def rows(postgres: Postgres, folder: Path) -> list[Row]:
    async with _database(postgres) as url, watched(folder, database_url=url) as gateway:
        server = await asyncpg.connect(url)
        try:
            return [await _row(gateway, server, name) for name in _CONDITIONS]
        finally:
            await server.close()


async def _row(gateway: Watched, server: Any, name: str) -> Row:
    check, word, hold = _CONDITIONS[name]
    return await row(gateway, f"PostgreSQL: {name}", check, word, lambda: hold(server))


async def _read_only(server: Any) -> Heal:
    await server.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    await server.execute("SELECT pg_reload_conf()")

    async def heal() -> None:
        await server.execute("ALTER SYSTEM RESET default_transaction_read_only")
        await server.execute("SELECT pg_reload_conf()")

    return heal


async def _ahead(server: Any) -> Heal:
    await server.execute(
        f"INSERT INTO aerich (version, app, content) SELECT '{AHEAD}', app, content FROM aerich LIMIT 1"
    )

    async def heal() -> None:
        await server.execute(f"DELETE FROM aerich WHERE version = '{AHEAD}'")

    return heal


async def _behind(server: Any) -> Heal:
    last = await server.fetchval("UPDATE aerich SET app = 'away' WHERE id = (SELECT max(id) FROM aerich) RETURNING id")

    async def heal() -> None:
        await server.execute("UPDATE aerich SET app = 'postgres' WHERE id = $1", last)

    return heal


_CONDITIONS: dict[str, tuple[str, str, Callable[[Any], Awaitable[Heal]]]] = {
    "read-only": ("database", "read-only", _read_only),
    "schema newer": ("migrations", "ahead", _ahead),
    "schema older": ("migrations", "behind", _behind),
}


@asynccontextmanager
async def _database(postgres: Postgres) -> AsyncIterator[str]:
    name = new_name()
    server = await asyncpg.connect(postgres.url)
    try:
        await server.execute(f"CREATE DATABASE {name}")
        yield postgres.database(name)
    finally:
        await server.close()
