"""What both protocols do with a peer that stops reading: its transport is aborted after a while.

uvicorn waits forever for such a peer: its transport stays paused, holds what was written, and keeps a shutdown from
ending.
"""

import asyncio
from typing import Any

PAUSED_SECONDS = 8.0


class Guarded(asyncio.Protocol):
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
