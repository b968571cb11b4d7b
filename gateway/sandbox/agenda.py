"""What is due and when: session expiries and settlements. A heap and nothing more; who acts on it is `clockwork`."""

import heapq
import itertools
from enum import StrEnum


class Deed(StrEnum):
    EXPIRE = "expire"
    SETTLE = "settle"


class Agenda:
    """At most one entry a session and deed, so it is bounded by the store."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deed, str]] = []
        self._order = itertools.count()

    def add(self, deed: Deed, session_id: str, *, due: float) -> None:
        heapq.heappush(self._heap, (due, next(self._order), deed, session_id))

    def take_due(self, now: float) -> tuple[Deed, str] | None:
        """The earliest entry whose time has come, removed; None when nothing is due."""
        if not self._heap or self._heap[0][0] > now:
            return None
        _, _, deed, session_id = heapq.heappop(self._heap)
        return deed, session_id
