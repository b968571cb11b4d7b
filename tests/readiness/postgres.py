"""The same on PostgreSQL: the disk is a tablespace on a tmpfs, the rest is done by the server's own means."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from tests.harness.engines import Postgres, new_name
from tests.readiness.conditions import AHEAD, IS_ROOT, disk
from tests.readiness.table import Row, Watched, row, watched

Heal = Callable[[], Awaitable[None]]


async def rows(postgres: Postgres, folder: Path) -> list[Row]:
    async with _database(postgres, folder) as (url, space), watched(folder, database_url=url) as gateway:
        server = await asyncpg.connect(url)
        try:
            return [await _row(gateway, server, name, space) for name in _CONDITIONS if name != "disk full" or IS_ROOT]
        finally:
            await server.close()


async def _row(gateway: Watched, server: Any, name: str, space: Path) -> Row:
    check, word, hold = _CONDITIONS[name]
    return await row(gateway, f"PostgreSQL: {name}", check, word, lambda: hold(server, space))


async def _full(_server: Any, space: Path) -> Heal:
    filler = space / "filler"
    with filler.open("wb", buffering=0) as taken:
        taken.write(b"x" * (shutil.disk_usage(space).free + 1_000_000))

    async def heal() -> None:
        filler.unlink()

    return heal


async def _read_only(server: Any, _space: Path) -> Heal:
    await server.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    await server.execute("SELECT pg_reload_conf()")

    async def heal() -> None:
        await server.execute("ALTER SYSTEM RESET default_transaction_read_only")
        await server.execute("SELECT pg_reload_conf()")

    return heal


async def _ahead(server: Any, _space: Path) -> Heal:
    await server.execute(
        f"INSERT INTO aerich (version, app, content) SELECT '{AHEAD}', app, content FROM aerich LIMIT 1"
    )

    async def heal() -> None:
        await server.execute(f"DELETE FROM aerich WHERE version = '{AHEAD}'")

    return heal


async def _behind(server: Any, _space: Path) -> Heal:
    last = await server.fetchval("UPDATE aerich SET app = 'away' WHERE id = (SELECT max(id) FROM aerich) RETURNING id")

    async def heal() -> None:
        await server.execute("UPDATE aerich SET app = 'postgres' WHERE id = $1", last)

    return heal


_CONDITIONS: dict[str, tuple[str, str, Callable[[Any, Path], Awaitable[Heal]]]] = {
    "disk full": ("database", "the disk is full", _full),
    "read-only": ("database", "read-only", _read_only),
    "schema newer": ("migrations", "ahead", _ahead),
    "schema older": ("migrations", "behind", _behind),
}


@asynccontextmanager
async def _database(postgres: Postgres, folder: Path) -> AsyncIterator[tuple[str, Path]]:
    name = new_name()
    server = await asyncpg.connect(postgres.url)
    try:
        if not IS_ROOT:
            await server.execute(f"CREATE DATABASE {name}")
            yield postgres.database(name), folder
            return
        with _tablespace(postgres) as space:
            await server.execute(f"CREATE TABLESPACE {name} LOCATION '{space}'")
            await server.execute(f"CREATE DATABASE {name} TABLESPACE {name}")
            try:
                yield postgres.database(name), space
            finally:
                await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
                await server.execute(f"DROP TABLESPACE {name}")
    finally:
        await server.close()


@contextmanager
def _tablespace(postgres: Postgres) -> Iterator[Path]:
    """A small disk of the server's user. Not beneath pytest's own folder, which it closes to others at each start."""
    assert postgres.system_user is not None, "the server runs as root"
    with tempfile.TemporaryDirectory(prefix="gateway-tablespace-") as name, disk(Path(name) / "disk") as space:
        Path(name).chmod(0o755)
        shutil.chown(space, postgres.system_user)
        yield space
