"""How Redis is asked: few at once, for a moment at most, and while it is away not at all.

Redis only ever helps here, so nobody waits for it: after the first call that fails it counts as away, every later one
is refused at once, and a task of its own asks now and then whether it is back. An outage costs one moment, not one a
second.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from gateway.telemetry.logs import get_logger

Result = TypeVar("Result")

LOOK_SECONDS = 0.01
LOOKS = 20
"""A moment is so many looks at the wire, not a stretch of the clock: a loop that is busy with its own work looks
late, and what it has not yet read is no fault of Redis's. On an idle loop it is 0.2 s."""
PROBE_SECONDS = 0.5
AT_ONCE = 32
LONGEST_LINE_LOOKS = 200
"""Two seconds: a crowd that comes at once must find its turn, for whoever does not is counted by its process alone."""
REMEMBERED = 16

log = get_logger(__name__)


def one_retry() -> Retry:
    """For every client: a connection that died while it was idle is noticed by its next user, who takes a new one.

    uvloop says so with a RuntimeError, when the other side had reset it.
    """
    worth_it: Any = (exceptions.ConnectionError, exceptions.TimeoutError, OSError, RuntimeError)
    return Retry(NoBackoff(), 1, supported_errors=worth_it)


def never_again() -> Retry:
    """For a client whose user must know when its connection breaks."""
    return Retry(NoBackoff(), 0, supported_errors=())


async def close_in_time(client: Redis) -> None:
    """Its connections are closed, or left to the end of the process by a server that does not let go of them."""
    with suppress(exceptions.RedisError, OSError, TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS * LOOKS):
            await client.aclose(close_connection_pool=True)


class RedisAway(Exception):
    """There is no answer from Redis, and nothing is to wait for one."""


class RedisGuard:
    """`probe` is the cheapest call there is; `name` is what the log calls the user of this guard."""

    def __init__(self, name: str, probe: Callable[[], Awaitable[object]]) -> None:
        self._name = name
        self._probe = probe
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._looks: deque[int] = deque([0], maxlen=REMEMBERED)
        self._probing: asyncio.Task[None] | None = None

    @property
    def is_away(self) -> bool:
        return self._probing is not None

    async def ask(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Raises RedisAway. What waits for its turn when Redis goes away is refused with the rest.

        So is what would stand in line for too long because Redis lives and is slow. The quickest of the last answers
        says how slow it is: on a busy machine some are late, before a slow Redis all of them are.
        """
        if self._waiting * min(self._looks) > AT_ONCE * LONGEST_LINE_LOOKS:
            raise RedisAway
        self._waiting += 1
        try:
            async with self._turns:
                return await self._asked(call)
        finally:
            self._waiting -= 1

    async def _asked(self, call: Callable[[], Awaitable[Result]]) -> Result:
        if self.is_away:
            raise RedisAway
        try:
            answer, looks = await within_a_moment(call)
        except Exception as error:
            self._lost(error)
            raise RedisAway from error
        self._looks.append(looks)
        return answer

    async def close(self) -> None:
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)

    def _lost(self, error: BaseException) -> None:
        if self._probing is None:
            log.warning("Redis is away.", action="redis.away", user=self._name, error=repr(error))
            self._probing = asyncio.create_task(self._until_it_answers(), name=f"redis probe for {self._name}")

    async def _until_it_answers(self) -> None:
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            try:
                await within_a_moment(self._probe)
            except Exception:  # noqa: S112 (whatever it was was logged once; this task must not end before Redis is back)
                continue
            log.info("Redis is back.", action="redis.back", user=self._name)
            self._probing = None
            return


async def within_a_moment(call: Callable[[], Awaitable[Result]]) -> tuple[Result, int]:
    """The call's result, and how many looks were in vain. After a moment the call is cancelled: raises TimeoutError."""
    task = asyncio.ensure_future(call())
    try:
        for looks in range(LOOKS):
            done, _ = await asyncio.wait({task}, timeout=LOOK_SECONDS)
            if done:
                return task.result(), looks
    finally:
        if not task.done():
            task.cancel()  # Its connection is closed by the client, or it would read this answer as the next one's.
    raise TimeoutError
