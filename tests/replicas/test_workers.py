"""`gateway serve --workers N`: several processes behind one socket, replaced when they die, gone when they are told."""

import asyncio
import json
import os
import signal
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.houses.child import Child, eventually
from tests.houses.house import House
from tests.houses.zygote import Zygote
from tests.replicas.rig import Engines, open_rig

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.asyncio(loop_scope="session")]

STOP_SECONDS = 10.0


def _workers(supervisor: Child) -> list[int]:
    """The pids of all workers ever started, oldest first."""
    lines = [line for line in supervisor.said().splitlines() if '"worker.started"' in line]
    return [int(json.loads(line)["pid"]) for line in lines]


async def _gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) for pid in pids)


async def _all_serving(supervisor: Child, count: int) -> None:
    async def so_many() -> bool:
        return supervisor.said().count('"serve.started"') >= count

    await eventually(so_many, seconds=40, what=f"{count} workers serve")


async def test_a_worker_that_dies_is_replaced_and_all_end_together(engines: Engines, zygote: Zygote) -> None:
    async with open_rig(engines, replicas=0, zygote=zygote) as rig:
        house = rig.stripe_house
        supervisor = house.gateway("serve", "--workers", "2", REDIS_URL=engines.redis.url)
        await supervisor.start()
        await _all_serving(supervisor, 2)
        os.kill(_workers(supervisor)[0], signal.SIGKILL)
        await _all_serving(supervisor, 3)
        await supervisor.wait_until_it_answers(f"{house.url}/readyz")
        began = time.perf_counter()
        assert await supervisor.stop() == 0, supervisor.said()[-2000:]
        assert time.perf_counter() - began <= STOP_SECONDS
        assert len(_workers(supervisor)) == 3
        assert await _gone(_workers(supervisor))
        assert "Traceback" not in supervisor.said()


async def test_workers_do_not_outlive_their_supervisor(engines: Engines, zygote: Zygote) -> None:
    async with open_rig(engines, replicas=0, zygote=zygote) as rig:
        supervisor = rig.stripe_house.gateway("serve", "--workers", "2", REDIS_URL=engines.redis.url)
        await supervisor.start()
        await _all_serving(supervisor, 2)
        await supervisor.kill()
        await eventually(lambda: _gone(_workers(supervisor)), seconds=STOP_SECONDS, what="the workers end as well")


async def test_several_workers_refuse_engines_that_only_one_can_use(tmp_path: Path) -> None:
    house = House(tmp_path, f"sqlite://{tmp_path / 'gateway.db'}")
    code, said = await asyncio.wait_for(house.run("serve", "--workers", "2"), 40)
    assert code == 2
    assert "--workers 2 needs PostgreSQL" in said
    assert "--workers 2 needs Redis" in said
