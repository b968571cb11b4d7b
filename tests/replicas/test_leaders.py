"""Two processes, one lock: while one leads the other does not, and afterwards it waits before it begins."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from gateway.engines import leadership
from gateway.engines.leadership import Leadership
from gateway.settings import Settings
from tests.harness.waiting import eventually

pytestmark = pytest.mark.postgres

GRACE_SECONDS = 0.4
REFUSALS = 3


class Candidate:
    """One who wants to lead, and when it did."""

    def __init__(self, url: str) -> None:
        required: dict[str, Any] = {"stripe_api_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1"}
        self._leadership = Leadership(Settings(_env_file=None, database_url=url, **required), asyncio.Event())
        self.began_at: float | None = None
        self._may_end = asyncio.Event()
        self._task = asyncio.create_task(self._lead())

    async def leads(self) -> bool:
        return self.began_at is not None

    async def stop(self) -> None:
        self._may_end.set()
        if self.began_at is None:
            self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _lead(self) -> None:
        async with self._leadership.term():
            self.began_at = asyncio.get_running_loop().time()
            await self._may_end.wait()


async def test_of_two_one_leads_and_the_other_begins_a_grace_after_it_has_the_lock(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leadership, "TRY_SECONDS", 0.05)
    monkeypatch.setattr(leadership, "GRACE_SECONDS", GRACE_SECONDS)
    asked: list[tuple[bool, float]] = []
    really = leadership._locks

    async def noted(connection: Any) -> bool:
        has_lock = await really(connection)
        asked.append((has_lock, asyncio.get_running_loop().time()))
        return has_lock

    monkeypatch.setattr(leadership, "_locks", noted)
    first = Candidate(postgres_url)
    await eventually(first.leads, seconds=60, what="somebody leads")
    second = Candidate(postgres_url)

    async def was_refused_or_leads() -> bool:
        return sum(not has_lock for has_lock, _ in asked) >= REFUSALS or await second.leads()

    await eventually(was_refused_or_leads, seconds=20, what="the other asks for the lock")
    assert not await second.leads()
    await first.stop()
    await eventually(second.leads, seconds=60, what="the other leads")
    await second.stop()
    locked_at = [at for has_lock, at in asked if has_lock]
    assert len(locked_at) == 2
    for candidate, at in zip((first, second), locked_at, strict=True):
        assert candidate.began_at is not None
        assert candidate.began_at - at >= GRACE_SECONDS
