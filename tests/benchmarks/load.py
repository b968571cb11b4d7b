"""Requests over kept connections, and what they cost the server: its processor time, by the system's own clock."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.fuzz.wire import read_answer

CONNECTIONS = 16


@dataclass
class Side:
    """One server in a comparison. `requests` gives whole requests as bytes, without end."""

    name: str
    port: int
    pid: int
    requests: Iterator[bytes]
    microseconds: list[float] = field(default_factory=list)
    """Of processor time for each request, by round."""
    per_second: list[float] = field(default_factory=list)

    async def round(self, count: int) -> None:
        """So many requests. Raises AssertionError for an answer that is not 200."""
        processor, clock = self._processor_seconds(), time.perf_counter()
        shares = [count // CONNECTIONS] * CONNECTIONS
        await asyncio.gather(*(self._lane(share) for share in shares))
        self.microseconds.append((self._processor_seconds() - processor) / sum(shares) * 1e6)
        self.per_second.append(sum(shares) / (time.perf_counter() - clock))

    @property
    def cost(self) -> float:
        """Microseconds a request, the median of the rounds."""
        return statistics.median(self.microseconds)

    @property
    def rate(self) -> float:
        return statistics.median(self.per_second)

    async def _lane(self, count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for _ in range(count):
            writer.write(next(self.requests))
            answer, _keeps = await read_answer(reader)
            assert answer.status == 200, (self.name, answer)
        writer.close()
        await writer.wait_closed()

    def _processor_seconds(self) -> float:
        return time.clock_gettime(((~self.pid) << 3) | 2)


async def compare(sides: Sequence[Side], *, rounds: int, count: int) -> None:
    """In turn, so that whatever else the machine does meets all of them alike. The first round warms up."""
    for number in range(rounds + 1):
        for side in sides:
            await side.round(count)
            if number == 0:
                side.microseconds.clear()
                side.per_second.clear()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n".encode()


def post(path: str, body: bytes, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body
