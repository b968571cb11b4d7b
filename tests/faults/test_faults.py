"""Every fault once, small; `python -m tests.faults` runs them at full size and prints what it measured."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.bench import open_bench
from tests.faults.scenarios import SCENARIOS, SLOW, Scenario
from tests.harness.fork_server import ForkServer, open_fork_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fork_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ForkServer]:
    async with open_fork_server(tmp_path_factory.mktemp("fork_server")) as fork_server:
        yield fork_server


@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if one not in SLOW], ids=lambda one: one.__name__)
async def test_statuses_go_on_and_one_key_is_one_session_whatever_stripe_does(
    scenario: Scenario, fork_server: ForkServer, tmp_path: Path
) -> None:
    await _hold(scenario, fork_server, tmp_path)


async def test_statuses_go_on_and_creates_end_in_time_when_stripe_is_silent_or_slow(
    fork_server: ForkServer, tmp_path: Path
) -> None:
    """Deadlines of many seconds, waited for at once: each has a gateway and a Stripe of its own."""
    async with asyncio.TaskGroup() as group:
        for scenario in SLOW:
            (folder := tmp_path / scenario.__name__).mkdir()
            group.create_task(_hold(scenario, fork_server, folder))


async def _hold(scenario: Scenario, fork_server: ForkServer, folder: Path) -> None:
    async with open_bench(folder, fork_server) as bench:
        await scenario(bench, 1)
        assert await bench.breaches() == []
