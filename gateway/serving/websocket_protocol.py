"""uvicorn's WebSocket protocol, whose peer must keep reading, answer pings, let us go, and send in moderation.

The library answers every ping and parses whatever it is given. Here a peer that sends more than its budget is not read
from for a moment, and is closed with 1008 when it goes on (`bounds.py` says how much that is).
"""

import asyncio
from random import uniform
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.protocol import State

from gateway.serving.config import ServingConfig
from gateway.serving.frame_budget import FrameBudget
from gateway.serving.intake import Intake
from gateway.serving.peers import Guarded

CLOSING_SECONDS = 3.0
SLICE_BYTES = 256
"""At most 42 empty frames."""
UNITS_A_MESSAGE = 16
"""What the application does with a message costs as much of a turn as so many frames."""
MOST_DISCARDED_BYTES = 256 * 1024
"""Of a peer that was closed: read and dropped, for an end at once would be a reset, before it has read why."""


class GuardedWebSocket(Guarded, WebSocketsSansIOProtocol):
    """Control frames and data frames count alike, and so do the messages of GraphQL within them."""

    config: ServingConfig
    _intake: Intake
    _budget: FrameBudget
    _pause: asyncio.TimerHandle | None = None
    _frames = 0
    _fragments = 0
    _messages_of_slice = 0
    _discarded_bytes: int | None = None
    """None until the peer was closed for sending too much."""

    def connection_made(self, transport: Any) -> None:
        self._intake = Intake(transport, self.config.turns, self._parse_slice, slice_bytes=SLICE_BYTES)
        self._budget = FrameBudget(self.config.bounds, self.loop.time)
        super().connection_made(self._intake)
        self.config.open_connections.busy(transport)

    def data_received(self, data: bytes) -> None:
        """The first data is the whole handshake; uvicorn says nothing to one that the library could not read."""
        if self._discarded_bytes is not None:
            self._discarded_bytes += len(data)
            if self._discarded_bytes > MOST_DISCARDED_BYTES:
                self.transport.abort()
        elif self.handshake_initiated:
            self._intake.received(data)
        else:
            super().data_received(data)
            if not self.handshake_initiated and not self.transport.is_closing():
                self.transport.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                self.transport.close()

    def _parse_slice(self, data: bytes) -> int:
        before, self._messages_of_slice = self._frames, 0
        super().data_received(data)
        frames = self._frames - before
        if self.transport.is_closing():
            self._intake.forget()
        elif self._fragments > self.config.bounds.most_fragments:
            self._close_for_sending_too_much("too many fragments")
        elif not self._budget.spend(frames, len(data)):
            if self._budget.is_exhausted:
                self._close_for_sending_too_much("too many frames")
            elif self._pause is None:
                self._intake.hold()
                # Each a little longer or shorter, or all who came together would come back together.
                seconds = self.config.bounds.pause_seconds * uniform(0.75, 1.25)  # noqa: S311
                self._pause = self.loop.call_later(seconds, self._end_pause)
        return frames + UNITS_A_MESSAGE * self._messages_of_slice

    def handle_events(self) -> None:
        self._frames += len(self.conn.events)
        super().handle_events()

    def handle_cont(self, event: Any) -> None:
        self._fragments += 1
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """uvicorn logs a traceback for text that is no UTF-8, so that anybody could fill the log."""
        self._fragments = 0
        self._messages_of_slice += 1
        if self.curr_msg_data_type != "text" or _is_text(b"".join(self.frames)):
            super().send_receive_event_to_app()
            return
        self.frames = []
        if self.conn.state is State.OPEN:
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()

    def pause_writing(self) -> None:
        """Pings of a peer that does not read the pongs are not read either."""
        super().pause_writing()
        self._intake.hold()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._pause is None:
            self._intake.release()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        super().shutdown()
        self._abort_in(CLOSING_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self._intake.forget()
        self.config.open_connections.closed(self._intake.transport)
        super().connection_lost(exc)

    def _end_pause(self) -> None:
        self._pause = None
        if self.writable.is_set():
            self._intake.release()

    def _close_for_sending_too_much(self, reason: str) -> None:
        self._intake.forget()
        self._discarded_bytes = 0
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": CloseCode.POLICY_VIOLATION, "reason": reason})
        self.close_sent = self.disconnected = True
        if self.conn.state is not State.OPEN:
            self.transport.abort()
            return
        self.conn.send_close(CloseCode.POLICY_VIOLATION, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_timer = self.loop.call_later(CLOSING_SECONDS, self.transport.abort)
        self.read_paused = False
        self._intake.resume_reading()


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
