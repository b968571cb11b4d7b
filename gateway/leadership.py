"""Who does the background work: on PostgreSQL, whoever holds one advisory lock; on SQLite, the only process there is.

The lock belongs to a connection of its own, so that it ends with its process, however that ends. A leader that can no
longer reach the database stops leading before anybody else can start: the server frees the lock only when that
connection is gone, and the leader gives up as soon as a check on it fails.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from gateway.database import FAULTS, connect_outside_the_pool
from gateway.settings import Settings
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import LEADING

LOCK = 0x6C656164  # Any constant that no other use of advisory locks here shares.
TRY_SECONDS = 2.0

log = get_logger(__name__)


class Leadership:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def term(self) -> AsyncIterator["Term"]:
        """Waits until this process leads; the block should end when the term does."""
        if self._settings.dialect == "sqlite":
            yield Term(None)
            return
        connection = await self._elected()
        LEADING.set(1)
        log.info("This process does the background work now.", action="leader.elected")
        try:
            yield Term(connection)
        finally:
            LEADING.set(0)
            connection.terminate()

    async def _elected(self) -> Any:
        while True:
            connection: Any = None
            try:
                connection = await connect_outside_the_pool(self._settings)
                if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                    return connection
            except FAULTS as error:
                log.warning("No election without the database.", action="leader.no_database", error=repr(error))
            except asyncio.CancelledError:
                if connection is not None:
                    connection.terminate()
                raise
            if connection is not None:
                connection.terminate()
            await asyncio.sleep(TRY_SECONDS)


class Term:
    """One stretch of leading. `over` returns when it ends."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def over(self) -> None:
        if self._connection is None:
            await asyncio.get_running_loop().create_future()
        with suppress(*FAULTS):
            while True:
                await asyncio.sleep(TRY_SECONDS)
                await self._connection.fetchval("SELECT 1")
        log.warning("This process no longer leads.", action="leader.lost")
