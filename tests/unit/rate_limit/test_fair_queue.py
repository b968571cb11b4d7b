"""Whose call begins next: decided by a clock that only the test moves."""

import asyncio
from collections import Counter

import pytest

from gateway.rate_limit.fair_queue import CALL_SECONDS, CREDIT_SECONDS, MOST_CALLERS, FairQueue


class GatewayRefused(Exception):
    """Any refusal."""


class Calls:
    """Calls that end when the test says so, in the order in which they began."""

    def __init__(self, *, at_once: int) -> None:
        self.seconds = 0.0
        self.queue = FairQueue(at_once=at_once, hold_seconds=10.0, clock=lambda: self.seconds)
        self.begun: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.busy_seconds: dict[str, float] = {}
        self._endings: list[asyncio.Event] = []

    async def come(self, *callers: str) -> None:
        for caller in callers:
            self.tasks.append(asyncio.create_task(self._call(caller)))
            await settle()

    async def end_oldest(self, *, after_seconds: float = CALL_SECONDS) -> None:
        self.seconds += after_seconds
        self._endings.pop(0).set()
        await settle()

    async def end_all(self) -> None:
        while self._endings:
            await self.end_oldest()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _call(self, caller: str) -> None:
        async with self.queue.turn(caller):
            self.begun.append(caller)
            self.seconds += self.busy_seconds.get(caller, 0.0)
            ending = asyncio.Event()
            self._endings.append(ending)
            await ending.wait()
            if caller == "refused":
                raise GatewayRefused


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_no_more_calls_than_allowed_are_worked_on_at_once() -> None:
    calls = Calls(at_once=2)
    await calls.come("a", "b", "c", "d")
    assert calls.begun == ["a", "b"]
    await calls.end_oldest()
    assert len(calls.begun) == 3
    await calls.end_all()
    assert sorted(calls.begun) == ["a", "b", "c", "d"]


async def test_one_call_of_a_quiet_caller_goes_before_all_that_a_busy_one_sent_earlier() -> None:
    calls = Calls(at_once=1)
    await calls.come(*["busy"] * 20, "quiet")
    await calls.end_oldest()
    assert calls.begun == ["busy", "quiet"]
    await calls.end_all()


async def test_a_hundred_new_callers_hold_up_none_that_comes_after_them() -> None:
    calls = Calls(at_once=1)
    await calls.come(*(f"new {number}" for number in range(100)), "honest")
    await calls.end_oldest()
    assert calls.begun == ["new 0", "honest"]
    await calls.end_all()


async def test_callers_who_all_want_more_are_given_equally_much() -> None:
    calls = Calls(at_once=1)
    await calls.come(*["a", "b", "c"] * 30)
    for _ in range(45):
        await calls.end_oldest()
    given = Counter(calls.begun)
    assert max(given.values()) - min(given.values()) <= 1, given
    await calls.end_all()


async def test_what_counts_is_how_long_a_call_keeps_the_loop_busy() -> None:
    calls = Calls(at_once=1)
    calls.busy_seconds["slow"] = 9 * CALL_SECONDS
    await calls.come(*["slow", "fast"] * 40)
    while len(calls.begun) < 40:
        await calls.end_oldest()
    given = Counter(calls.begun)
    assert given["fast"] > 6 * given["slow"], given
    await calls.end_all()


async def test_refused_calls_count_more_than_others() -> None:
    calls = Calls(at_once=1)
    await calls.come(*["refused", "served"] * 40)
    while len(calls.begun) < 40:
        await calls.end_oldest()
    given = Counter(calls.begun)
    assert given["served"] > 6 * given["refused"], given
    await calls.end_all()


async def test_whoever_was_quiet_goes_before_those_who_were_not_but_not_for_ever() -> None:
    calls = Calls(at_once=1)
    await calls.come("quiet")
    await calls.end_oldest()
    calls.seconds += 60
    await calls.come(*["busy", "quiet"] * 200)
    ahead = round(CREDIT_SECONDS / CALL_SECONDS)
    while len(calls.begun) < 2 * ahead:
        await calls.end_oldest()
    given = Counter(calls.begun[1:])
    assert ahead - 2 <= given["quiet"] - given["busy"] <= ahead + 2, given
    for _ in range(100):
        await calls.end_oldest()
    assert Counter(calls.begun[-100:])["busy"] == pytest.approx(50, abs=1)
    await calls.end_all()


async def test_a_call_whose_time_is_up_holds_nobody_up_and_ends_only_once() -> None:
    queue = FairQueue(at_once=1, hold_seconds=0.0)
    async with queue.turn("one who waits for Stripe"), queue.turn("next"):
        pass
    async with queue.turn("again"), queue.turn("and again"):
        pass


async def test_a_turn_that_was_ended_early_lets_the_next_begin() -> None:
    queue = FairQueue(at_once=1, hold_seconds=10.0)
    async with queue.turn("a stream") as end:
        end()
        async with queue.turn("next") as end_next:
            end()
            end_next()
        async with queue.turn("after"):
            pass


@pytest.mark.parametrize("moment", ["while it waits", "just as it begins"])
async def test_a_caller_who_leaves_takes_no_place_along(moment: str) -> None:
    calls = Calls(at_once=1)
    await calls.come("first", "leaves", "last")
    leaving = next(
        task for task, name in zip(calls.tasks, ["first", "leaves", "last"], strict=True) if name == "leaves"
    )
    if moment == "while it waits":
        leaving.cancel()
        await settle()
    else:
        calls.seconds += 1
        calls._endings.pop(0).set()
        leaving.cancel()
        await settle()
    await calls.end_all()
    assert calls.begun.count("last") == 1
    async with calls.queue.turn("later"):
        pass


async def test_callers_are_forgotten_however_many_come() -> None:
    queue = FairQueue()
    for number in range(MOST_CALLERS + 100):
        async with queue.turn(str(number)):
            pass
    assert len(queue._used) <= MOST_CALLERS
