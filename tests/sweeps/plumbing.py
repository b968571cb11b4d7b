"""Whether anything leaked: places, locks, connections, transactions, watchers."""

import time
from typing import Any

from tortoise import Tortoise

from gateway.engines.database_config import OPERATORS, POOL_SIZE, READERS
from gateway.telemetry.metrics import WATCHERS
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import execute
from tests.harness.waiting import eventually

ANSWER_SECONDS = 1.0


async def leaks(gateway: BareGateway) -> list[str]:
    """What is still held once everything has come to rest: nothing, when all is well."""
    database: Any = gateway.services.health._database
    hub: Any = gateway.services.payments._hub
    await eventually(lambda: not database._running and not WATCHERS._value.get())
    found = []
    if database._places._value != POOL_SIZE:
        found.append(f"{POOL_SIZE - database._places._value} places of the pool are lost")
    if hub._watched:
        found.append(f"{len(hub._watched)} payments are still watched")
    names = ("default", READERS, OPERATORS) if database.dialect == "sqlite" else ("default",)
    if database._reading._value != POOL_SIZE or database._operators.locked():
        found.append("places of those who read are lost")
    for name in names:
        found += _of_connection(Tortoise.get_connection(name))
    return found + await _answers(gateway)


def _of_connection(connection: Any) -> list[str]:
    if connection.capabilities.dialect == "sqlite":
        found = ["the lock is held"] if connection._lock.locked() else []
        return [*found, "a transaction is open"] if connection._connection._conn.in_transaction else found
    pool = connection._pool
    lost = pool.get_size() - pool.get_idle_size()
    return [f"{lost} connections never came back"] if lost else []


async def _answers(gateway: BareGateway) -> list[str]:
    """The gateway and an anonymous caller to it can both use the database, at once."""
    began = time.monotonic()
    readiness = await gateway.services.health.ready()
    await execute(gateway.settings.database_url, "UPDATE idempotency_key SET created_at = created_at")
    spent = time.monotonic() - began
    found = [] if readiness.ok else [f"not ready: {readiness.checks}"]
    return found if spent < ANSWER_SECONDS else [*found, f"the database took {spent:.1f} s to answer"]
