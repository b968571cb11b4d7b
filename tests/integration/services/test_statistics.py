"""Figures over a window, on both databases: counted by status, summed by currency, refunds summed from the journal."""

from gateway.domain.money import Money
from gateway.domain.status import Status
from gateway.services.operators.statistics import CurrencyStats, StatsWindow
from gateway.telemetry.metrics import PAYMENTS, SUCCESS_RATE
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import execute


async def test_payments_are_counted_and_what_they_brought_is_summed(gateway: BareGateway, database_url: str) -> None:
    paid, refunded, expired, _ = [await gateway.created() for _ in range(4)]
    await gateway.desk.pay(paid)
    await gateway.desk.pay(refunded)
    await gateway.desk.refund(refunded, 200)
    await gateway.desk.expire(expired)
    await gateway.deliver_news()
    amount = (await gateway.create()).snapshot.amount.amount_minor
    stats = await gateway.services.statistics.payments(StatsWindow.HOUR)
    counts = {status: count for status, count in stats.by_status.items() if count}
    assert counts == {Status.PAID: 2, Status.EXPIRED: 1, Status.UNPAID: 2}
    assert (stats.total, stats.final, stats.success_rate, stats.refused, stats.discrepancies) == (5, 3, 2 / 3, 0, 0)
    assert stats.currencies == (CurrencyStats(2, Money(2 * amount, "usd"), Money(200, "usd"), Money(0, "usd")),)
    await gateway.services.statistics.measure()
    assert PAYMENTS.labels(Status.PAID)._value.get() == 2
    assert SUCCESS_RATE._value.get() == 2 / 3
    await execute(database_url, "UPDATE payment SET created_at = '2020-01-01 00:00:00+00:00'")
    assert (await gateway.services.statistics.payments(StatsWindow.MONTH)).total == 0


async def test_an_empty_window_has_no_rate(gateway: BareGateway) -> None:
    stats = await gateway.services.statistics.payments(StatsWindow.DAY)
    assert (stats.total, stats.success_rate, stats.currencies) == (0, None, ())
    assert set(stats.by_status) == set(Status)
