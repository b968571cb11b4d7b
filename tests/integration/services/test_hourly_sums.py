"""Figures made of summed hours are those of the payments and their movements, whatever happens to these afterwards."""

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.domain.status import Status
from gateway.engines.database import Connection
from gateway.models import HourlyMovements, HourlyPayments, SummedHour
from gateway.services.operators import hourly_sums
from gateway.services.operators.hourly_sums import HOUR, hour_of, pieces_of
from gateway.services.operators.statistics import POINTS, PaymentStats, StatsWindow
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import execute

HOURS = 5


@pytest.fixture(autouse=True)
def _settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hourly_sums, "SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(hourly_sums, "OVER_AFTER", timedelta(0))


async def test_figures_are_the_same_summed_and_counted_and_after_every_change(
    gateway: BareGateway, database_url: str
) -> None:
    dice = random.Random(7)
    sessions = [await gateway.created() for _ in range(12)]
    for number, session in enumerate(sessions):
        await _move(database_url, session, hours=1 + number % HOURS)
    summed = 0
    for _ in range(4):
        for session in dice.sample(sessions, 4):
            await dice.choice([gateway.desk.pay, gateway.desk.expire, gateway.desk.decline])(session)
        await gateway.desk.refund_if_paid(dice.choice(sessions), 1)
        await gateway.learn_news()
        after_the_change = await _figures(gateway)
        summed += await gateway.services.hourly_sums.round()
        assert await _ready(gateway) == HOURS
        assert await _figures(gateway) == after_the_change
        await _forget_sums(gateway)
        assert await _figures(gateway) == after_the_change
        await gateway.services.hourly_sums.round()
    assert summed > HOURS
    assert any(stats.by_status[Status.PAID] for stats in (await _figures(gateway))[0])


async def test_a_change_unmakes_the_sum_of_its_hour_alone(gateway: BareGateway, database_url: str) -> None:
    paid, other = await gateway.created(), await gateway.created()
    await gateway.desk.pay(paid)
    await gateway.deliver_news()
    await _move(database_url, paid, hours=3)
    await _move(database_url, other, hours=4)
    await gateway.services.hourly_sums.round()
    assert await _ready(gateway) == 4
    await gateway.desk.refund(paid, 100)
    await gateway.deliver_news()
    assert await _ready(gateway) == 3
    stats = await gateway.services.statistics.payments(StatsWindow.DAY)
    assert [currency.refunded.amount_minor for currency in stats.currencies] == [100]
    await gateway.services.hourly_sums.round()
    assert await _ready(gateway) == 4
    assert await gateway.services.statistics.payments(StatsWindow.DAY) != stats  # Its window has moved on.
    assert (await gateway.services.statistics.payments(StatsWindow.DAY)).currencies == stats.currencies


