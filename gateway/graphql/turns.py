"""How many operations may begin in one turn of the event loop, so that a crowd of them holds up nobody else.

An operation costs up to a few milliseconds of processor time before its first wait. Three hundred that arrive at once
would all begin in one turn, and a status read or a webhook would wait for every one of them; taking turns it waits for
a few. Nothing is held while an operation waits for the database or for Stripe.
"""

import asyncio
from collections import deque

AT_ONCE = 2


class Turns:
    """First come, first served. For one event loop."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._left = at_once
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Returns when the operation may begin: at once, unless others have begun in this turn."""
        if self._left == self._at_once:
            asyncio.get_running_loop().call_soon(self._next)
        if self._left > 0:
            self._left -= 1
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    def _next(self) -> None:
        """A new turn: those who waited longest come first."""
        self._left = self._at_once
        while self._waiting and self._left > 0:
            waiting = self._waiting.popleft()
            if not waiting.done():  # Else its caller has gone.
                waiting.set_result(None)
                self._left -= 1
        if self._left < self._at_once:
            asyncio.get_running_loop().call_soon(self._next)
