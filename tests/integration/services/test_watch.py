"""Watching: the snapshot first, versions that only grow, the final one last (I11)."""

import asyncio
from contextlib import aclosing

import pytest

from gateway.domain.errors import SessionNotFound
from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from gateway.telemetry.metrics import WATCHERS
from tests.integration.services.conftest import Opener
from tests.integration.services.rig import House, eventually
from tests.integration.services.rows import execute


async def collect(house: House, session_id: str, into: list[Snapshot], *, since: int | None = None) -> None:
    async with aclosing(house.services.payments.watch(session_id, since_version=since)) as snapshots:
        async for snapshot in snapshots:
            into.append(snapshot)


async def test_a_watcher_sees_the_snapshot_then_each_change_and_the_final_one_last(house: House) -> None:
    session_id = await house.created()
    seen: list[Snapshot] = []
    watching = asyncio.create_task(collect(house, session_id, seen))
    await eventually(lambda: len(seen) == 1)
    await house.desk.decline(session_id)
    await house.deliver_news()
    await eventually(lambda: len(seen) >= 2)
    await house.desk.pay(session_id)
    await house.deliver_news()
    await asyncio.wait_for(watching, 5)
    versions = [snapshot.version for snapshot in seen]
    assert versions == sorted(set(versions))
    assert [seen[0].status, seen[-1].status] == [Status.UNPAID, Status.PAID]
    assert Status.FAILED in {snapshot.status for snapshot in seen}
    assert [snapshot.is_final for snapshot in seen] == [False] * (len(seen) - 1) + [True]


async def test_a_doorbell_is_heard_long_before_the_sweep(house: House) -> None:
    session_id = await house.created()
    seen: list[Snapshot] = []
    house.front.away = True
    watching = asyncio.create_task(collect(house, session_id, seen))
    await eventually(lambda: len(seen) == 1)
    await house.desk.pay(session_id)
    await house.deliver_news()
    await asyncio.wait_for(watching, 1)
    assert seen[-1].status is Status.PAID


async def test_a_final_payment_is_sent_once_and_the_stream_ends(house: House) -> None:
    session_id = await house.created()
    await house.desk.pay(session_id)
    await house.deliver_news()
    seen: list[Snapshot] = []
    await asyncio.wait_for(collect(house, session_id, seen), 2)
    assert [snapshot.status for snapshot in seen] == [Status.PAID]


async def test_since_version_skips_what_the_client_has(house: House) -> None:
    session_id = await house.created()
    seen: list[Snapshot] = []
    watching = asyncio.create_task(collect(house, session_id, seen, since=1))
    await house.desk.pay(session_id)
    await house.deliver_news()
    await asyncio.wait_for(watching, 5)
    assert seen
    assert all(snapshot.version > 1 for snapshot in seen)
    final = seen[-1].version
    again: list[Snapshot] = []
    await asyncio.wait_for(collect(house, session_id, again, since=final), 2)
    assert again == []


async def test_a_watch_asks_stripe_so_a_lost_webhook_is_no_loss(house: House) -> None:
    session_id = await house.created()
    await house.desk.pay(session_id)
    seen: list[Snapshot] = []
    await asyncio.wait_for(collect(house, session_id, seen), 5)
    assert seen[-1].status is Status.PAID


async def test_the_sweep_catches_a_doorbell_that_nobody_rang(house: House, database_url: str) -> None:
    """Another process without Redis committed the change: no doorbell reaches this one."""
    session_id = await house.created()
    seen: list[Snapshot] = []
    house.front.away = True
    watching = asyncio.create_task(collect(house, session_id, seen))
    await eventually(lambda: len(seen) == 1)
    await execute(
        database_url,
        "UPDATE payment SET facts = '{\"complete\": true, \"session_paid\": true}', status = 'paid', is_final = true, "
        "version = 2, revision = revision + 1",
    )
    await asyncio.wait_for(watching, 8)
    assert seen[-1].status is Status.PAID


async def test_two_hundred_watchers_of_one_payment_all_see_the_end(house: House) -> None:
    session_id = await house.created()
    seen: list[list[Snapshot]] = [[] for _ in range(200)]
    watching = [asyncio.create_task(collect(house, session_id, one)) for one in seen]
    await eventually(lambda: all(seen))
    await house.desk.pay(session_id)
    await house.deliver_news()
    await asyncio.wait_for(asyncio.gather(*watching), 10)
    assert {one[-1].status for one in seen} == {Status.PAID}


@pytest.mark.parametrize("session_id", ["cs_test_unknown", "nonsense"])
async def test_an_unknown_session_is_refused_at_the_first_step(house: House, session_id: str) -> None:
    with pytest.raises(SessionNotFound):
        await collect(house, session_id, [])
    assert not house.front.calls


async def test_watchers_that_leave_leave_nothing_behind(house: House) -> None:
    session_id = await house.created()
    before = WATCHERS._value.get()
    watching = [asyncio.create_task(collect(house, session_id, [])) for _ in range(50)]
    await eventually(lambda: WATCHERS._value.get() == before + 50)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    assert WATCHERS._value.get() == before


async def test_a_watcher_resumes_on_a_house_that_was_restarted(opened: Opener) -> None:
    async with opened() as house:
        session_id = await house.created()
    async with opened() as house:
        seen: list[Snapshot] = []
        watching = asyncio.create_task(collect(house, session_id, seen, since=1))
        await house.desk.pay(session_id)
        await house.deliver_news()
        await asyncio.wait_for(watching, 5)
    assert seen[-1].status is Status.PAID
