"""`gateway serve --workers N`: several processes behind one socket, replaced when they die, ended with their parent."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil  # type: ignore[import-untyped]
import pytest

from tests.harness.child import Child, close, lets_nobody_in
from tests.harness.deployment import Deployment
from tests.harness.fork_server import ForkServer
from tests.harness.waiting import eventually
from tests.replicas.cluster import Engines, open_cluster
from tests.replicas.redis_away import ask

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.asyncio(loop_scope="session")]

STOP_SECONDS = 10.0
ASKED = 40
COUNTED = 'gateway_status_reads_total{door="rest"}'


def _workers(supervisor: Child) -> list[int]:
    """The pids of all workers ever started, oldest first."""
    lines = [line for line in supervisor.said().splitlines() if '"worker.started"' in line]
    return [int(json.loads(line)["pid"]) for line in lines]


async def _gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) for pid in pids)


async def _reported(http: aiohttp.ClientSession, url: str, series: str) -> float:
    """What /metrics says of one series, on a connection of its own: any worker may answer."""
    async with http.get(f"{url}/metrics", headers={"Connection": "close"}) as answer:
        return next(float(line.split()[-1]) for line in (await answer.text()).splitlines() if line.startswith(series))


async def _all_serving(supervisor: Child, count: int) -> None:
    async def so_many() -> bool:
        return supervisor.said().count('"serve.started"') >= count

    await eventually(so_many, seconds=40, what=f"{count} workers serve")


@asynccontextmanager
async def _supervised(engines: Engines, fork_server: ForkServer) -> AsyncIterator[tuple[Deployment, Child]]:
    """A supervisor with two workers that serve; whatever becomes of the test, it does not outlive it."""
    async with open_cluster(engines, replicas=0, fork_server=fork_server) as cluster:
        supervisor = cluster.stripe_deployment.gateway("serve", "--workers", "2", REDIS_URL=engines.redis.url)
        await supervisor.start()
        try:
            await _all_serving(supervisor, 2)
            yield cluster.stripe_deployment, supervisor
        finally:
            await supervisor.kill()


async def test_a_worker_that_dies_is_replaced_and_all_end_together(engines: Engines, fork_server: ForkServer) -> None:
    async with _supervised(engines, fork_server) as (deployment, supervisor):
        os.kill(_workers(supervisor)[0], signal.SIGKILL)
        await _all_serving(supervisor, 3)
        await supervisor.wait_until_it_answers(f"{deployment.url}/readyz")
        began = time.perf_counter()
        assert await supervisor.stop() == 0, supervisor.said()[-2000:]
        assert time.perf_counter() - began <= STOP_SECONDS
        assert len(_workers(supervisor)) == 3
        assert await _gone(_workers(supervisor))
        assert "Traceback" not in supervisor.said()


async def test_workers_do_not_outlive_their_supervisor(engines: Engines, fork_server: ForkServer) -> None:
    async with _supervised(engines, fork_server) as (_, supervisor):
        await supervisor.kill()
        await eventually(lambda: _gone(_workers(supervisor)), seconds=STOP_SECONDS, what="the workers end as well")


async def test_ctrl_c_in_a_terminal_lets_a_request_under_way_finish(engines: Engines, fork_server: ForkServer) -> None:
    """The terminal tells workers and supervisor at once, and the supervisor tells the workers again."""
    async with _supervised(engines, fork_server) as (deployment, supervisor):
        reader, writer = await asyncio.open_connection("127.0.0.1", deployment.port)
        body = b'{"priceId": "no price"}'
        head = f"POST /api/create-checkout-session HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Content-Type: application/json\r\n\r\n" + body[:9])
        await writer.drain()
        for pid in (supervisor.pid, *_workers(supervisor)):
            os.kill(pid, signal.SIGINT)

        await eventually(
            lambda: lets_nobody_in(deployment.port), seconds=STOP_SECONDS, what="nobody is let in any more"
        )
        writer.write(body[9:])
        assert b"invalid_price_id" in await reader.read()
        await close(writer)
        assert await supervisor.wait() == 0, supervisor.said()[-2000:]


async def test_whichever_worker_answers_tells_what_all_have_counted(engines: Engines, fork_server: ForkServer) -> None:
    async with _supervised(engines, fork_server) as (deployment, supervisor), aiohttp.ClientSession() as http:
        for _ in range(ASKED):
            assert await ask(http, deployment.url, "192.0.2.1") == 404
        assert {await _reported(http, deployment.url, COUNTED) for _ in range(10)} == {ASKED}

        async def exactly_one_leads() -> bool:
            return await _reported(http, deployment.url, "gateway_leading") == 1

        await eventually(exactly_one_leads, seconds=10, what="one worker leads")
        for pid in _workers(supervisor):
            os.kill(pid, signal.SIGKILL)
        await _all_serving(supervisor, 4)
        assert await _reported(http, deployment.url, COUNTED) == ASKED, "what a dead worker has counted stays"
        idle = await _reported(http, deployment.url, "gateway_leading")
        assert idle == 0, "what a dead worker had in progress is gone"
        assert await supervisor.stop() == 0, supervisor.said()[-2000:]


async def test_a_worker_that_finds_no_database_is_started_again_until_there_is_one(
    engines: Engines, fork_server: ForkServer
) -> None:
    """One that died while PostgreSQL is away must not take those with it that only wait."""
    async with _supervised(engines, fork_server) as (_, supervisor):
        first, other = _workers(supervisor)
        engines.postgres.stop()
        try:
            os.kill(first, signal.SIGKILL)

            async def has_tried() -> bool:
                return '"worker.no_database"' in supervisor.said()

            await eventually(has_tried, seconds=20, what="its successor looks for the database")
            assert supervisor.is_running
            assert psutil.pid_exists(other)
        finally:
            engines.postgres.restart()
        await _all_serving(supervisor, 3)
        assert await supervisor.stop() == 0, supervisor.said()[-2000:]
        assert "Traceback" not in supervisor.said()


async def test_several_workers_refuse_engines_that_only_one_can_use(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path, f"sqlite://{tmp_path / 'gateway.db'}")
    code, said = await asyncio.wait_for(deployment.run("serve", "--workers", "2"), 40)
    assert code == 2
    assert "--workers 2 needs PostgreSQL" in said
    assert "--workers 2 needs Redis" in said
