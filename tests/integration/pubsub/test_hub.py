"""The hub's promises over every bus there is: nobody races, one read a change, the latest version wins."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from redis.asyncio import Redis as Client

from gateway.domain.attempts import NO_ATTEMPTS
from gateway.domain.facts import Facts
from gateway.domain.identifiers import PaymentId, PriceId, SessionId
from gateway.domain.money import Money
from gateway.domain.snapshot import Snapshot, visible
from gateway.pubsub.bus import Bus
from gateway.pubsub.hub import Hub, Watcher
from gateway.pubsub.memory import MemoryBus
from gateway.pubsub.redis import PREFIX, RedisBus
from tests.harness.engines import Redis
from tests.harness.waiting import eventually

NEVER = 3600.0
SOON = 3.0

MakeBus = Callable[[], Bus]


class Table:
    """Stands for the database: versions by payment, and a journal of the reads."""

    def __init__(self) -> None:
        self.versions: dict[PaymentId, int] = {}
        self.reads: list[frozenset[PaymentId]] = []
        self.sweeps = 0
        self.is_away = False

    async def load(self, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, Snapshot]:
        self.reads.append(frozenset(payment_ids))
        await asyncio.sleep(0)
        return {one: _snapshot(one, self.versions[one]) for one in payment_ids if one in self.versions}

    async def read_versions(self, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, int]:
        self.sweeps += 1
        if self.is_away:
            raise OSError
        return {one: self.versions[one] for one in payment_ids if one in self.versions}


def _snapshot(payment_id: PaymentId, version: int) -> Snapshot:
    now, facts = datetime.now(UTC), Facts()
    return Snapshot(
        payment_id=payment_id,
        session_id=SessionId("cs_test_1"),
        price_id=PriceId("price_1"),
        quantity=1,
        amount=Money(990, "usd"),
        expected=Money(990, "usd"),
        version=version,
        facts=facts,
        attempts=NO_ATTEMPTS,
        visible=visible(facts),
        url=None,
        created_at=now,
        updated_at=now,
        expires_at=None,
        retrieved_at=None,
    )


@pytest.fixture(params=["memory", "redis", "redis over a socket"])
def make_bus(request: pytest.FixtureRequest) -> MakeBus:
    if request.param == "memory":
        return MemoryBus
    redis: Redis = request.getfixturevalue("redis")
    url = redis.url if request.param == "redis" else redis.socket_url
    return lambda: RedisBus(url)


@asynccontextmanager
async def _open(bus: Bus, table: Table, *, sweep_seconds: float = NEVER) -> AsyncIterator[Hub]:
    """Heard, so that no test depends on what a bus does while it connects."""
    hub = Hub(bus, table.load, table.read_versions, sweep_seconds=sweep_seconds)
    await hub.start()
    try:
        async with asyncio.timeout(SOON):
            while not bus.is_heard:  # noqa: ASYNC110 (a bus tells nobody)
                await asyncio.sleep(0.01)
        yield hub
    finally:
        await hub.stop()


def _new_payment(table: Table) -> PaymentId:
    payment_id = PaymentId(uuid4().hex)
    table.versions[payment_id] = 1
    return payment_id


async def _change(table: Table, hub: Hub, payment_id: PaymentId) -> None:
    """As everybody does it: committed first, then rung."""
    table.versions[payment_id] += 1
    await hub.publish(payment_id, version=table.versions[payment_id])


async def test_whoever_is_the_first_watcher_none_misses_what_comes_after_it_began(make_bus: MakeBus) -> None:
    table = Table()
    async with _open(make_bus(), table) as hub:
        payment = _new_payment(table)

        async def sees_a_change_made_at_once() -> bool:
            async with hub.watch(payment) as watcher:
                await _change(table, hub, payment)
                return await watcher.next(seconds=SOON) is not None

        assert all(await asyncio.gather(*(sees_a_change_made_at_once() for _ in range(50))))


async def test_a_watcher_that_comes_while_the_last_one_leaves_is_heard(make_bus: MakeBus) -> None:
    table = Table()
    async with _open(make_bus(), table) as hub:
        payment = _new_payment(table)

        async def comes_and_goes() -> None:
            async with hub.watch(payment) as watcher:
                await _change(table, hub, payment)
                assert await watcher.next(seconds=SOON) is not None

        for _ in range(50):
            await asyncio.gather(comes_and_goes(), comes_and_goes())


async def test_a_change_is_read_once_however_many_watch(make_bus: MakeBus) -> None:
    table = Table()
    async with _open(make_bus(), table) as hub, AsyncExitStack() as stack:
        payment = _new_payment(table)
        watchers = [await stack.enter_async_context(hub.watch(payment)) for _ in range(200)]
        table.reads.clear()
        await _change(table, hub, payment)
        seen = await asyncio.gather(*(watcher.next(seconds=SOON) for watcher in watchers))
        assert {snapshot.version for snapshot in seen if snapshot} == {2}
        assert None not in seen
        # Redis tells the process that rang of its own doorbell too; by the answer to this one it has.
        await _change(table, hub, _new_payment(table))
        assert table.reads == [frozenset({payment})]


async def test_a_doorbell_reads_its_own_payment_and_none_of_the_others_that_are_watched(make_bus: MakeBus) -> None:
    table = Table()
    async with _open(make_bus(), table) as hub, AsyncExitStack() as stack:
        for _ in range(300):
            await stack.enter_async_context(hub.watch(_new_payment(table)))
        payment = _new_payment(table)
        watcher = await stack.enter_async_context(hub.watch(payment))
        table.reads.clear()
        await _change(table, hub, payment)
        assert await watcher.next(seconds=SOON) is not None
        assert set(table.reads) == {frozenset({payment})}


async def test_the_latest_version_wins_and_none_comes_twice_or_backwards(make_bus: MakeBus) -> None:
    table = Table()
    async with _open(make_bus(), table) as hub:
        payment = _new_payment(table)
        async with hub.watch(payment) as watcher:
            versions: list[int] = []
            for _ in range(3):
                for _ in range(4):
                    await _change(table, hub, payment)
                while not versions or versions[-1] < table.versions[payment]:
                    snapshot = await watcher.next(seconds=SOON)
                    assert snapshot is not None
                    versions.append(snapshot.version)
            assert versions == sorted(set(versions))
            assert await watcher.next(seconds=0.1) is None


async def test_a_watcher_begins_only_when_its_channel_is_open() -> None:
    may_open, has_begun, table = asyncio.Event(), asyncio.Event(), Table()

    class SlowBus(MemoryBus):
        async def open(self, payment_id: PaymentId) -> None:
            await may_open.wait()

    async def watch(hub: Hub) -> None:
        async with hub.watch(_new_payment(table)):
            has_begun.set()

    async with _open(SlowBus(), table) as hub:
        watching = asyncio.create_task(watch(hub))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not has_begun.is_set()
        may_open.set()
        await watching
    assert has_begun.is_set()


async def test_a_read_that_comes_late_with_an_older_version_is_passed_over() -> None:
    watcher, payment = Watcher(), PaymentId(uuid4().hex)
    for version in (3, 2, 3):
        watcher.offer(_snapshot(payment, version))
    newest = await watcher.next(seconds=SOON)
    assert newest is not None
    assert newest.version == 3
    watcher.offer(_snapshot(payment, 2))
    assert await watcher.next(seconds=0) is None


async def test_a_doorbell_that_is_lost_is_made_good_by_the_sweep(make_bus: MakeBus) -> None:
    table = Table()
    async with _open(make_bus(), table, sweep_seconds=0.05) as hub:
        payment = _new_payment(table)
        async with hub.watch(payment) as watcher:
            table.versions[payment] = 2  # Committed by somebody who died before ringing.
            snapshot = await watcher.next(seconds=SOON)
        assert snapshot is not None
        assert snapshot.version == 2


async def test_a_sweep_reads_the_rows_that_have_moved_and_no_others() -> None:
    table = Table()
    async with _open(MemoryBus(), table, sweep_seconds=0.01) as hub:
        quiet, moving = _new_payment(table), _new_payment(table)
        async with hub.watch(quiet) as left_alone, hub.watch(moving) as watcher:
            assert await left_alone.next(seconds=SOON) is not None  # The first sweep cannot know what it has.
            assert await watcher.next(seconds=SOON) is not None
            table.reads.clear()
            before = table.sweeps
            await eventually(lambda: table.sweeps > before + 3, seconds=SOON, what="it sweeps on")
            assert table.reads == []
            table.versions[moving] = 2
            snapshot = await watcher.next(seconds=SOON)
        assert (snapshot and snapshot.version, table.reads) == (2, [frozenset({moving})])


async def test_a_sweep_that_fails_is_followed_by_the_next() -> None:
    table = Table()
    table.is_away = True
    async with _open(MemoryBus(), table, sweep_seconds=0.01) as hub:
        payment = _new_payment(table)
        async with hub.watch(payment) as watcher:
            await eventually(lambda: table.sweeps > 2, seconds=SOON, what="it sweeps on")
            table.is_away = False
            assert await watcher.next(seconds=SOON) is not None


async def test_a_database_that_is_away_is_asked_again_until_it_answers() -> None:
    table = Table()
    absences = iter([True, True, False])

    async def load(payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, Snapshot]:
        if next(absences, False):
            raise OSError
        return await table.load(payment_ids)

    hub = Hub(MemoryBus(), load, table.read_versions, sweep_seconds=NEVER)
    await hub.start()
    payment = _new_payment(table)
    async with hub.watch(payment) as watcher:
        await _change(table, hub, payment)
        assert await watcher.next(seconds=SOON) is not None
    await hub.stop()


async def test_one_process_hears_what_another_rings(redis: Redis) -> None:
    table = Table()
    async with _open(RedisBus(redis.url), table) as here, _open(RedisBus(redis.socket_url), table) as there:
        payment = _new_payment(table)
        async with here.watch(payment) as watcher, here.watch_all() as bell:
            await _change(table, there, payment)
            assert await watcher.next(seconds=SOON) is not None
            async with asyncio.timeout(SOON):
                await bell.rung(seconds=NEVER)


async def test_the_first_watcher_opens_the_channel_and_the_last_one_closes_it(redis: Redis) -> None:
    table = Table()
    client = Client.from_url(redis.url)
    async with _open(RedisBus(redis.url), table) as hub, client:
        payment = _new_payment(table)

        async def listeners() -> int:
            return int((await client.pubsub_numsub(PREFIX + payment))[0][1])

        assert await listeners() == 0
        async with hub.watch(payment):
            assert await listeners() == 1
            async with hub.watch(payment):
                assert await listeners() == 1
            assert await listeners() == 1
        async with asyncio.timeout(SOON):
            while await listeners():  # noqa: ASYNC110 (the server takes it up in its own time)
                await asyncio.sleep(0.01)


async def test_whatever_cuts_the_connection_it_is_replaced_and_what_was_missed_is_rung(redis: Redis) -> None:
    table, bus = Table(), RedisBus(redis.url)
    client = Client.from_url(redis.url)
    async with _open(bus, table) as hub, client:
        payment = _new_payment(table)
        coming_and_going = asyncio.create_task(_come_and_go(table, hub))
        async with hub.watch(payment) as watcher:
            for _ in range(4):
                table.versions[payment] += 1  # While nobody is heard, so that nobody rings for it.
                assert await client.client_kill_filter(_type="pubsub") >= 1
                async with asyncio.timeout(SOON):
                    while (await watcher.next(seconds=SOON)) is None:
                        pass
        coming_and_going.cancel()
        with suppress(asyncio.CancelledError):
            await coming_and_going  # It would raise what a watcher met.


async def _come_and_go(table: Table, hub: Hub) -> None:
    """Twenty watchers at a time who open and close, whatever becomes of the connection."""

    async def one() -> None:
        async with hub.watch(_new_payment(table)):
            pass

    while True:
        await asyncio.gather(*(one() for _ in range(20)))


async def test_what_no_gateway_has_said_is_passed_over(redis: Redis) -> None:
    table = Table()
    client = Client.from_url(redis.url)
    async with _open(RedisBus(redis.url), table) as hub, client:
        payment = _new_payment(table)
        async with hub.watch(payment) as watcher:
            for junk in ("hello", b"\xff", "", "-1", "99999999999999999999"):
                await client.publish(PREFIX + payment, junk)
            await client.publish(PREFIX, "1")
            async with asyncio.timeout(SOON):
                while not table.reads:  # noqa: ASYNC110 (the greatest of these is a number, and was believed)
                    await asyncio.sleep(0.01)
            await _change(table, hub, payment)
            assert await watcher.next(seconds=SOON) is not None


async def test_a_watcher_that_is_canceled_while_it_opens_is_gone(redis: Redis) -> None:
    table = Table()
    client = Client.from_url(redis.url)
    async with _open(RedisBus(redis.url), table) as hub, client:
        payment = _new_payment(table)

        async def watch() -> None:
            async with hub.watch(payment):
                await asyncio.get_running_loop().create_future()

        for ticks in range(12):
            watching = asyncio.create_task(watch())
            for _ in range(ticks):
                await asyncio.sleep(0)
            watching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await watching
        async with asyncio.timeout(SOON):
            while (await client.pubsub_numsub(PREFIX + payment))[0][1]:  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.01)
