"""Whose call begins next when more have come than one process can work on: the caller's who has used least.

Without it calls are worked on in the order they came, and a hundred connections that ask without end put a hundred
calls before everyone's. It refuses nobody and limits no rate: who waits here is answered a moment later.

This is start-time fair queueing (P. Goyal, H. Vin, H. Cheng, 1996) with a small credit. The queue has a clock of its
own, of seconds used: a call's tag is what its caller has used by then, at most a little behind that clock, so that a
caller who was quiet goes first for a while, and nobody saves up more. The lowest tag begins next, and of equal ones
the newest, so that a hundred new callers at once hold up none that comes after them.
"""

import asyncio
import heapq
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from time import monotonic

AT_ONCE = 6
HOLD_SECONDS = 0.05
"""So long a call counts as work; after that it is waiting for somebody else (Stripe, a change) and holds up nobody."""
CALL_SECONDS = 0.002
"""What a call is taken to use at least."""
REFUSED_SECONDS = 0.02
"""What one that is refused is taken to use: nobody needs many of those, and refusing is what floods are made of."""
CREDIT_SECONDS = 0.1
MOST_CALLERS = 8192
"""Remembered; whoever has not called for longest is forgotten first, and is as new."""
LOOK_SECONDS = 0.002
"""How often the clock is looked at while somebody waits."""


class FairQueue:
    """For one event loop. A caller is whatever limits count by (`client_address`)."""

    def __init__(
        self, *, at_once: int = AT_ONCE, hold_seconds: float = HOLD_SECONDS, clock: Callable[[], float] = monotonic
    ) -> None:
        self._free = at_once
        self._hold_seconds = hold_seconds
        self._clock = clock
        self._working: OrderedDict[int, tuple[str, float]] = OrderedDict()
        """Caller and the time of its beginning, the oldest first."""
        self._waiting: dict[str, deque[tuple[int, asyncio.Future[None]]]] = {}
        """The calls of each caller who waits, the oldest first."""
        self._order: list[tuple[float, int, str]] = []
        """A heap with one entry for each of them: its tag, the oldest call's number as a negative, the caller."""
        self._used: OrderedDict[str, float] = OrderedDict()
        """By each caller, on the queue's clock; whoever called last comes last."""
        self._now = 0.0
        """The queue's clock: with nobody waiting it runs as any clock does, else as fast as callers are served."""
        self._looked_at = clock()
        self._began: tuple[str, float] | None = None
        """Whose call began last, and when; None once the loop has run since."""
        self._rests_until = 0.0
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[Callable[[], None]]:
        """Enter when it is this caller's turn: at once while there is nothing else to do.

        What is given ends the turn before the block does. A block that raises has refused the call.
        """
        number = next(self._numbers)
        self._run_clock()
        if not self._waiting and self._may_begin(caller):
            self._begin(number, caller)
        else:
            await self._wait(number, caller)
        try:
            yield partial(self._end, number)
        except Exception:
            self._used[caller] = self._used.get(caller, self._now) + REFUSED_SECONDS
            raise
        finally:
            self._end(number)

    async def _wait(self, number: int, caller: str) -> None:
        begins = asyncio.get_running_loop().create_future()
        if caller not in self._waiting:
            self._waiting[caller] = deque()
            heapq.heappush(self._order, (self._tag(caller), -number, caller))
        self._waiting[caller].append((number, begins))
        self._let_begin()
        try:
            await begins
        except asyncio.CancelledError:
            self._end(number)  # It may have begun in the same moment.
            raise

    def _run_clock(self) -> None:
        now = self._clock()
        if not self._waiting:
            self._now += now - self._looked_at
        self._looked_at = now

    def _tag(self, caller: str) -> float:
        return max(self._now - CREDIT_SECONDS, self._used.get(caller, self._now))

    def _may_begin(self, caller: str) -> bool:
        """One in each run of the loop. While calls of others are in progress, what begins rests as long as the last
        one kept the loop busy: a call has a hundred short steps, and none of them should wait for a long first one."""
        if not self._free or self._began is not None:
            return False
        if self._clock() >= self._rests_until:
            return True
        return all(working == caller for working, _ in self._working.values())

    def _begin(self, number: int, caller: str) -> None:
        began, tag = self._clock(), self._tag(caller)
        self._free -= 1
        self._now = max(self._now, tag)
        self._used[caller] = tag + CALL_SECONDS
        self._used.move_to_end(caller)
        while len(self._used) > MOST_CALLERS:
            self._used.popitem(last=False)
        self._working[number] = (caller, began)
        self._began = (caller, began)
        asyncio.get_running_loop().call_soon(self._has_begun)

    def _has_begun(self) -> None:
        """The loop comes here when the call waits for the first time, or has ended."""
        if self._began is not None:
            caller, began = self._began
            now = self._clock()
            self._rests_until = now + (now - began)
            if caller in self._used:
                self._used[caller] += max(0.0, now - began - CALL_SECONDS)
        self._began = None
        self._let_begin()

    def _end(self, number: int) -> None:
        """Also of a call that has ended before, for good reason or because its time was up."""
        if self._working.pop(number, None) is not None:
            self._free += 1
            self._let_begin()

    def _let_begin(self) -> None:
        while self._order and self._may_begin(self._order[0][2]):
            tag, _, caller = heapq.heappop(self._order)
            calls = self._waiting[caller]
            while calls and calls[0][1].done():  # Its caller has gone.
                calls.popleft()
            if not calls:
                del self._waiting[caller]
            elif tag < self._tag(caller):  # It has used more since.
                heapq.heappush(self._order, (self._tag(caller), -calls[0][0], caller))
            else:
                number, begins = calls.popleft()
                begins.set_result(None)
                self._begin(number, caller)
                heapq.heappush(self._order, (self._tag(caller), -number, caller))
        if self._order and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_at_clock)

    def _look_at_clock(self) -> None:
        """Calls whose time is up hold nobody up. It is looked at only while somebody waits."""
        self._timer = None
        while self._working:
            number, (_, began) = next(iter(self._working.items()))
            if self._clock() < began + self._hold_seconds:
                break
            self._end(number)
        self._let_begin()
