"""The one way a test waits: for a condition, up to a deadline that says what did not come true."""

import asyncio
from collections.abc import Awaitable, Callable

PAUSE_SECONDS = 0.005
SECONDS = 20.0


async def eventually(
    holds: Callable[[], bool] | Callable[[], Awaitable[bool]],
    *,
    seconds: float = SECONDS,
    what: str = "the condition holds",
    every: float = PAUSE_SECONDS,
) -> None:
    """Raises AssertionError when it does not hold within so many seconds. The pause lets servers in this loop run."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = holds()
        if answer if isinstance(answer, bool) else await answer:
            return
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        await asyncio.sleep(every)
