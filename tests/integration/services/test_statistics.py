"""Figures over a window, on both databases: counted by status, summed by currency, refunds summed from the journal."""

from gateway.domain.money import Money
from gateway.domain.status import Status
from gateway.services.operators.statistics import CurrencyStats, StatsWindow
from gateway.telemetry.metrics import PAYMENTS, SUCCESS_RATE
from tests.integration.services.rig import House
from tests.integration.services.rows import execute


async def test_payments_are_counted_and_what_they_brought_is_summed(house: House, database_url: str) -> None:
    paid, refunded, expired, _ = [await house.created() for _ in range(4)]
    await house.desk.pay(paid)
    await house.desk.pay(refunded)
    await house.desk.refund(refunded, 200)
    await house.desk.expire(expired)
    await house.deliver_news()
    amount = (await house.create()).snapshot.amount.amount_minor
    stats = await house.services.statistics.payments(StatsWindow.HOUR)
    counts = {status: count for status, count in stats.by_status.items() if count}
    assert counts == {Status.PAID: 2, Status.EXPIRED: 1, Status.UNPAID: 2}
    assert (stats.total, stats.final, stats.success_rate, stats.refused, stats.discrepancies) == (5, 3, 2 / 3, 0, 0)
    assert stats.currencies == (CurrencyStats(2, Money(2 * amount, "usd"), Money(200, "usd"), Money(0, "usd")),)
    await house.services.statistics.measure()
    assert PAYMENTS.labels(Status.PAID)._value.get() == 2
    assert SUCCESS_RATE._value.get() == 2 / 3
    await execute(database_url, "UPDATE payment SET created_at = '2020-01-01 00:00:00+00:00'")
    assert (await house.services.statistics.payments(StatsWindow.MONTH)).total == 0


async def test_an_empty_window_has_no_rate(house: House) -> None:
    stats = await house.services.statistics.payments(StatsWindow.DAY)
    assert (stats.total, stats.success_rate, stats.currencies) == (0, None, ())
    assert set(stats.by_status) == set(Status)
