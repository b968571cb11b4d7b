"""Watching: the snapshot first, versions that only grow, the final one last (I11)."""

import asyncio
from contextlib import aclosing

import pytest

from gateway.domain.errors import SessionNotFound
from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from gateway.telemetry.metrics import WATCHERS
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import execute
from tests.harness.waiting import eventually
from tests.integration.services.conftest import Opener


async def collect(gateway: BareGateway, session_id: str, into: list[Snapshot], *, since: int | None = None) -> None:
    async with aclosing(gateway.services.payments.watch(session_id, since_version=since)) as snapshots:
        async for snapshot in snapshots:
            into.append(snapshot)


async def test_a_watcher_sees_the_snapshot_then_each_change_and_the_final_one_last(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    seen: list[Snapshot] = []
    watching = asyncio.create_task(collect(gateway, session_id, seen))
    await eventually(lambda: len(seen) == 1)
    await gateway.desk.decline(session_id)
    await gateway.deliver_news()
    await eventually(lambda: len(seen) >= 2)
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    await asyncio.wait_for(watching, 5)
    versions = [snapshot.version for snapshot in seen]
    assert versions == sorted(set(versions))
    assert [seen[0].status, seen[-1].status] == [Status.UNPAID, Status.PAID]
    assert Status.FAILED in {snapshot.status for snapshot in seen}
    assert [snapshot.is_final for snapshot in seen] == [False] * (len(seen) - 1) + [True]


async def test_a_doorbell_is_heard_long_before_the_sweep(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    seen: list[Snapshot] = []
    gateway.front.away = True
    watching = asyncio.create_task(collect(gateway, session_id, seen))
    await eventually(lambda: len(seen) == 1)
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    await asyncio.wait_for(watching, 1)
    assert seen[-1].status is Status.PAID


async def test_a_final_payment_is_sent_once_and_the_stream_ends(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    seen: list[Snapshot] = []
    await asyncio.wait_for(collect(gateway, session_id, seen), 2)
    assert [snapshot.status for snapshot in seen] == [Status.PAID]


async def test_since_version_skips_what_the_client_has(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    seen: list[Snapshot] = []
    watching = asyncio.create_task(collect(gateway, session_id, seen, since=1))
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    await asyncio.wait_for(watching, 5)
    assert seen
    assert all(snapshot.version > 1 for snapshot in seen)
    final = seen[-1].version
    again: list[Snapshot] = []
    await asyncio.wait_for(collect(gateway, session_id, again, since=final), 2)
    assert again == []


async def test_a_watch_asks_stripe_so_a_lost_webhook_is_no_loss(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    seen: list[Snapshot] = []
    await asyncio.wait_for(collect(gateway, session_id, seen), 5)
    assert seen[-1].status is Status.PAID


async def test_the_sweep_catches_a_doorbell_that_nobody_rang(gateway: BareGateway, database_url: str) -> None:
    """Another process without Redis committed the change: no doorbell reaches this one."""
    session_id = await gateway.created()
    seen: list[Snapshot] = []
    gateway.front.away = True
    watching = asyncio.create_task(collect(gateway, session_id, seen))
    await eventually(lambda: len(seen) == 1)
    await execute(
        database_url,
        "UPDATE payment SET facts = '{\"complete\": true, \"session_paid\": true}', status = 'paid', is_final = true, "
        "version = 2, revision = revision + 1",
    )
    await asyncio.wait_for(watching, 8)
    assert seen[-1].status is Status.PAID


async def test_two_hundred_watchers_of_one_payment_all_see_the_end(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    seen: list[list[Snapshot]] = [[] for _ in range(200)]
    watching = [asyncio.create_task(collect(gateway, session_id, one)) for one in seen]
    await eventually(lambda: all(seen))
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    await asyncio.wait_for(asyncio.gather(*watching), 10)
    assert {one[-1].status for one in seen} == {Status.PAID}


@pytest.mark.parametrize("session_id", ["cs_test_unknown", "nonsense"])
async def test_an_unknown_session_is_refused_at_the_first_step(gateway: BareGateway, session_id: str) -> None:
    with pytest.raises(SessionNotFound):
        await collect(gateway, session_id, [])
    assert not gateway.front.calls


async def test_watchers_that_leave_leave_nothing_behind(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    before = WATCHERS._value.get()
    watching = [asyncio.create_task(collect(gateway, session_id, [])) for _ in range(50)]
    await eventually(lambda: WATCHERS._value.get() == before + 50)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    assert WATCHERS._value.get() == before


async def test_a_watcher_resumes_on_a_gateway_that_was_restarted(opened: Opener) -> None:
    async with opened() as gateway:
        session_id = await gateway.created()
    async with opened() as gateway:
        seen: list[Snapshot] = []
        watching = asyncio.create_task(collect(gateway, session_id, seen, since=1))
        await gateway.desk.pay(session_id)
        await gateway.deliver_news()
        await asyncio.wait_for(watching, 5)
    assert seen[-1].status is Status.PAID
