"""The operators' feed: every change exactly once, each payment's in order, whatever the order of the commits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from gateway.domain.errors import InvalidRequest
from gateway.domain.status import Status
from gateway.services.operators import feed
from gateway.services.operators.feed import FeedEntry
from gateway.telemetry.metrics import FEEDS
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows, execute
from tests.harness.waiting import eventually

INSERT = """INSERT INTO status_change (payment_id, version, from_status, to_status, cause, at, previous_hash, hash)
SELECT id, {version}, 'unpaid', 'unpaid', 'api', created_at, 'a', 'b' FROM payment LIMIT 1"""


@asynccontextmanager
async def following(gateway: BareGateway, after: str | None) -> AsyncIterator[list[FeedEntry]]:
    """What the feed has sent so far, in a list that grows."""
    reported: list[FeedEntry] = []

    async def follow() -> None:
        async with aclosing(gateway.services.feed.follow(after)) as entries:
            async for entry in entries:
                reported.append(entry)

    before = FEEDS._value.get()
    task = asyncio.create_task(follow())
    try:
        await eventually(lambda: FEEDS._value.get() > before or task.done())
        yield reported
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert FEEDS._value.get() == before


async def test_every_change_of_every_payment_is_reported_once_and_in_order(
    gateway: BareGateway, rows: Callable[[], Awaitable[Rows]]
) -> None:
    beginning = await gateway.services.feed.head()
    async with following(gateway, beginning) as reported:
        sessions = await asyncio.gather(*(gateway.created() for _ in range(12)))
        await asyncio.gather(*(gateway.desk.decline(session_id) for session_id in sessions))
        await asyncio.gather(*(gateway.desk.pay(session_id) for session_id in sessions))
        await asyncio.gather(*(gateway.deliver(event) for event in await gateway.desk.events()))
        changes = (await rows()).changes
        await eventually(lambda: len(reported) >= len(changes))
    assert sorted((e.payment.snapshot.payment_id, e.change.version) for e in reported) == [
        (row["payment_id"], row["version"]) for row in changes
    ]
    for payment_id in {row["payment_id"] for row in changes}:
        versions = [e.change.version for e in reported if e.payment.snapshot.payment_id == payment_id]
        assert versions == sorted(versions)
        assert all(e.payment.snapshot.version >= e.change.version for e in reported)
    assert [e.cursor for e in reported] == [e.cursor for e in await _all(gateway, beginning, len(reported))]


async def test_a_reader_resumes_behind_any_change(gateway: BareGateway) -> None:
    beginning = await gateway.services.feed.head()
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    reported = await _all(gateway, beginning, 2)
    assert (reported[0].change.version, reported[0].change.to_status) == (1, Status.UNPAID)
    assert (reported[-1].payment.snapshot.status, reported[-1].payment.snapshot.session_id) == (Status.PAID, session_id)
    rest = await _all(gateway, reported[0].cursor, len(reported) - 1)
    assert [entry.change for entry in rest] == [entry.change for entry in reported[1:]]


async def test_without_a_cursor_the_feed_begins_now(gateway: BareGateway) -> None:
    await gateway.created()
    async with following(gateway, None) as reported:
        second = await gateway.created()
        await gateway.desk.pay(second)
        await gateway.deliver_news()
        await eventually(lambda: any(entry.payment.snapshot.status is Status.PAID for entry in reported))
    assert {entry.payment.snapshot.session_id for entry in reported} == {second}


async def test_a_doorbell_is_heard_before_the_sweep(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    gateway.services.feed._sweep_seconds = 3600
    async with following(gateway, None) as reported:
        await gateway.desk.pay(session_id)
        await gateway.deliver_news()
        await eventually(lambda: any(entry.payment.snapshot.status is Status.PAID for entry in reported))


async def test_more_than_a_page_is_reported_page_by_page(
    gateway: BareGateway, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 7)
    beginning = await gateway.services.feed.head()
    await gateway.created()
    for version in range(2, 40):
        await execute(database_url, INSERT.format(version=version))
    reported = await _all(gateway, beginning, 39)
    assert [entry.change.version for entry in reported] == list(range(1, 40))


async def test_a_change_that_is_committed_late_is_not_passed_over(gateway: BareGateway, database_url: str) -> None:
    """On PostgreSQL the lower id may be committed after the higher one; SQLite has one writer."""
    if database_url.startswith("sqlite"):
        return
    await gateway.created()
    gateway.services.feed._sweep_seconds = 0.01
    async with following(gateway, await gateway.services.feed.head()) as reported, _open(database_url) as late:
        await late.execute(INSERT.format(version=50))
        await execute(database_url, INSERT.format(version=51))
        head = asyncio.create_task(gateway.services.feed.head())
        await asyncio.sleep(0.2)
        assert (reported, head.done()) == ([], False)
        await late.execute("COMMIT")
        await eventually(lambda: len(reported) == 2)
        await head
    assert [entry.change.version for entry in reported] == [50, 51]


async def test_an_id_that_was_rolled_back_holds_nobody_up(gateway: BareGateway, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        return
    await gateway.created()
    gateway.services.feed._sweep_seconds = 0.01
    async with following(gateway, await gateway.services.feed.head()) as reported:
        async with _open(database_url) as given_up:
            await given_up.execute(INSERT.format(version=50))
            await execute(database_url, INSERT.format(version=51))
        await eventually(lambda: len(reported) == 1)
    assert reported[0].change.version == 51


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "\x00", "Y2hhbmdlOi0x", "Y2hhbmdlOg", "x" * 5000, "Y2hhbmdlOjk" + "5" * 80]
)
async def test_a_cursor_of_another_list_is_refused(gateway: BareGateway, cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        await anext(gateway.services.feed.follow(cursor))


async def _all(gateway: BareGateway, after: str, count: int) -> list[FeedEntry]:
    async with following(gateway, after) as reported:
        await eventually(lambda: len(reported) >= count)
    return reported


@asynccontextmanager
async def _open(database_url: str) -> AsyncIterator[Any]:
    """A transaction of another process; rolled back unless it says COMMIT."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("BEGIN")
        yield connection
    finally:
        await connection.close()
