"""Stripe away, before or in the middle of a run: it is stored as failed, nothing is undone, the next run goes on."""

import asyncio

import pytest

from gateway.services.reconciliation.service import Outcome
from tests.harness.waiting import eventually

from .pair import Pair
from .test_repair import assert_clean, reconcile


async def test_a_run_that_stripe_left_in_the_middle_is_stored_as_failed(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.stripe_api.checkout.PAGE", 10)
    pair.post.loses = lambda event: True
    sessions = [await pair.create() for _ in range(11)]
    for session_id in (sessions[0], sessions[-1]):
        await pair.pay(session_id)
    pair.line.calls_left = 3  # What went back, what was disputed, and the first page of sessions.
    report, found = await reconcile(pair)
    assert report.outcome is Outcome.FAILED
    assert report.problem is not None
    assert report.finished_at is not None
    assert [(d.session_id, d.after) for d in found] == [(sessions[-1], "paid")]

    pair.line.calls_left = None
    report, found = await reconcile(pair)
    assert [(d.session_id, d.after) for d in found] == [(sessions[0], "paid")]
    await assert_clean(pair)
    outcomes = [run.outcome for run in await pair.services.reconciliation.runs(first=2)]
    assert outcomes == [Outcome.CLEAN, Outcome.DIFFERENCES]
    newest = await pair.services.reconciliation.runs(first=2)
    older = await pair.services.reconciliation.runs(first=2, after=newest[-1].id)
    assert [run.outcome for run in older] == [Outcome.FAILED]


async def test_a_short_stumble_does_not_end_a_run(pair: Pair) -> None:
    await pair.create()
    pair.line.calls_left = 0
    run = asyncio.create_task(reconcile(pair))
    await eventually(lambda: pair.line.refused > 0)
    pair.line.calls_left = None
    report, _ = await run
    assert report.outcome is Outcome.CLEAN


async def test_the_background_run_keeps_its_beat_across_processes(pair: Pair) -> None:
    service = pair.services.reconciliation
    service._settings = service._settings.model_copy(update={"reconcile_every": "15m"})
    assert await service.run_due() == 0
    assert await service.run_due() == 0
    assert [run.request.trigger for run in await service.runs()] == ["background"]
