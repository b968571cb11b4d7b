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
from tests.integration.services.rig import House, eventually
from tests.integration.services.rows import Rows, execute

INSERT = """INSERT INTO status_change (payment_id, version, from_status, to_status, cause, at, previous_hash, hash)
SELECT id, {version}, 'unpaid', 'unpaid', 'api', created_at, 'a', 'b' FROM payment LIMIT 1"""


@asynccontextmanager
async def following(house: House, after: str | None) -> AsyncIterator[list[FeedEntry]]:
    """What the feed has told so far, in a list that grows."""
    told: list[FeedEntry] = []

    async def follow() -> None:
        async with aclosing(house.services.feed.follow(after)) as entries:
            async for entry in entries:
                told.append(entry)

    before = FEEDS._value.get()
    task = asyncio.create_task(follow())
    try:
        await eventually(lambda: FEEDS._value.get() > before or task.done())
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert FEEDS._value.get() == before


async def test_every_change_of_every_payment_is_told_once_and_in_order(
    house: House, rows: Callable[[], Awaitable[Rows]]
) -> None:
    beginning = await house.services.feed.head()
    async with following(house, beginning) as told:
        sessions = await asyncio.gather(*(house.created() for _ in range(12)))
        await asyncio.gather(*(house.desk.decline(session_id) for session_id in sessions))
        await asyncio.gather(*(house.desk.pay(session_id) for session_id in sessions))
        await asyncio.gather(*(house.deliver(event) for event in await house.desk.events()))
        changes = (await rows()).changes
        await eventually(lambda: len(told) >= len(changes))
    assert sorted((e.payment.snapshot.payment_id, e.change.version) for e in told) == [
        (row["payment_id"], row["version"]) for row in changes
    ]
    for payment_id in {row["payment_id"] for row in changes}:
        versions = [e.change.version for e in told if e.payment.snapshot.payment_id == payment_id]
        assert versions == sorted(versions)
        assert all(e.payment.snapshot.version >= e.change.version for e in told)
    assert [e.cursor for e in told] == [e.cursor for e in await _all(house, beginning, len(told))]


async def test_a_reader_resumes_behind_any_change(house: House) -> None:
    beginning = await house.services.feed.head()
    session_id = await house.created()
    await house.desk.pay(session_id)
    await house.deliver_news()
    told = await _all(house, beginning, 2)
    assert (told[0].change.version, told[0].change.to_status) == (1, Status.UNPAID)
    assert (told[-1].payment.snapshot.status, told[-1].payment.snapshot.session_id) == (Status.PAID, session_id)
    rest = await _all(house, told[0].cursor, len(told) - 1)
    assert [entry.change for entry in rest] == [entry.change for entry in told[1:]]


async def test_without_a_cursor_the_feed_begins_now(house: House) -> None:
    await house.created()
    async with following(house, None) as told:
        second = await house.created()
        await house.desk.pay(second)
        await house.deliver_news()
        await eventually(lambda: any(entry.payment.snapshot.status is Status.PAID for entry in told))
    assert {entry.payment.snapshot.session_id for entry in told} == {second}


async def test_a_doorbell_is_heard_before_the_sweep(house: House) -> None:
    session_id = await house.created()
    house.services.feed._sweep_seconds = 3600
    async with following(house, None) as told:
        await house.desk.pay(session_id)
        await house.deliver_news()
        await eventually(lambda: any(entry.payment.snapshot.status is Status.PAID for entry in told))


async def test_more_than_a_page_is_told_page_by_page(
    house: House, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 7)
    beginning = await house.services.feed.head()
    await house.created()
    for version in range(2, 40):
        await execute(database_url, INSERT.format(version=version))
    told = await _all(house, beginning, 39)
    assert [entry.change.version for entry in told] == list(range(1, 40))


async def test_a_change_that_is_committed_late_is_not_passed_over(house: House, database_url: str) -> None:
    """On PostgreSQL the lower id may be committed after the higher one; SQLite has one writer."""
    if database_url.startswith("sqlite"):
        return
    await house.created()
    house.services.feed._sweep_seconds = 0.01
    async with following(house, await house.services.feed.head()) as told, _open(database_url) as late:
        await late.execute(INSERT.format(version=50))
        await execute(database_url, INSERT.format(version=51))
        head = asyncio.create_task(house.services.feed.head())
        await asyncio.sleep(0.2)
        assert (told, head.done()) == ([], False)
        await late.execute("COMMIT")
        await eventually(lambda: len(told) == 2)
        await head
    assert [entry.change.version for entry in told] == [50, 51]


async def test_an_id_that_was_rolled_back_holds_nobody_up(house: House, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        return
    await house.created()
    house.services.feed._sweep_seconds = 0.01
    async with following(house, await house.services.feed.head()) as told:
        async with _open(database_url) as given_up:
            await given_up.execute(INSERT.format(version=50))
            await execute(database_url, INSERT.format(version=51))
        await eventually(lambda: len(told) == 1)
    assert told[0].change.version == 51


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "\x00", "Y2hhbmdlOi0x", "Y2hhbmdlOg", "x" * 5000, "Y2hhbmdlOjk" + "5" * 80]
)
async def test_a_cursor_of_another_list_is_refused(house: House, cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        await anext(house.services.feed.follow(cursor))


async def _all(house: House, after: str, count: int) -> list[FeedEntry]:
    async with following(house, after) as told:
        await eventually(lambda: len(told) >= count)
    return told


@asynccontextmanager
async def _open(database_url: str) -> AsyncIterator[Any]:
    """A transaction of another process; rolled back unless it says COMMIT."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("BEGIN")
        yield connection
    finally:
        await connection.close()
