"""Every fault once, small; `python -m tests.faults` runs them at full size and prints what it measured."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.bench import open_bench
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.houses.zygote import Zygote, open_zygote

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def zygote(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Zygote]:
    async with open_zygote(tmp_path_factory.mktemp("zygote")) as zygote:
        yield zygote


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_statuses_go_on_and_one_key_is_one_session_whatever_stripe_does(
    scenario: Scenario, zygote: Zygote, tmp_path: Path
) -> None:
    async with open_bench(tmp_path, zygote) as bench:
        await scenario(bench, 1)
        assert await bench.breaches() == []
