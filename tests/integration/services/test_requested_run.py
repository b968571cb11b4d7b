"""A reconciliation that a client asks for: one at a time, answered soon, broken off when the gateway closes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.errors import InvalidRequest
from gateway.services.reconciliation import service as reconciliation
from gateway.services.reconciliation.service import Outcome
from gateway.services.reconciliation.walk import Walk
from tests.harness.bare_gateway import BareGateway
from tests.integration.services.conftest import Opener


async def test_while_one_runs_another_is_refused(gateway: BareGateway) -> None:
    await gateway.created()
    runs = [gateway.services.reconciliation.request(trigger="graphql") for _ in range(3)]
    ended = await asyncio.gather(*runs, return_exceptions=True)
    refused = [outcome for outcome in ended if isinstance(outcome, InvalidRequest)]
    (report,) = [outcome for outcome in ended if isinstance(outcome, reconciliation.ReconciliationReport)]
    assert (len(refused), report.outcome) == (2, Outcome.CLEAN)
    assert len(await gateway.services.reconciliation.runs()) == 1
    assert (await gateway.services.reconciliation.request(trigger="graphql")).outcome is Outcome.CLEAN


async def test_a_long_run_is_answered_while_it_runs_and_is_stored_as_interrupted_at_the_end(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "PATIENCE_SECONDS", 0.2)
    async with opened() as gateway:
        await gateway.created()
        held = asyncio.Event()

        async def hold(*_: object, **__: object) -> None:
            await held.wait()

        monkeypatch.setattr(Walk, "go", hold)
        report = await gateway.services.reconciliation.request(trigger="graphql")
        assert (report.outcome, report.finished_at) == (Outcome.RUNNING, None)
        with pytest.raises(InvalidRequest):
            await gateway.services.reconciliation.request(trigger="graphql")
    async with opened() as gateway:
        (stored,) = await gateway.services.reconciliation.runs()
    assert (stored.id, stored.outcome) == (report.id, Outcome.FAILED)
    assert stored.problem == "The run was interrupted."


@pytest.mark.parametrize(
    ("start_days_ago", "end_days_ago"), [(1, 2), (1, 1), (40, 1), (1, -1), (None, 365_000), (365_000, None)]
)
async def test_a_window_out_of_bounds_is_refused(
    gateway: BareGateway, start_days_ago: int | None, end_days_ago: int | None
) -> None:
    now = datetime.now(UTC)
    start, end = (None if days is None else now - timedelta(days=days) for days in (start_days_ago, end_days_ago))
    with pytest.raises(InvalidRequest):
        await gateway.services.reconciliation.request(window_start=start, window_end=end, trigger="graphql")
    assert await gateway.services.reconciliation.runs() == []
