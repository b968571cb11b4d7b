"""uvicorn's protocols, with an end for peers that stop reading, or never finish asking.

uvicorn waits for ever for a peer that takes nothing off the wire: its transport stays paused, holds what was written,
and keeps a shutdown from ending. Here a transport that has been paused too long is aborted, and
so is one whose ping went unanswered or that does not let a shutdown finish. Nor does uvicorn bound how long a request's
head may be or take, or answer a handshake that it cannot read.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.protocol import State

PAUSED_SECONDS = 8.0
MOST_PIPELINED = 16
"""Requests that wait for the answer to one before them; each takes kilobytes, and no client of today sends a second."""
CLOSING_SECONDS = 3.0
LINGERING = 1 / 6
"""For so much of the time that requests have to finish, a silent connection stays open at the end."""
HEAD_SECONDS = 10.0
LONGEST_HEAD_BYTES = 64 * 1024
"""Of one request, whenever it comes: behind an answer that never ends, too."""
MOST_AROUND_BODY_BYTES = 2 * 64 * 1024
AROUND_A_BYTE = 8
"""What may surround a chunked body: so much in all, and so much for each of its bytes (a chunk of one takes five)."""


class _Guarded(asyncio.Protocol):
    """Comes before uvicorn's class: writing is paused by the first byte that the system does not take, which starts a
    clock; while bytes go on being taken it is started again.
    """

    transport: asyncio.Transport
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._abort_unless_taken(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forgive()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forgive()
        super().connection_lost(exc)

    def _abort_in(self, seconds: float) -> None:
        self._forgive()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.transport.abort)

    def _abort_unless_taken(self, waiting_bytes: int) -> None:
        def judge() -> None:
            left = self.transport.get_write_buffer_size()
            if left < waiting_bytes:
                self._abort_unless_taken(left)
            else:
                self.transport.abort()

        self._forgive()
        self._deadline = asyncio.get_running_loop().call_later(PAUSED_SECONDS, judge)

    def _forgive(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class GuardedHttp(_Guarded, HttpToolsProtocol):
    """An HTTP connection, event streams included, whose peer must keep reading, and ask in short."""

    is_ending = False
    """The process is about to end."""
    _awaits_head = True
    _is_in_head = False
    _is_in_body = False
    _is_lingering = False
    _answering: Any = None
    _head_bytes = 0
    _body_bytes = 0
    _around_body_bytes = 0
    _head_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._start_clock()

    def data_received(self, data: bytes) -> None:
        before = self._body_bytes
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._is_in_body:
            self._around_body_bytes += len(data) - (self._body_bytes - before)
            if self._around_body_bytes > MOST_AROUND_BODY_BYTES + AROUND_A_BYTE * self._body_bytes:
                self._give_up(b"400 Bad Request")  # Trailers, chunk extensions, or chunks of next to nothing.
        elif self._awaits_head or self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD_BYTES:
                self._give_up(b"431 Request Header Fields Too Large")
            elif self._awaits_head and self._head_deadline is None:
                self._start_clock()

    def on_message_begin(self) -> None:
        self._is_in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """What comes after the body is a trailer: nobody needs one, and as a header it could forge an address."""
        if self._is_in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_body = False
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        self._awaits_head = self._is_in_head = False
        self._is_in_body = True
        self._head_bytes = self._body_bytes = self._around_body_bytes = 0
        self._stop_clock()
        super().on_headers_complete()
        if len(self.pipeline) > MOST_PIPELINED:
            raise ValueError("too many requests in one go")  # The parser stops, and uvicorn answers 400 and closes.
        if (self._is_lingering or self.is_ending) and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        self._awaits_head = not self.pipeline  # Else the head of the next request has been read already.
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        if self._is_lingering or self.is_ending:
            self._give_up(b"503 Service Unavailable")
        else:
            super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """A silent connection is closed a moment later: a request that is on its way would meet a reset, and a proxy
        must not send a POST twice. One that comes in time is answered, and is the last. A peer that reads nothing just
        now gets no more than the time of a closing WebSocket.
        """
        if self._is_silent():
            self._is_lingering = True
            seconds = LINGERING * (self.config.timeout_graceful_shutdown or 0)
            asyncio.get_running_loop().call_later(seconds, self._close_if_silent)
        else:
            super().shutdown()
        if self._deadline is not None:
            self._abort_in(CLOSING_SECONDS)

    def _is_silent(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_if_silent(self) -> None:
        if self._is_silent():
            self.transport.close()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        """uvicorn tells the request that came last; where several came in one go it is another that is answered."""
        self._stop_clock()
        super().connection_lost(exc)
        self.pipeline.clear()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()

    def _start_clock(self) -> None:
        loop = asyncio.get_running_loop()
        self._head_deadline = loop.call_later(HEAD_SECONDS, self._give_up, b"408 Request Timeout")

    def _stop_clock(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _give_up(self, status: bytes) -> None:
        self._stop_clock()
        if self._answering is None or self._answering.response_complete or not self._answering.response_started:
            _refuse(self.transport, status)
        else:
            self.transport.abort()  # An answer is under way: nothing can be said in the middle of it.


class GuardedWebSocket(_Guarded, WebSocketsSansIOProtocol):
    """A WebSocket whose peer must keep reading, answer pings and let us go."""

    def data_received(self, data: bytes) -> None:
        """The first data is the whole handshake; uvicorn says nothing to one that the library could not read."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            _refuse(self.transport, b"400 Bad Request")

    def send_receive_event_to_app(self) -> None:
        """uvicorn logs a traceback for text that is no UTF-8, so that any stranger could fill the log."""
        if self.curr_msg_data_type != "text" or _is_text(b"".join(self.frames)):
            super().send_receive_event_to_app()
            return
        self.frames = []
        if self.conn.state is State.OPEN:
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        super().shutdown()
        self._abort_in(CLOSING_SECONDS)


def announce_end(connections: Iterable[Any]) -> None:
    """The process is about to end. uvicorn says so at its next tick; until then, too, no connection becomes a socket,
    and every answer is the last."""
    for connection in connections:
        if isinstance(connection, GuardedHttp):
            connection.is_ending = True


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refuse(transport: asyncio.Transport, status: bytes) -> None:
    """Before there is a request that a door could answer."""
    transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    transport.close()
