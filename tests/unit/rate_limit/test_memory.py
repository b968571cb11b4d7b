"""The in-process store: what it remembers, and for how long."""

import pytest

from gateway.rate_limit import memory
from gateway.rate_limit.memory import BoundedMemoryStorage


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(memory, "time", clock)
    return clock


async def test_a_key_whose_window_is_over_is_forgotten_as_others_call(clock: Clock) -> None:
    storage = BoundedMemoryStorage()
    for number in range(1000):
        await storage.take(f"once {number}", 10, 60, 1)
    clock.now += 60
    for number in range(500):
        await storage.take(f"later {number % 5}", 1000, 60, 1)
    assert set(storage._windows) == {f"later {number}" for number in range(5)}


async def test_a_key_is_remembered_while_one_of_its_tokens_counts(clock: Clock) -> None:
    storage = BoundedMemoryStorage()
    await storage.take("early", 2, 60, 1)
    clock.now += 59
    await storage.take("early", 2, 60, 1)
    for _ in range(10):
        await storage.take("other", 100, 60, 1)
    assert not (await storage.take("early", 2, 60, 1)).allowed
    clock.now += 1
    assert (await storage.take("early", 2, 60, 1)).allowed
    assert not (await storage.take("early", 2, 60, 1)).allowed


async def test_windows_of_different_lengths_are_each_kept_for_their_own(clock: Clock) -> None:
    storage = BoundedMemoryStorage()
    await storage.take("an hour", 1, 3600, 1)
    clock.now += 120
    await storage.take("a minute", 1, 60, 1)
    assert not (await storage.take("an hour", 1, 3600, 1)).allowed


async def test_the_key_unseen_for_longest_makes_room(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_KEYS", 3)
    storage = BoundedMemoryStorage()
    for key in ("a", "b", "c", "a", "d"):
        await storage.take(key, 10, 60, 1)
    assert list(storage._windows) == ["c", "a", "d"]


async def test_tokens_given_back_are_the_newest_and_never_more_than_there_are(clock: Clock) -> None:
    storage = BoundedMemoryStorage()
    await storage.take("a", 3, 60, 1)
    clock.now += 30
    await storage.take("a", 3, 60, 2)
    storage.give_back("a", 2)
    assert (await storage.take("a", 3, 60, 0)).oldest_seconds == 30
    storage.give_back("a", 5)
    storage.give_back("nobody", 1)
    assert (await storage.take("a", 3, 60, 3)).count == 3
