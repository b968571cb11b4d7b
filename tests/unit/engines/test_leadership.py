"""A term of leading: it ends by the clock of the one who leads, whatever the server says later."""

import asyncio
from typing import Any

import pytest

from gateway.engines import leadership
from gateway.engines.leadership import Leadership, Term
from gateway.settings import Settings


class Session:
    """Stands for the session that holds the lock."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.answers.set()

    async def fetchval(self, _sql: str) -> int:
        await self.answers.wait()
        return 1


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leadership, "TRY_SECONDS", 0.01)
    monkeypatch.setattr(leadership, "LEASE_SECONDS", 0.2)


async def test_a_server_that_falls_silent_ends_the_term_within_the_lease() -> None:
    session = Session()
    term = Term(session, asyncio.Event())
    ending = asyncio.create_task(term.over())
    await asyncio.sleep(0.3)
    assert not ending.done()
    session.answers.clear()
    async with asyncio.timeout(0.5):
        await ending
    assert not term.is_certain


async def test_a_process_that_stood_still_is_not_certain_even_if_the_server_would_confirm() -> None:
    term = Term(Session(), asyncio.Event())
    assert term.is_certain
    await asyncio.sleep(0.25)
    assert not term.is_certain
    assert not await term.outlasts(0.05)


async def test_the_only_process_there_is_leads_for_ever() -> None:
    assert Term(None, asyncio.Event()).is_certain


async def test_a_process_that_resigns_ends_its_term_at_once_and_gets_no_other() -> None:
    resigned = asyncio.Event()
    ending = asyncio.create_task(Term(Session(), resigned).over())
    resigned.set()
    async with asyncio.timeout(0.5):
        await ending
    required: Any = {"stripe_api_key": "sk_test_1", "stripe_webhook_secrets": "whsec_1"}
    alone = Leadership(Settings(_env_file=None, **required), resigned)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), alone.term():
            pass
