"""A gateway that can be killed: its tasks stop where they are, its connections break, nothing is finished or published.

The process lives on, so this is a crash at the level of tasks; `tests.kill_loop` kills real processes.
"""

import asyncio
import contextvars
import weakref
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tortoise import Tortoise

from tests.harness.bare_gateway import BareGateway, open_gateway
from tests.harness.stripe_account import Desk
from tests.harness.stripe_front import StripeFront

Result = TypeVar("Result")

_INSIDE: contextvars.ContextVar[bool] = contextvars.ContextVar("inside", default=False)


class Mortal:
    """Opens the gateway on a database, runs calls inside it, kills it, opens it again."""

    def __init__(self, database_url: str, scratch: Path, side: tuple[StripeFront, Desk]) -> None:
        self._arguments = (database_url, scratch, side)
        self._tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self._opening: Any = None
        self.gateway: BareGateway

    async def open(self) -> None:
        asyncio.get_running_loop().set_task_factory(self._make_task)
        self._opening = open_gateway(*self._arguments)
        self.gateway = await self.spawn(self._opening.__aenter__())

    def spawn(self, call: Coroutine[Any, Any, Result]) -> "asyncio.Task[Result]":
        """A task that dies with the gateway, and so does every task it starts."""
        token = _INSIDE.set(True)
        try:
            return asyncio.create_task(call)
        finally:
            _INSIDE.reset(token)

    async def kill(self) -> None:
        """At once, wherever its tasks are: inside a transaction, between Stripe's answer and the commit."""
        doomed = [task for task in self._tasks if not task.done()]
        for task in doomed:
            task.cancel()
        self.gateway.front.release()
        await asyncio.gather(*doomed, return_exceptions=True)
        await self._break_connection()
        with suppress(BaseException):
            await self._opening.__aexit__(None, None, None)

    async def close(self) -> None:
        await self._opening.__aexit__(None, None, None)
        asyncio.get_running_loop().set_task_factory(None)

    async def _break_connection(self) -> None:
        """SQLite undoes what was not committed when the last owner of the file is gone."""
        client: Any = Tortoise.get_connection("default")
        if client._connection is not None:
            await client._connection.close()
            client._connection = None

    def _make_task(self, loop: asyncio.AbstractEventLoop, call: Any, **options: Any) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(call, loop=loop, **options)
        if _INSIDE.get():
            self._tasks.add(task)
        return task
