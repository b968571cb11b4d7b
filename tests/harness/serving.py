"""An application on a real uvicorn in the test's own process, and the port it answers on."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from tests.harness.waiting import eventually


@asynccontextmanager
async def served(app: Any, taken: socket.socket | None = None, *, lifespan: bool = False) -> AsyncIterator[str]:
    """Its url. `taken` is closed at the end; without one a free port is taken.

    uvicorn says nothing: broken connections are what many of these tests are about.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    taken = taken or free_socket()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        lifespan="on" if lifespan else "off",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[taken]))
    await eventually(lambda: server.started or task.done(), what="the server starts")
    try:
        yield url_of(taken)
    finally:
        server.should_exit = True
        await task
        taken.close()


def free_socket() -> socket.socket:
    """A free loopback port. Named as TCP, or asyncio leaves Nagle on and each answer waits 40 ms."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.bind(("127.0.0.1", 0))
    return taken


def url_of(taken: socket.socket) -> str:
    return f"http://127.0.0.1:{taken.getsockname()[1]}"
