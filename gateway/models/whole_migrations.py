"""aerich's command, made to apply each migration as a whole or not at all, on SQLite too.

For SQLite aerich hands over a script, before which Python commits whatever is open: a process killed in the middle left
statements applied and unrecorded, and the next run stumbled over them for ever. Here every statement goes by itself,
in the transaction that records the migration. PostgreSQL needs none of this.
"""

import sqlite3
from collections.abc import Iterator
from pkgutil import ModuleInfo

from aerich import Command
from aerich.models import Aerich
from aerich.utils import import_py_module
from tortoise.exceptions import OperationalError

from gateway.engines.database import Connection


class WholeMigrations(Command):
    """Refuses nothing that aerich takes. Processes that migrate one SQLite file at once take turns, one a migration."""

    async def _upgrade(
        self, conn: Connection, version_file: str, fake: bool = False, version_module: ModuleInfo | None = None
    ) -> None:
        if conn.capabilities.dialect == "sqlite" and version_module is not None and not fake:
            await conn.execute_query("END")
            await conn.execute_query("BEGIN IMMEDIATE")  # From here on nobody else migrates; somebody may just have.
            if await self._is_applied(version_file):
                return
            for statement in statements(await import_py_module(version_module).upgrade(conn)):
                await conn.execute_query(statement)
            fake = True  # What is left to do is to record it.
        await super()._upgrade(conn, version_file, fake, version_module)

    async def _is_applied(self, version_file: str) -> bool:
        try:
            return bool(await Aerich.exists(version=version_file, app=self.app))
        except OperationalError:  # The first migration makes the table that would say so.
            return False


def statements(script: str) -> Iterator[str]:
    """A script's statements; a trigger, whose body holds statements of its own, is one."""
    statement = ""
    for piece in script.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \n\t;"):
                yield statement.strip()
            statement = ""
