"""Who does the background work: on PostgreSQL, whoever holds one advisory lock; on SQLite, the only process there is.

The lock belongs to a connection of its own, so that it ends with its process, however that ends. Two must never lead at
once, so the two ends of that connection are held apart by time: the leader gives up when the server has not confirmed
the lock for `LEASE_SECONDS`, and whoever gets the lock waits a little longer than that before it begins. The server
itself ends a session that is silent for `SILENCE_SECONDS`, so that a leader that stands still, or whose machine is
gone, does not keep the lock.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from gateway.engines.database_config import connect_outside_the_pool
from gateway.settings import Settings
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import LEADING, withdraw_measurements

LOCK = 0x6C656164  # Any constant that no other use of advisory locks here shares.
TRY_SECONDS = 1.0
LEASE_SECONDS = 2.5
GRACE_SECONDS = 3.0
"""From getting the lock to leading: by then a leader that lost it unawares has noticed, or its lease has ended."""
SILENCE_SECONDS = 3.5

log = get_logger(__name__)


class Leadership:
    """`ending` is set when this process is about to end: it leads no more then, and another may begin."""

    def __init__(self, settings: Settings, ending: asyncio.Event) -> None:
        self._settings = settings
        self._ending = ending

    @asynccontextmanager
    async def term(self) -> AsyncIterator["Term"]:
        """Waits until this process leads; the block should end when the term does."""
        if self._ending.is_set():
            await asyncio.get_running_loop().create_future()  # For ever: whoever waits is canceled at the end.
        is_alone = self._settings.dialect == "sqlite"
        term = Term(None, self._ending) if is_alone else await self._elected()
        LEADING.set(1)
        try:
            yield term
        finally:
            LEADING.set(0)
            withdraw_measurements()
            term.close()

    async def _elected(self) -> "Term":
        is_known_away = False
        while True:
            connection: Any = None
            try:
                connection = await connect_outside_the_pool(self._settings)
                is_known_away = False
                if await _locks(connection):
                    term = Term(connection, self._ending)
                    if await term.outlasts(GRACE_SECONDS):
                        log.info("This process does the background work now.", action="leader.elected")
                        return term
            except Exception as error:
                # Whatever it was: without this task nothing of the background work is ever done again.
                if not is_known_away:
                    log.warning("No election without the database.", action="leader.no_database", error=repr(error))
                is_known_away = True
            except asyncio.CancelledError:
                if connection is not None:
                    connection.terminate()
                raise
            if connection is not None:
                connection.terminate()
            await asyncio.sleep(TRY_SECONDS)


async def _locks(connection: Any) -> bool:
    await connection.execute(f"SET idle_session_timeout = {SILENCE_SECONDS * 1000:.0f}")
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK))


class Term:
    """One stretch of leading. `over` returns when it ends; work asks `is_certain` before it begins."""

    def __init__(self, connection: Any, ending: asyncio.Event) -> None:
        self._connection = connection
        self._ending = ending
        self._confirmed_at = asyncio.get_running_loop().time()

    @property
    def is_certain(self) -> bool:
        """False when the server has not confirmed the lock of late, as after this process stood still."""
        return self._connection is None or self._age_seconds() < LEASE_SECONDS

    async def over(self) -> None:
        while await self._is_confirmed():
            with suppress(TimeoutError):
                async with asyncio.timeout(TRY_SECONDS):
                    await self._ending.wait()
                log.info("This process leads no more: it is about to end.", action="leader.resigned")
                return
        log.warning("This process no longer leads.", action="leader.lost")

    async def outlasts(self, seconds: float) -> bool:
        """Whether the lock is still ours after so long."""
        until = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < until:
            if not await self._is_confirmed():
                return False
            await asyncio.sleep(TRY_SECONDS)
        return self.is_certain

    def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    async def _is_confirmed(self) -> bool:
        """Ask in what is left of the lease; the answer holds from the moment the question was sent."""
        if self._connection is None:
            return True
        asked_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(0.0, LEASE_SECONDS - self._age_seconds())):
                await self._connection.fetchval("SELECT 1")
        except Exception:  # A lock that cannot be confirmed is lost, whatever the reason.
            return False
        is_in_time = self.is_certain
        self._confirmed_at = asked_at
        return is_in_time

    def _age_seconds(self) -> float:
        return asyncio.get_running_loop().time() - self._confirmed_at
