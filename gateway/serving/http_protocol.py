"""uvicorn's HTTP protocol, with a bound on everything that comes before there is a request.

uvicorn bounds neither a request's head nor what surrounds its body, and drops the body of a request that offers another
protocol. Refusals made here have no envelope: no request was understood.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.serving.config import ServingConfig
from gateway.serving.connections import Place
from gateway.serving.intake import Intake
from gateway.serving.old_http import UntilClosed
from gateway.serving.peers import Guarded

MOST_PIPELINED = 16
"""Requests that wait for the answer to one before them; each takes kilobytes, and no client of today sends a second."""
CLOSING_SECONDS = 3.0
LINGERING = 1 / 6
"""For so much of the time that requests have to finish, a silent connection stays open at the end."""
HEAD_SECONDS = 10.0
LONGEST_HEAD_BYTES = 64 * 1024
"""Of one request, whenever it comes: behind an answer that never ends, too."""
MOST_HEADERS = 128
MOST_AROUND_BODY_BYTES = 32 * 1024
BODY_BYTES_A_BYTE_AROUND = 8
"""What may surround a chunked body: so much in all, and one more byte for so many of its own."""
MOST_UNREAD_BYTES = 256 * 1024
"""Of a body that nobody reads any more, because it was answered before its end, or refused."""
DROPPING_SECONDS = 1.0
SLICE_BYTES = 2048
BYTES_A_UNIT = 256
PIECES_A_UNIT = 2
UNITS_A_REQUEST = 16
UNITS_A_HANDSHAKE = 64
"""So many bytes, or chunks of a body, cost as much of a turn as one WebSocket frame; a request costs that of many."""
PROBES = frozenset({b"/healthz", b"/readyz"})

BAD_REQUEST = b"400 Bad Request"
REQUEST_TIMEOUT = b"408 Request Timeout"
HEAD_TOO_LARGE = b"431 Request Header Fields Too Large"
UNAVAILABLE = b"503 Service Unavailable"


class GuardedHttp(Guarded, HttpToolsProtocol):
    """An HTTP connection, event streams included, whose peer must keep reading, and ask in short."""

    config: ServingConfig
    is_ending = False  # The process is about to end.
    _intake: Intake
    _is_spare = False
    _awaits_head = True
    _is_in_head = False
    _is_in_body = False
    _is_upgrade_ignored = False
    _is_lingering = False
    _answering: Any = None
    _heads_begun = 0
    _head_bytes = 0
    _headers_bytes = 0
    _body_bytes = 0
    _body_bytes_of_slice = 0
    _pieces_of_slice = 0
    _around_body_bytes = 0
    _refusal = BAD_REQUEST
    _dropped_bytes: int | None = None  # Until the connection was refused.
    _head_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        self._intake = Intake(transport, self.config.turns, self._parse_slice, slice_bytes=SLICE_BYTES)
        super().connection_made(self._intake)
        place = self.config.open_connections.opened(transport, self.client[0] if self.client else None)
        self._is_spare = place is Place.SPARE
        if place is Place.NONE:
            transport.abort()
        else:
            self._start_clock()

    def data_received(self, data: bytes) -> None:
        if self._dropped_bytes is None:
            self._intake.received(data)
            return
        self._dropped_bytes += len(data)
        if self._dropped_bytes > MOST_UNREAD_BYTES:
            self.transport.abort()

    def _parse_slice(self, data: bytes) -> int:
        heads_begun, was_in_body = self._heads_begun, self._is_in_body
        self._body_bytes_of_slice = self._pieces_of_slice = 0
        self._parse(data)
        if self.transport.is_closing() or self._dropped_bytes is not None:
            self._intake.forget()
        elif self._is_in_body:
            self._count_around_body(len(data) - self._body_bytes_of_slice)
        elif self._is_in_head or (self._heads_begun == heads_begun and not was_in_body):
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD_BYTES:
                self._give_up(HEAD_TOO_LARGE)
            elif self._awaits_head and self._head_deadline is None:
                self._start_clock()
        units = len(data) // BYTES_A_UNIT + self._pieces_of_slice // PIECES_A_UNIT
        units += UNITS_A_REQUEST * (self._heads_begun - heads_begun)
        return units + UNITS_A_HANDSHAKE * (not isinstance(self.transport, Intake))

    def _parse(self, data: bytes) -> None:
        """As uvicorn's `data_received`, but an upgrade to anything else than WebSocket is as if it had not been asked
        for: what follows its head is its body, and then other requests."""
        self._unset_keepalive_if_required()
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                if self._should_upgrade():
                    self.handle_websocket_upgrade()
                    return
                data = data[upgrade.args[0] :]
            except httptools.HttpParserError:
                self._give_up(self._refusal)
                return
            try:
                self._read_again_without_upgrade()
            except (httptools.HttpParserError, httptools.HttpParserUpgrade):
                self._give_up(self._refusal)
                return

    def _read_again_without_upgrade(self) -> None:
        """The parser has taken the end of the head for the end of the request; another one gets a head that offers
        nothing, and goes on from there."""
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + self.parser.get_http_version().encode()]
        lines += [name + b": " + value for name, value in self.headers if name not in {b"upgrade", b"http2-settings"}]
        self._is_upgrade_ignored = False
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.parser.feed_data(b"\r\n".join(lines) + b"\r\n\r\n")

    def _count_around_body(self, count_bytes: int) -> None:
        self._around_body_bytes += count_bytes
        most = MOST_AROUND_BODY_BYTES + self._body_bytes // BODY_BYTES_A_BYTE_AROUND
        if self._around_body_bytes > most:
            self._give_up(BAD_REQUEST)  # Trailers, chunk extensions, or chunks of next to nothing.
        elif self._body_bytes > MOST_UNREAD_BYTES and self._is_silent():
            self.transport.abort()

    def on_message_begin(self) -> None:
        self._is_in_head = True
        self._heads_begun += 1
        self._headers_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """What comes after the body is a trailer: nobody needs one, and as a header it could forge an address."""
        if self._is_in_head:
            self._count_head(len(name) + len(value))
            if len(self.headers) >= MOST_HEADERS:
                self._refusal = HEAD_TOO_LARGE
                raise ValueError("too many headers")
            super().on_header(name, value)

    def _count_head(self, count_bytes: int) -> None:
        """However few slices it came in. What is raised stops the parser, and becomes the refusal."""
        self._headers_bytes += count_bytes
        if self._headers_bytes > LONGEST_HEAD_BYTES:
            self._refusal = HEAD_TOO_LARGE
            raise ValueError("the head is too long")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._body_bytes_of_slice += len(body)
        self._pieces_of_slice += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._is_upgrade_ignored:
            return
        self._is_in_body = False
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        if self.parser.get_method() == b"CONNECT":
            raise ValueError("no proxy")
        if self.parser.should_upgrade() and not self._should_upgrade():
            self._is_upgrade_ignored = True
            return
        if self._is_spare and self.url.partition(b"?")[0] not in PROBES:
            self._refusal = UNAVAILABLE
            raise ValueError("only health is answered while there are too many connections")
        self._awaits_head = self._is_in_head = False
        self._is_in_body = True
        self._head_bytes = self._body_bytes = self._around_body_bytes = 0
        self._stop_clock()
        super().on_headers_complete()
        if len(self.pipeline) > MOST_PIPELINED:
            raise ValueError("too many requests in one go")
        if (self._is_lingering or self.is_ending) and self.cycle is not None:
            self.cycle.keep_alive = False
        self.config.open_connections.busy(self._intake.transport)

    def on_response_complete(self) -> None:
        self._awaits_head = not self.pipeline  # Else the head of the next request has been read already.
        if not self.pipeline:
            self.config.open_connections.idle(self._intake.transport)
            if self._is_in_body and self._head_deadline is None:
                self._start_clock()  # The rest of a body that nobody reads.
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        if self._is_lingering or self.is_ending or self._is_spare:
            self._give_up(UNAVAILABLE)
            return
        if not self._is_silent():  # The next protocol would talk into an answer that is under way.
            self._give_up(BAD_REQUEST)
            return
        self._stop_clock()
        self._intake.forget()
        self.transport = self._intake.transport  # The next protocol has an intake of its own.
        super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """A silent connection is closed a moment later: a request on its way would meet a reset, and no proxy may send
        a POST twice. One that comes in time is the last. A peer that reads nothing gets a closing WebSocket's time."""
        seconds = LINGERING * (self.config.timeout_graceful_shutdown or 0)
        if self._is_silent():
            self._is_lingering = True
            asyncio.get_running_loop().call_later(seconds, self._close_if_silent)
        else:
            super().shutdown()
            asyncio.get_running_loop().call_later(seconds, self._refuse_unless_read)
        if self._deadline is not None:
            self._abort_in(CLOSING_SECONDS)

    def _refuse_unless_read(self) -> None:
        """A body that is still on its way would hold up the end for as long as it likes."""
        if self._is_in_body and self._dropped_bytes is None and self._answering is self.cycle:
            self._give_up(UNAVAILABLE)

    def _is_silent(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_if_silent(self) -> None:
        if self._is_silent():
            self.transport.close()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        UntilClosed.take_over(cycle)
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        self._intake.forget()
        self.config.open_connections.closed(self._intake.transport)
        super().connection_lost(exc)
        self._forget_requests()

    def _start_clock(self) -> None:
        self._head_deadline = asyncio.get_running_loop().call_later(HEAD_SECONDS, self._give_up, REQUEST_TIMEOUT)

    def _stop_clock(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _give_up(self, status: bytes) -> None:
        """Refuses, and drops what comes for a moment: an end at once would be a reset, before the peer has read why."""
        self._stop_clock()
        if self.transport.is_closing():
            return
        if self._answering is not None and self._answering.response_started and not self._answering.response_complete:
            self.transport.abort()  # An answer is under way: nothing can be said in the middle of it.
            return
        self._dropped_bytes = 0
        self._forget_requests()
        self._intake.forget()
        self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.write_eof()
        self._intake.resume_reading()
        asyncio.get_running_loop().call_later(DROPPING_SECONDS, self.transport.close)

    def _forget_requests(self) -> None:
        """uvicorn tells the request that came last; where several came in one go it is another that is answered."""
        self.pipeline.clear()
        if (answering := self._answering) is not None and not answering.response_complete:
            answering.disconnected, answering.waiting_for_100_continue = True, False
            answering.message_event.set()


def announce_end(connections: Iterable[Any]) -> None:
    """The process is about to end: no connection becomes a WebSocket any more, and every answer is the last."""
    for connection in connections:
        if isinstance(connection, GuardedHttp):
            connection.is_ending = True
