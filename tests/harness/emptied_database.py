"""A PostgreSQL database that is emptied after each test: making one takes longer than what most tests do with it.

One whose schema a test has changed is not used again.
"""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

_KEPT = "aerich"
"""The table of the migrations; all others are empty in the template."""
_SHAPE = """
SELECT concat_ws(' ',
  (SELECT sum(oid::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
  (SELECT count(*) FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped),
  (SELECT sum(pg_trigger.oid::bigint) || string_agg(DISTINCT tgenabled::text, '') FROM pg_trigger),
  (SELECT sum(pg_constraint.oid::bigint) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
  (SELECT sum(oid::bigint) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
  (SELECT count(*) FROM pg_db_role_setting))
"""
_ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass
class _Spare:
    url: str
    shape: str
    emptying: str


class EmptiedDatabases:
    """Databases like `template` on one server; as many as are wanted at once, each used by one test after the other."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._template = template
        self._spares: list[_Spare] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[str]:
        """The url of a migrated, empty database."""
        spare = self._spares.pop() if self._spares else await self._made()
        yield spare.url
        connection = await asyncpg.connect(spare.url)
        try:
            await connection.execute(_ALONE)
            if await connection.fetchval(_SHAPE) == spare.shape:
                await connection.execute(spare.emptying)
                self._spares.append(spare)
        finally:
            await connection.close()

    async def _made(self) -> _Spare:
        url = await new_database(self._server, self._template)
        connection = await asyncpg.connect(url)
        try:
            tables = await connection.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
            sequences = await connection.fetch(
                "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'"
            )
            # As a replica does it: no trigger forbids it, and no reference is looked after.
            emptying = ["SET session_replication_role = replica"]
            emptying += [f'DELETE FROM "{row["name"]}"' for row in tables if row["name"] != _KEPT]
            emptying += [f'ALTER SEQUENCE "{row["name"]}" RESTART' for row in sequences]
            return _Spare(url, await connection.fetchval(_SHAPE), "; ".join(emptying))
        finally:
            await connection.close()


async def new_database(server: str, template: str | None) -> str:
    """A new one, like the template if there is one; its url."""
    name = f"test_{uuid.uuid4().hex}"
    like = f' TEMPLATE "{_name(template)}"' if template else ""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"{like}')
    finally:
        await connection.close()
    address, _, query = server.partition("?")
    return f"{address.rpartition('/')[0]}/{name}?{query}"


async def drop(server: str, url: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'DROP DATABASE "{_name(url)}" WITH (FORCE)')
    finally:
        await connection.close()


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
