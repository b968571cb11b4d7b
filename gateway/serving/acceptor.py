"""Accepts connections, a few at a time and only while there is room for them.

An event loop's own server takes whatever is waiting in one go: two thousand connections may use up the descriptors
before the first of them is seen by a protocol. Here what finds no room stays with the system, which keeps a queue.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from gateway.serving.connections import Connections
from gateway.telemetry.logs import get_logger

AT_ONCE = 8
"""In one run of the loop. What is closed to make room is gone in the next one."""
WAIT_SECONDS = 0.05
"""Before looking again whether there is room."""
BACKLOG = 2048

log = get_logger(__name__)


class Acceptor:
    """In the place of an event loop's server: uvicorn closes it and waits for it."""

    def __init__(
        self, listener: socket.socket, make_protocol: Callable[[], asyncio.Protocol], connections: Connections
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._make_protocol = make_protocol
        self._connections = connections
        self._connecting: set[asyncio.Task[Any]] = set()
        self._waiting: asyncio.TimerHandle | None = None
        self._has_reported = False
        listener.setblocking(False)
        listener.listen(BACKLOG)
        self._loop.add_reader(listener, self._accept)

    def close(self) -> None:
        if self._listener.fileno() == -1:
            return
        self._loop.remove_reader(self._listener)
        if self._waiting is not None:
            self._waiting.cancel()
        self._listener.close()

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._connecting, return_exceptions=True)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            if not self._connections.has_room(len(self._connecting)):
                self._wait()
                return
            try:
                accepted, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # No descriptor is free, although some are reserved.
                self._report(error)
                self._wait()
                return
            accepted.setblocking(False)
            task = self._loop.create_task(self._connect(accepted))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    async def _connect(self, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._make_protocol, accepted)
        except OSError:  # The peer is gone already.
            accepted.close()

    def _wait(self) -> None:
        self._loop.remove_reader(self._listener)
        self._waiting = self._loop.call_later(WAIT_SECONDS, self._resume)

    def _resume(self) -> None:
        self._waiting = None
        self._loop.add_reader(self._listener, self._accept)

    def _report(self, error: OSError) -> None:
        """Once: a flood must not become a flood of lines."""
        if not self._has_reported:
            self._has_reported = True
            log.warning("A connection cannot be accepted.", action="serve.cannot_accept", reason=error.strerror)
