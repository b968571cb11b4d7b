"""How many frames and bytes one WebSocket may still send: a bucket of each, refilled by the second."""

from collections.abc import Callable

from gateway.serving.bounds import Bounds


class FrameBudget:
    """`clock` gives seconds and never goes back."""

    def __init__(self, bounds: Bounds, clock: Callable[[], float]) -> None:
        self._bounds = bounds
        self._clock = clock
        self._at = clock()
        self._frames = float(bounds.frames_at_once)
        self._bytes = float(bounds.bytes_at_once)
        self._pauses = 0

    def spend(self, frames: int, count_bytes: int) -> bool:
        """Whether the peer may go on at once; when not, one more pause is counted."""
        self._refill()
        self._frames -= frames
        self._bytes -= count_bytes
        if self._frames > 0 and self._bytes > 0:
            return True
        self._pauses += 1
        return False

    @property
    def is_exhausted(self) -> bool:
        """The peer was paused as often in a row as it may be, and went on."""
        return self._pauses > self._bounds.most_pauses

    def _refill(self) -> None:
        now = self._clock()
        passed, self._at = now - self._at, now
        most_frames, most_bytes = self._bounds.frames_at_once, self._bounds.bytes_at_once
        self._frames = min(most_frames, self._frames + passed * self._bounds.frames_a_second)
        self._bytes = min(most_bytes, self._bytes + passed * self._bounds.bytes_a_second)
        if 2 * self._frames >= most_frames and 2 * self._bytes >= most_bytes:
            self._pauses = 0
