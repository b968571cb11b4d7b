"""The in-process store of the limiter: a moving window per key, a bounded number of keys.

A call costs its own key alone. Keys whose window is empty again are forgotten, a few with each call; when there are too
many keys all the same, the one unseen the longest makes room. It reads the monotonic clock: whoever sets the wall
clock neither frees nor locks out a caller.
"""

import time
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field

MAX_KEYS = 50_000
FORGOTTEN_AT_ONCE = 2
"""More than one, so that keys go faster than they come."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether the tokens were given, how many of the window are taken now, and the oldest one's age in seconds."""

    allowed: bool
    count: int
    oldest_seconds: float


@dataclass(slots=True)
class _Window:
    """`taken` are the times of its tokens, the oldest first."""

    seconds: int
    taken: list[float] = field(default_factory=list)

    def is_over(self, now: float) -> bool:
        return not self.taken or self.taken[-1] <= now - self.seconds


class BoundedMemoryStorage:
    """Exact under concurrency: nothing here awaits, so nothing comes between looking and taking."""

    def __init__(self) -> None:
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        """Whoever called last comes last."""

    @property
    def is_shared(self) -> bool:
        """Whether others count in the same store just now."""
        return False

    async def close(self) -> None:
        """Nothing to close; a store that others share has connections."""

    async def take(self, key: str, limit: int, window_seconds: int, amount: int) -> Taken:
        """`amount` tokens, all or none."""
        now = time.monotonic()
        taken = self._current(key, window_seconds, now)
        allowed = len(taken) + amount <= limit
        if allowed:
            taken.extend([now] * amount)
        return Taken(allowed, len(taken), now - taken[0] if taken else 0.0)

    def give_back(self, key: str, amount: int) -> None:
        """The newest tokens, which somebody else would not let pass."""
        window = self._windows.get(key)
        if window is not None:
            del window.taken[max(0, len(window.taken) - amount) :]

    def _current(self, key: str, seconds: int, now: float) -> list[float]:
        """The tokens of this key that still count."""
        window = self._windows.setdefault(key, _Window(seconds))
        self._windows.move_to_end(key)
        window.seconds = seconds
        del window.taken[: bisect_right(window.taken, now - seconds)]
        self._forget(now)
        return window.taken

    def _forget(self, now: float) -> None:
        for _ in range(FORGOTTEN_AT_ONCE):
            key, window = next(iter(self._windows.items()))
            if len(self._windows) <= MAX_KEYS and (len(self._windows) == 1 or not window.is_over(now)):
                return
            del self._windows[key]
