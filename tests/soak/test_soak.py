"""The soak in seconds: that it finds what is lost and grows. `python -m tests.soak --minutes 60` is the real one."""

import asyncio
from pathlib import Path

import pytest

from tests.attack.http_kinds import HTTP_KINDS
from tests.harness.fork_server import open_fork_server
from tests.soak.samples import Sample, growths
from tests.soak.soak import Plan, soak


async def test_nobody_misses_a_final_status_beside_faults_and_hostile_peers(tmp_path: Path) -> None:
    every = {"faults_every": 2.0, "waves_every": 1.0, "sample_every": 0.5}
    plan = Plan(minutes=0.1, watchers=30, hold=2.0, seed=7, kinds=HTTP_KINDS[:1], **every)
    url = f"sqlite://{tmp_path / 'gateway.db'}"
    async with open_fork_server(tmp_path) as fork_server:
        outcome = await soak(plan, tmp_path, database_url=url, stop=asyncio.Event(), fork_server=fork_server)
    assert outcome.breaches == []
    assert outcome.samples[-1].tasks


@pytest.mark.parametrize("grows", ["rss_mb", "descriptors", "threads", "tasks"])
def test_what_grows_from_quarter_to_quarter_is_found(grows: str) -> None:
    flat = {"rss_mb": 100.0, "descriptors": 50, "threads": 5, "tasks": 20.0, "watchers": 1.0}
    samples = [Sample(at=float(at), **(flat | {grows: flat[grows] * (1 + at / 100)})) for at in range(40)]  # type: ignore[arg-type]
    assert [one.name for one in growths(samples) if one.is_growth] == [grows]