async def test_an_hour_is_noted_by_one_round_and_summed_by_a_later_one(
    gateway: BareGateway, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _move(database_url, await gateway.created(), hours=1)
    monkeypatch.setattr(hourly_sums, "SETTLED_SECONDS", 3600.0)
    assert await gateway.services.hourly_sums.round() == 0
    assert await _ready(gateway) == 0
    assert await gateway.services.database.read(SummedHour.all().using_db) != []
    monkeypatch.setattr(hourly_sums, "SETTLED_SECONDS", 0.0)
    assert await gateway.services.hourly_sums.round() == 1
    assert await _ready(gateway) == 1


async def test_a_change_between_the_two_keeps_an_hour_from_being_summed(
    gateway: BareGateway, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await gateway.created()
    await _move(database_url, session, hours=1)
    monkeypatch.setattr(hourly_sums, "SETTLED_SECONDS", 3600.0)
    await gateway.services.hourly_sums.round()
    await gateway.desk.pay(session)
    await gateway.deliver_news()
    assert await gateway.services.database.read(SummedHour.all().using_db) == []


async def test_an_hour_that_is_noted_anew_waits_anew(
    gateway: BareGateway, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was at work when the new note was made has not seen it."""
    sums, session = gateway.services.hourly_sums, await gateway.created()
    await _move(database_url, session, hours=1)
    monkeypatch.setattr(hourly_sums, "SETTLED_SECONDS", 3600.0)
    await sums.round()
    sums._met = dict.fromkeys(sums._met, -math.inf)  # The first note is old enough.
    await execute(database_url, "DELETE FROM summed_hour")
    assert await sums.round() == 0
    sums._met = dict.fromkeys(sums._met, -math.inf)
    assert await sums.round() == 1


async def test_the_hour_under_way_is_never_noted(gateway: BareGateway) -> None:
    await gateway.created()
    await gateway.services.hourly_sums.round()
    found = await gateway.services.database.read(SummedHour.all().using_db)
    assert [row for row in found if row.hour >= hour_of(datetime.now(UTC))] == []


async def test_what_no_window_reaches_is_forgotten(gateway: BareGateway, database_url: str) -> None:
    await gateway.created()
    old, lately = "2020-01-01 00:00:00+00:00", datetime(2021, 1, 1, tzinfo=UTC)
    await execute(database_url, f"INSERT INTO summed_hour (hour, is_ready, noted_at) VALUES ('{old}', true, '{old}')")
    await execute(
        database_url,
        "INSERT INTO hourly_payments (hour, status, is_final, creation, payments) "
        f"VALUES ('{old}', 'paid', true, 'linked', 1)",
    )
    await gateway.services.hourly_sums.round()
    assert await gateway.services.database.read(HourlyPayments.filter(hour__lt=lately).using_db) == []


async def test_a_window_is_cut_without_gap_and_without_overlap(gateway: BareGateway, database_url: str) -> None:
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    for hours in (1, 2, 5):
        await execute(
            database_url,
            "INSERT INTO summed_hour (hour, is_ready, noted_at) "
            f"VALUES ('{(noon + hours * HOUR).isoformat(sep=' ')}', true, '{noon.isoformat(sep=' ')}')",
        )

    async def cut(connection: Connection) -> Any:
        return await pieces_of(connection, noon + timedelta(minutes=30), noon + 6 * HOUR)

    pieces = await gateway.services.database.read(cut)
    assert pieces.summed == ((noon + HOUR, noon + 3 * HOUR), (noon + 5 * HOUR, noon + 6 * HOUR))
    assert pieces.live == ((noon + HOUR / 2, noon + HOUR), (noon + 3 * HOUR, noon + 5 * HOUR))


Figures = tuple[list[PaymentStats], Any]


async def _figures(gateway: BareGateway) -> Figures:
    """Without the moments, which move on."""
    statistics = gateway.services.statistics
    stats = [await statistics.payments(window) for window in StatsWindow]
    moments = dict.fromkeys(("start", "end"), datetime(2026, 1, 1, tzinfo=UTC))
    series = [[(p.created, p.succeeded, p.failed) for p in await statistics.series(window)] for window in StatsWindow]
    assert [len(points) for points in series] == [count for count, _ in POINTS.values()]
    packages = [await statistics.packages(window) for window in StatsWindow]
    return [_without(one, moments) for one in stats], (series, packages)


def _without(stats: PaymentStats, moments: dict[str, datetime]) -> PaymentStats:
    fields = {name: getattr(stats, name) for name in stats.__slots__} | moments
    return PaymentStats(**fields)


async def _move(database_url: str, session: str, *, hours: int) -> None:
    """As if it had been created so many hours before this one began."""
    moment = (hour_of(datetime.now(UTC)) - hours * HOUR + timedelta(minutes=7)).isoformat(sep=" ")
    await execute(database_url, f"UPDATE payment SET created_at = '{moment}' WHERE session_id = '{session}'")


async def _ready(gateway: BareGateway) -> int:
    return len(await gateway.services.database.read(SummedHour.filter(is_ready=True).using_db))


async def _forget_sums(gateway: BareGateway) -> None:
    for model in (SummedHour, HourlyPayments, HourlyMovements):

        async def forget(connection: Connection, model: Any = model) -> None:
            await model.all().using_db(connection).delete()

        await gateway.services.database.run(forget)
