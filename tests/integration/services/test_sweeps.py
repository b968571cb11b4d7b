"""The sweeps in small, on both databases; `python -m tests.sweeps.<name>` runs each in full and prints its seed."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.harness.bare_gateway import BareGateway
from tests.sweeps.bench import Bench
from tests.sweeps.cancel import cut_off
from tests.sweeps.concurrent_deliveries import hammer
from tests.sweeps.parallel_creates import crowd
from tests.sweeps.subscribe import come_and_go

Sweep = Callable[[BareGateway, Bench], Awaitable[list[str]]]


@pytest.mark.parametrize(
    ("sweep", "count"),
    [(hammer, 6), (crowd, 4), (cut_off, 150), (come_and_go, 300)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
async def test_a_small_sweep_finds_nothing(
    gateway: BareGateway, database_url: str, tmp_path: Path, sweep: Sweep, count: int
) -> None:
    bench = Bench(database_url, tmp_path, count, seed=random.randrange(2**32))
    assert await sweep(gateway, bench) == [], bench
    assert bench.proof.verdicts() == [], bench
