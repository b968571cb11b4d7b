"""The limiter's promises over every store there is: exactly the limit, all tokens or none, each client for itself."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest
from limits import parse

from gateway.rate_limit.limiter import Limiter
from gateway.rate_limit.memory import BoundedMemoryStorage
from gateway.rate_limit.shared import SharedStorage
from tests.harness.engines import Redis, running_redis

MakeLimiter = Callable[[str], Limiter]


@pytest.fixture(params=["memory", "redis", "redis over a socket"])
async def make_limiter(request: pytest.FixtureRequest, redis: Redis) -> AsyncIterator[MakeLimiter]:
    urls = {"redis": redis.url, "redis over a socket": redis.socket_url}
    made = []

    def make(limit: str) -> Limiter:
        storage = SharedStorage(urls[request.param]) if request.param in urls else BoundedMemoryStorage()
        made.append(Limiter(limit, storage))
        return made[-1]

    yield make
    for limiter in made:
        await limiter.close()


def _somebody() -> str:
    return uuid4().hex


async def test_of_many_at_once_exactly_the_limit_pass(make_limiter: MakeLimiter) -> None:
    limiter, client = make_limiter("20/minute"), _somebody()
    answers = await asyncio.gather(*(limiter.hit(client, 1) for _ in range(60)))
    assert sum(allowed for allowed, _ in answers) == 20


async def test_tokens_are_taken_all_or_none_and_the_window_says_what_is_left(make_limiter: MakeLimiter) -> None:
    limiter, client = make_limiter("10/minute"), _somebody()
    allowed, window = await limiter.hit(client, 7)
    assert (allowed, window.limit, window.remaining) == (True, 10, 3)
    allowed, window = await limiter.hit(client, 4)
    assert (allowed, window.remaining) == (False, 3)
    assert 50 <= window.reset_seconds <= 60
    allowed, window = await limiter.hit(client, 3)
    assert (allowed, window.remaining) == (True, 0)


async def test_one_client_does_not_use_up_what_is_anothers(make_limiter: MakeLimiter) -> None:
    limiter = make_limiter("1/minute")
    assert [(await limiter.hit(_somebody(), 1))[0] for _ in range(3)] == [True, True, True]


async def test_a_token_comes_back_when_its_call_leaves_the_window(make_limiter: MakeLimiter) -> None:
    limiter, client = make_limiter("1/second"), _somebody()
    assert (await limiter.hit(client, 1))[0]
    async with asyncio.timeout(5):
        while not (await limiter.hit(client, 1))[0]:  # noqa: ASYNC110 (only the clock tells)
            await asyncio.sleep(0.05)


async def test_an_outage_neither_begins_nor_ends_with_a_limit_of_its_own(tmp_path: Path) -> None:
    with running_redis(tmp_path) as redis:
        limiter, client = Limiter("20/minute", SharedStorage(redis.url)), _somebody()

        async def passed(count: int) -> int:
            return sum(allowed for allowed, _ in await asyncio.gather(*(limiter.hit(client, 1) for _ in range(count))))

        assert await passed(15) == 15
        redis.kill()
        assert await passed(30) == 5
        redis.start()  # It remembers nothing.
        async with asyncio.timeout(10):
            while not limiter.is_shared:  # noqa: ASYNC110 (the guard tells nobody)
                await asyncio.sleep(0.05)
        assert await passed(30) == 0
        await limiter.close()


async def test_what_redis_refuses_does_not_count_for_the_process(redis: Redis) -> None:
    """Or a client that goes on asking would never be let in again."""
    here, there = (Limiter("5/second", SharedStorage(redis.url)) for _ in range(2))
    client = _somebody()
    assert [(await there.hit(client, 5))[0]] == [True]
    assert [(await here.hit(client, 1))[0] for _ in range(10)] == [False] * 10
    async with asyncio.timeout(5):
        while not (await here.hit(client, 5))[0]:  # noqa: ASYNC110 (only the clock tells)
            await asyncio.sleep(0.05)
    await here.close()
    await there.close()


async def test_two_processes_share_one_limit(redis: Redis) -> None:
    here, there = (Limiter("20/minute", SharedStorage(url)) for url in (redis.url, redis.socket_url))
    client = _somebody()
    answers = await asyncio.gather(*(limiter.hit(client, 1) for _ in range(30) for limiter in (here, there)))
    assert sum(allowed for allowed, _ in answers) == 20
    await here.close()
    await there.close()


async def test_a_wall_clock_that_jumps_neither_frees_nor_locks_out_a_caller(
    make_limiter: MakeLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter, client = make_limiter("2/minute"), _somebody()
    now, answers = time.time(), []
    for jump in (0, -86_400, 86_400):
        monkeypatch.setattr(time, "time", lambda jump=jump: now + jump)
        answers.append(await limiter.hit(client, 1))
    assert [allowed for allowed, _ in answers] == [True, True, False]
    assert all(50 <= window.reset_seconds <= 60 for _, window in answers)


async def test_tokens_from_before_redis_clock_was_set_back_lock_nobody_out(redis: Redis) -> None:
    limiter, client = Limiter("2/minute", SharedStorage(redis.url)), _somebody()
    future = f"{(time.time() + 86_400) * 1_000_000:.0f}"
    key = parse("2/minute").key_for(client)
    with socket.create_connection(("127.0.0.1", redis.port), timeout=5) as connection:
        connection.sendall(f"RPUSH {key} {future} {future}\r\n".encode())
        assert connection.recv(4) == b":2\r\n"
    assert (await limiter.hit(client, 2))[0]
    await limiter.close()
