"""An application on a real uvicorn in the test's own process, and the port it answers on."""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from tests.harness.waiting import eventually

GRACE_SECONDS = 1.0


@asynccontextmanager
async def served(app: Any, taken: socket.socket | None = None, *, lifespan: bool = False) -> AsyncIterator[str]:
    """Its url. `taken` is closed at the end; without one a free port is taken.

    uvicorn says nothing: broken connections are what many of these tests are about.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    taken = taken or free_socket()
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on" if lifespan else "off")
    server = _Server(config)
    await server.begin(taken)
    try:
        yield url_of(taken)
    finally:
        await server.end()
        taken.close()


class _Server(uvicorn.Server):
    """Begins and ends when asked to. uvicorn looks for the end ten times a second: most of what a short test takes."""

    async def begin(self, taken: socket.socket) -> None:
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup(sockets=[taken])
        await self.on_tick(0)  # Makes the Date header.

    async def end(self) -> None:
        """What is still in progress gets a second, then it is canceled."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            await eventually(self._is_idle, seconds=GRACE_SECONDS, what="every call has ended")
        except AssertionError:
            for task in self.server_state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

    def _is_idle(self) -> bool:
        return not (self.server_state.connections or self.server_state.tasks)


def free_socket() -> socket.socket:
    """A free loopback port. Named as TCP, or asyncio leaves Nagle on and each answer waits 40 ms."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.bind(("127.0.0.1", 0))
    return taken


def url_of(taken: socket.socket) -> str:
    return f"http://127.0.0.1:{taken.getsockname()[1]}"
