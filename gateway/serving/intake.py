"""What is read from a connection reaches its parser in small slices, and connections take turns.

uvloop hands over up to 256 KiB at a time, which may be forty thousand frames. Parsed in one go they stop the loop for
everybody. Here a slice is parsed, then others get their turn; meanwhile nothing more is read from that connection.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Any

COST_A_TICK = 128
"""So many units, of about ten microseconds or a little more, may be parsed in one run of the loop; the rest waits."""


RUNS_A_HANDSHAKE = 3
"""While several wait to watch, one of them is let in so often: between two, whatever else is under way moves on."""
WEBSOCKET_HEADER = b"sec-websocket-key"


class Lane(IntEnum):
    """A short request, somebody who wants to watch, or somebody who has sent more than a slice."""

    SHORT = 0
    HANDSHAKE = 1
    LONG = 2


class Turns:
    """Shares one loop's time among all connections that have sent something.

    Short requests go before floods, and handshakes one at a time between them: an ordinary request waits neither behind
    a flood nor behind a hundred who were closed and come again, each of whom costs as much as several requests.
    """

    def __init__(self) -> None:
        self._lanes: tuple[deque[Intake], ...] = tuple(deque() for _ in Lane)
        self._left = COST_A_TICK
        self._until_handshake = 0
        """Runs of the loop."""
        self._is_scheduled = False

    def offer(self, intake: "Intake") -> None:
        """At once while this run of the loop has time left, else in turn."""
        if intake.is_waiting:
            return
        if self._left > 0 and self._has_way(intake.lane):
            self._take(intake)
        else:
            self._wait(intake)
        self._schedule()

    def queue(self, intake: "Intake") -> None:
        """In turn, and never at once: the caller is in the middle of something."""
        if not intake.is_waiting:
            self._wait(intake)
            self._schedule()

    def _run(self) -> None:
        self._is_scheduled = False
        self._left = COST_A_TICK
        self._until_handshake -= 1
        if self._lanes[Lane.HANDSHAKE] and self._until_handshake <= 0:
            self._take_first(self._lanes[Lane.HANDSHAKE])
        while self._left > 0 and (waiting := self._lanes[Lane.SHORT] or self._lanes[Lane.LONG]):
            self._take_first(waiting)
        if any(self._lanes):
            self._schedule()

    def _take_first(self, waiting: "deque[Intake]") -> None:
        intake = waiting.popleft()
        intake.is_waiting = False
        self._take(intake)

    def _has_way(self, lane: Lane) -> bool:
        """Nobody waits who goes before it."""
        if lane is Lane.HANDSHAKE:
            return not self._lanes[lane] and self._until_handshake <= 0
        return not self._lanes[Lane.SHORT] and (lane is Lane.SHORT or not self._lanes[lane])

    def _take(self, intake: "Intake") -> None:
        if intake.lane is Lane.HANDSHAKE:
            self._until_handshake = RUNS_A_HANDSHAKE
        self._left -= intake.parse_slice()
        if intake.has_more and not intake.is_waiting:
            self._wait(intake)

    def _wait(self, intake: "Intake") -> None:
        intake.is_waiting = True
        self._lanes[intake.lane].append(intake)

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._run)


class Intake:
    """Stands between a transport and uvicorn's protocol, which pauses and resumes it as if it were the transport.

    At most one read of the transport is kept. `parse` gets a slice and returns what it cost, in frames or the like.
    """

    def __init__(self, transport: Any, turns: Turns, parse: Callable[[bytes], int], *, slice_bytes: int) -> None:
        self.transport = transport
        self.is_waiting = False
        self._turns = turns
        self._parse = parse
        self._slice_bytes = slice_bytes
        self._pending = bytearray()
        self._is_paused = False
        self._is_held = False
        self.write = transport.write
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    @property
    def has_more(self) -> bool:
        """There is something to parse, and nobody asked to wait."""
        return bool(self._pending) and not (self._is_paused or self._is_held or self.is_closing())

    @property
    def lane(self) -> Lane:
        """While it waits nothing is read, so that this stays as it is."""
        if len(self._pending) > self._slice_bytes:
            return Lane.LONG
        return Lane.HANDSHAKE if WEBSOCKET_HEADER in self._pending.lower() else Lane.SHORT

    def received(self, data: bytes) -> None:
        self._pending += data
        if self.has_more:
            self._turns.offer(self)
        self._read_if_wanted()

    def parse_slice(self) -> int:
        if not self.has_more:
            return 0
        data = bytes(self._pending[: self._slice_bytes])
        del self._pending[: self._slice_bytes]
        cost = 1 + self._parse(data)
        self._read_if_wanted()
        return cost

    def pause_reading(self) -> None:
        self._is_paused = True
        self._read_if_wanted()

    def resume_reading(self) -> None:
        self._is_paused = False
        self._continue()

    def hold(self) -> None:
        """Like a pause, of our own; uvicorn's resumption does not end it."""
        self._is_held = True
        self._read_if_wanted()

    def release(self) -> None:
        self._is_held = False
        self._continue()

    def forget(self) -> None:
        """Nothing that was read is parsed any more."""
        self._pending.clear()

    def _continue(self) -> None:
        if self.has_more and not self.is_waiting:
            self._turns.queue(self)
        self._read_if_wanted()

    def _read_if_wanted(self) -> None:
        if self.is_closing():
            return
        if self._pending or self._is_paused or self._is_held:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()
