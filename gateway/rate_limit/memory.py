"""The in-process store of the limiter: a moving window per key, a bounded number of keys.

A call costs its own key alone; when there are too many keys the one unseen the longest makes room. It reads the
monotonic clock: whoever sets the wall clock neither frees nor locks out a caller.
"""

import time
from collections import OrderedDict, deque
from dataclasses import dataclass

MAX_KEYS = 50_000


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether the tokens were given, how many of the window are taken now, and the oldest one's age in seconds."""

    allowed: bool
    count: int
    oldest_seconds: float


class BoundedMemoryStorage:
    """Exact under concurrency: nothing here awaits, so nothing comes between looking and taking."""

    def __init__(self) -> None:
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()

    @property
    def is_shared(self) -> bool:
        """Whether others count in the same store just now."""
        return False

    async def close(self) -> None:
        """Nothing to close; a store that others share has connections."""

    async def take(self, key: str, limit: int, window_seconds: int, amount: int) -> Taken:
        """`amount` tokens, all or none."""
        now = time.monotonic()
        taken = self._window(key, now - window_seconds)
        allowed = len(taken) + amount <= limit
        if allowed:
            taken.extend([now] * amount)
        return Taken(allowed, len(taken), now - taken[0] if taken else 0.0)

    def give_back(self, key: str, amount: int) -> None:
        """The newest tokens, which somebody else would not let pass."""
        taken = self._taken.get(key, deque())
        for _ in range(min(amount, len(taken))):
            taken.pop()

    def _window(self, key: str, since: float) -> deque[float]:
        taken = self._taken.setdefault(key, deque())
        self._taken.move_to_end(key)
        while taken and taken[0] <= since:
            taken.popleft()
        if len(self._taken) > MAX_KEYS:
            self._taken.popitem(last=False)
        return taken
