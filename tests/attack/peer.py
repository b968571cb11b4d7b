"""One hostile connection: what it sent, what it was answered, and when it was closed. It asserts nothing."""

import asyncio
import re
import socket
import struct
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
LONGEST_STATUS = 13
POLL_SECONDS = 0.05
ESTABLISHED = 1
"""The system's number for a connection that neither side has closed (TCP_INFO)."""
SMALLEST_BUFFER = 1024
TINY_SEGMENT = 536
"""Loopback's own segments would mean a large buffer on the gateway's side."""


class Gone(Exception):
    """The other side has closed the connection."""


@dataclass
class Meeting:
    """What one connection met. Times are seconds from its opening; None: it never came."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    answered_after: float | None = None
    ended_after: float | None = None
    refused_connection: bool = False

    @property
    def met_after(self) -> float | None:
        """When it was first answered or closed."""
        times = [time for time in (self.answered_after, self.ended_after) if time is not None]
        return min(times, default=None)


class Peer(asyncio.Protocol):
    """Sends what it likes, and reads until it is asked to stop reading."""

    def __init__(self) -> None:
        self.meeting = Meeting()
        self.is_deaf = False
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._can_write = asyncio.Event()
        self._heard = asyncio.Event()
        self._ended = asyncio.Event()
        self._rest = b""
        self._is_socket = False
        self._has_hung_up = False
        self._awaited = 0
        self._transport: Any = None

    @classmethod
    async def connected(cls, port: int, address: str, *, small_buffer: bool = False) -> Self:
        """From this loopback address; a small buffer holds hardly anything unread. Raises OSError."""
        raw = socket.socket()
        if small_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST_BUFFER)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, TINY_SEGMENT)
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            raw.bind((address, 0))
            async with asyncio.timeout(10):
                await loop.sock_connect(raw, ("127.0.0.1", port))
        except BaseException:
            raw.close()
            raise
        _, peer = await loop.create_connection(cls, sock=raw)
        return peer

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._can_write.set()

    def data_received(self, data: bytes) -> None:
        if self.meeting.answered_after is None:
            self.meeting.answered_after = self._loop.time() - self._began
        self._heard.set()
        self._rest += data
        if self._is_socket:
            self._read_frames()
        else:
            self._read_statuses()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._has_hung_up:
            self.meeting.ended_after = self._loop.time() - self._began
        for event in (self._ended, self._can_write, self._heard):
            event.set()

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    async def send(self, data: bytes) -> None:
        """Returns once the system has taken nearly all of it. Raises Gone."""
        if self._ended.is_set() or self._transport.is_closing():
            raise Gone
        self._transport.write(data)
        self.meeting.sent += len(data)
        await self._can_write.wait()
        await asyncio.sleep(0)  # Else one peer that is never paused would keep all others from their turn.
        if self._ended.is_set():
            raise Gone

    async def flood(self, data: bytes, *, most: int | None = None) -> None:
        """The same again and again, without end or up to so many bytes. Raises Gone."""
        enough = None if most is None else self.meeting.sent + most
        while enough is None or self.meeting.sent < enough:
            await self.send(data)

    async def trickle(self, data: bytes, *, every: float) -> None:
        """Bit by bit, without end. Raises Gone."""
        while True:
            await self.send(data)
            await self.wait_until_ended(seconds=every)
            if self._ended.is_set():
                raise Gone

    async def answer(self, *, seconds: float = 10.0) -> None:
        """Wait for one more answer's status line, at most so long. Raises Gone."""
        self._awaited += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.meeting.statuses.total() < self._awaited and not self._ended.is_set():
                    self._heard.clear()
                    await self._heard.wait()
        if self._ended.is_set():
            raise Gone

    def stop_reading(self) -> None:
        """For ever."""
        self.is_deaf = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def becomes_socket(self) -> None:
        """From now on what is read are WebSocket frames."""
        self._is_socket = True
        self._rest = b""

    async def wait_until_ended(self, *, seconds: float) -> bool:
        """Whether the other side closed the connection within so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await (self._poll() if self.is_deaf else self._ended.wait())
        return self._ended.is_set()

    def hang_up(self) -> None:
        if not self._ended.is_set() and self._transport is not None:
            self._has_hung_up = True
            self._transport.abort()

    async def _poll(self) -> None:
        """Who reads nothing is not shown the end of the connection, and has to ask the system."""
        raw: socket.socket = self._transport.get_extra_info("socket")
        while not self._ended.is_set():
            if raw.fileno() < 0 or raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != ESTABLISHED:
                self.connection_lost(None)
                return
            await asyncio.sleep(POLL_SECONDS)

    def _read_statuses(self) -> None:
        for found in STATUS.finditer(self._rest):
            self.meeting.statuses[int(found[1])] += 1
        # What was counted must not be counted again, and a status may come in two pieces.
        end = max((found.end() for found in STATUS.finditer(self._rest)), default=0)
        self._rest = self._rest[max(end, len(self._rest) - LONGEST_STATUS) :]

    def _read_frames(self) -> None:
        while (frame := _cut(self._rest)) is not None:
            opcode, body, self._rest = frame
            if opcode == 8:
                self.meeting.codes[struct.unpack("!H", body[:2])[0] if len(body) >= 2 else 1005] += 1


def _cut(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Opcode and body of the first of a server's frames, and the rest; None when it is not all there yet."""
    if len(data) < 2:
        return None
    length, start = data[1] & 127, 2
    if length == 126:
        if len(data) < 4:
            return None
        length, start = struct.unpack("!H", data[2:4])[0], 4
    elif length == 127:
        if len(data) < 10:
            return None
        length, start = struct.unpack("!Q", data[2:10])[0], 10
    if len(data) < start + length:
        return None
    return data[0] & 15, data[start : start + length], data[start + length :]
