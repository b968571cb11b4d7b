"""SQLite's connections, opened before Tortoise would open them by itself.

Tortoise connects at the first query, holding a lock of its own that it never releases when connecting fails: whoever
asks next then waits for ever. The first connection to a new file makes it a WAL file, which SQLite refuses at once,
whatever its timeout, while another process does the same.
"""

import asyncio
import sqlite3
from collections.abc import Iterable

from tortoise import Tortoise

from gateway.engine_urls import sqlite_path
from gateway.engines.database_file import make_private
from gateway.settings import Settings

PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 0.02


async def open_sqlite(settings: Settings, names: Iterable[str]) -> None:
    """All of `names` are connected when this returns. A file that is not there is made, for its owner alone.

    Raises OSError or sqlite3.Error for one that cannot be opened, or that stays locked.
    """
    path = sqlite_path(settings.database_url)
    make_private(path)
    sqlite3.connect(path).close()  # aiosqlite's thread would outlive a file that cannot be opened.
    for name in names:
        await _connect(name)


async def _connect(name: str) -> None:
    client = Tortoise.get_connection(name)
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        try:
            await client.create_connection(with_db=True)
            return
        except BaseException as error:
            await client.close()  # It may be open, and only half configured.
            if not _is_locked(error) or asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and (error.sqlite_errorcode or 0) & 0xFF == sqlite3.SQLITE_BUSY
