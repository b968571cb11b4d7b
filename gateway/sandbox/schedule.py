"""What is due and when: session expiries and settlements. A heap and nothing more; what acts on it is `due_actions`."""

import heapq
import itertools
from enum import StrEnum


class Action(StrEnum):
    EXPIRE = "expire"
    SETTLE = "settle"


class Schedule:
    """At most one entry a session and action, so it is bounded by the store."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Action, str]] = []
        self._order = itertools.count()

    def add(self, action: Action, session_id: str, *, due: float) -> None:
        heapq.heappush(self._heap, (due, next(self._order), action, session_id))

    def take_due(self, now: float) -> tuple[Action, str] | None:
        """The earliest entry whose time has come, removed; None when nothing is due."""
        if not self._heap or self._heap[0][0] > now:
            return None
        _, _, action, session_id = heapq.heappop(self._heap)
        return action, session_id
