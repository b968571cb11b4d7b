"""uvicorn's protocols, with an end for peers that stop reading.

uvicorn waits for ever for a peer that takes nothing off the wire: its transport stays paused, holds what was written,
and keeps a shutdown from ending (design/safety.md 4). Here a transport that has been paused too long is aborted, and
so is one whose ping went unanswered or that does not let a shutdown finish.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.protocol import State

PAUSED_SECONDS = 8.0
CLOSING_SECONDS = 3.0


class _Guarded(asyncio.Protocol):
    """Comes before uvicorn's class: starts the clock when writing is paused, and stops it when it goes on."""

    transport: asyncio.Transport
    _deadline: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._abort_in(PAUSED_SECONDS)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forgive()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forgive()
        super().connection_lost(exc)

    def _abort_in(self, seconds: float) -> None:
        self._forgive()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.transport.abort)

    def _forgive(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class GuardedHttp(_Guarded, HttpToolsProtocol):
    """An HTTP connection, event streams included, whose peer must keep reading."""


class GuardedWebSocket(_Guarded, WebSocketsSansIOProtocol):
    """A WebSocket whose peer must keep reading, answer pings and let us go."""

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


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
