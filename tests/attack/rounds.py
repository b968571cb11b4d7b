"""Many peers of one kind at once: each comes again when it was closed, until the window is over."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.attack.arena import PROXY_ADDRESS
from tests.attack.kinds import Kind, Target
from tests.attack.peer import Gone, Meeting, Peer

ONE_ADDRESS = "127.0.9.1"
REST_SECONDS = 0.25
"""Between the end of a connection and the next one of the same peer."""


@dataclass
class Round:
    """What all connections of these peers met."""

    meetings: list[Meeting] = field(default_factory=list)
    unmet: int = 0
    """Connections that were neither answered nor closed, where either was owed, when their time was over."""
    began: float = 0.0
    ended: float = 0.0

    @property
    def sent(self) -> int:
        return sum(meeting.sent for meeting in self.meetings)

    @property
    def statuses(self) -> Counter[int]:
        return sum((meeting.statuses for meeting in self.meetings), Counter())

    @property
    def codes(self) -> Counter[int]:
        return sum((meeting.codes for meeting in self.meetings), Counter())

    @property
    def closed(self) -> int:
        return sum(meeting.ended_after is not None for meeting in self.meetings)

    @property
    def turned_away(self) -> int:
        return sum(meeting.refused_connection for meeting in self.meetings)

    @property
    def refused(self) -> int:
        """Refusals in words, closes, and connections that nobody took."""
        words = sum(number for status, number in self.statuses.items() if status >= 400)
        return words + self.closed + self.turned_away + self.codes.total()

    def slowest(self) -> float | None:
        """Seconds to the first answer or close, of the peer that waited longest."""
        return max((one.met_after for one in self.meetings if one.met_after is not None), default=None)

    def slowest_end(self) -> float | None:
        return max((one.ended_after for one in self.meetings if one.ended_after is not None), default=None)


def address_of(kind: Kind, number: int) -> str:
    match kind.addresses:
        case "one":
            return ONE_ADDRESS
        case "proxy":
            return PROXY_ADDRESS
        case "own":
            return f"127.0.{100 + number // 250}.{1 + number % 250}"


async def attack(
    kind: Kind, port: int, target: Target, *, peers: int, window: float, found: Round | None = None
) -> Round:
    """So many peers for so long; then each open connection is given what is left of the kind's time to end.

    `found` is filled in meanwhile, for whoever may not wait.
    """
    found = found or Round()
    found.began = time.monotonic()
    wave = _Wave(kind, port, target, found, found.began + window)
    await asyncio.gather(*(wave.peer(address_of(kind, number)) for number in range(peers * kind.times)))
    found.ended = time.monotonic()
    return found


@dataclass(frozen=True)
class _Wave:
    """Peers come again `until` then, by the system's monotonic time."""

    kind: Kind
    port: int
    target: Target
    found: Round
    until: float

    async def peer(self, address: str) -> None:
        while True:
            await self._connection(address)
            if time.monotonic() >= self.until:
                return
            await asyncio.sleep(REST_SECONDS)

    async def _connection(self, address: str) -> None:
        kind = self.kind
        try:
            peer = await Peer.connected(self.port, address, small_buffer=kind.small_buffer)
        except OSError:  # A timeout is one, too.
            self.found.meetings.append(Meeting(refused_connection=True))
            return
        self.found.meetings.append(peer.meeting)
        try:
            # Whoever need only be answered stops with the window; the others go on until they are closed.
            now = time.monotonic()
            end = self.until if kind.must == "answer" else max(self.until, now + kind.seconds)
            await self._play(peer, max(0.0, end - now))
            if kind.must == "answer" and peer.meeting.met_after is None:
                await peer.wait_until_ended(seconds=kind.seconds)
            owed = peer.meeting.ended_after if kind.must == "end" else peer.meeting.met_after
            self.found.unmet += owed is None
        finally:
            peer.hang_up()

    async def _play(self, peer: Peer, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.kind.script(peer, self.target)
                await peer.wait_until_ended(seconds=self.kind.seconds)
        except Gone:
            await peer.wait_until_ended(seconds=self.kind.seconds)  # It may be closed, and we not know it yet.
        except TimeoutError:
            pass
