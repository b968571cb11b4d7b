"""The guard before Redis: one timeout for each outage, for whoever waits in line too, and back by itself."""

import asyncio
import time

import pytest

from gateway.engines.redis_guard import AT_ONCE, LOOK_SECONDS, REMEMBERED, RedisAway, RedisGuard, one_retry


class Engine:
    """Answers, or does not."""

    def __init__(self) -> None:
        self.is_well = True
        self.asked = 0

    async def call(self) -> str:
        self.asked += 1
        if not self.is_well:
            await asyncio.Event().wait()
        return "answer"


async def test_an_outage_costs_one_timeout_however_many_ask() -> None:
    engine = Engine()
    guard = RedisGuard("test", engine.call)
    engine.is_well = False
    began = time.perf_counter()
    answers = await asyncio.gather(*(guard.ask(engine.call) for _ in range(10 * AT_ONCE)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {RedisAway}
    assert engine.asked == AT_ONCE
    assert 0.15 < time.perf_counter() - began < 1.0
    began = time.perf_counter()
    with pytest.raises(RedisAway):
        await guard.ask(engine.call)
    assert time.perf_counter() - began < 0.05
    await guard.close()


async def test_it_is_asked_again_as_soon_as_a_probe_is_answered() -> None:
    engine = Engine()
    guard = RedisGuard("test", engine.call)
    engine.is_well = False
    with pytest.raises(RedisAway):
        await guard.ask(engine.call)
    engine.is_well = True
    async with asyncio.timeout(5):
        while guard.is_away:  # noqa: ASYNC110 (the guard tells nobody)
            await asyncio.sleep(0.01)
    assert await guard.ask(engine.call) == "answer"


async def test_a_loop_that_is_busy_is_no_fault_of_redis() -> None:
    engine = Engine()
    guard = RedisGuard("test", engine.call)

    async def answered_after_a_turn() -> str:
        await asyncio.sleep(0)
        return await engine.call()

    async def hog() -> None:
        until = time.perf_counter() + 0.4
        while time.perf_counter() < until:
            pass

    answer, _ = await asyncio.gather(guard.ask(answered_after_a_turn), hog())
    assert answer == "answer"
    assert not guard.is_away


@pytest.mark.parametrize("fault", [RuntimeError("the handler is closed"), ConnectionResetError(), TimeoutError()])
async def test_a_connection_that_died_unnoticed_is_replaced_by_its_next_user(fault: Exception) -> None:
    faults, replaced = iter([fault]), []

    async def call() -> str:
        for one in faults:
            raise one
        return "answer"

    async def replace(error: Exception) -> None:
        replaced.append(error)

    assert await one_retry().call_with_retry(call, replace) == "answer"
    assert replaced == [fault]


async def test_nobody_stands_in_line_for_long_before_a_redis_that_is_slow() -> None:
    async def slow() -> str:
        await asyncio.sleep(5.5 * LOOK_SECONDS)
        return "late"

    guard = RedisGuard("test", slow)
    assert set(await asyncio.gather(*(guard.ask(slow) for _ in range(REMEMBERED)))) == {"late"}
    began = time.perf_counter()
    answers = await asyncio.gather(*(guard.ask(slow) for _ in range(2000)), return_exceptions=True)
    assert time.perf_counter() - began < 4.0
    assert {type(answer) for answer in answers} == {str, RedisAway}
    assert not guard.is_away
    assert await guard.ask(slow) == "late"


async def test_however_many_ask_a_redis_that_answers_at_once_all_are_answered() -> None:
    async def at_once() -> str:
        return "answer"

    guard = RedisGuard("test", at_once)
    assert set(await asyncio.gather(*(guard.ask(at_once) for _ in range(2000)))) == {"answer"}
