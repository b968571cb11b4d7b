"""Figures over a stretch of time: how many payments, how they ended, what they brought.

Counted and summed by the database, a payment by when it was created. Only what was refunded is folded here, because a
refund is a fact and facts have one reader (docs/decisions/0002-facts-live-in-the-row.md).
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from tortoise.expressions import RawSQL
from tortoise.functions import Count, Sum

from gateway.database import Connection, Database
from gateway.domain.facts_json import facts_from_json
from gateway.domain.money import Money
from gateway.domain.snapshot import refunded_minor
from gateway.domain.status import Status
from gateway.models import Payment
from gateway.models.payment import Creation
from gateway.telemetry.metrics import PAYMENTS, SUCCESS_RATE

BATCH = 1000
SUCCEEDED = (Status.PAID, Status.NO_PAYMENT_REQUIRED)
_HAS_REFUNDS = """CASE WHEN CAST("facts" AS TEXT) LIKE '%"refund%' THEN 1 ELSE 0 END"""


class StatsWindow(StrEnum):
    """How far back: from so long ago until now."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


LENGTHS = {
    StatsWindow.HOUR: timedelta(hours=1),
    StatsWindow.DAY: timedelta(days=1),
    StatsWindow.WEEK: timedelta(days=7),
    StatsWindow.MONTH: timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class CurrencyStats:
    """Of the paid payments of one currency: what came, and what of it went back since."""

    paid_count: int
    paid: Money
    refunded: Money


@dataclass(frozen=True, slots=True)
class PaymentStats:
    """Of the payments created from `start` (included) to `end`. `by_status` has every status, 0 included.

    `success_rate`: paid, or nothing due, of those that are final; None while none is. `refused`: Stripe would not make
    a session; they are in no other figure.
    """

    start: datetime
    end: datetime
    by_status: Mapping[Status, int]
    final: int
    success_rate: float | None
    anomalies: int
    refused: int
    currencies: tuple[CurrencyStats, ...]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


class StatisticsService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def payments(self, window: StatsWindow) -> PaymentStats:
        """Raises ServiceUnavailable."""
        end = datetime.now(UTC)
        start = end - LENGTHS[window]
        groups = await self._database.read(partial(_groups, start=start, end=end))
        made = _made(groups)
        counts = _counts(made, by="status")
        refunded = await self._refunded(start, end)
        return PaymentStats(
            start=start,
            end=end,
            by_status={status: counts[status] for status in Status},
            final=_final(made),
            success_rate=_success_rate(made),
            anomalies=sum(group["count"] for group in made if group["anomalies"]),
            refused=sum(group["count"] for group in groups) - sum(counts.values()),
            currencies=_currencies([group for group in made if group["status"] == Status.PAID.value], refunded),
        )

    async def measure(self) -> int:
        """Show the last day's figures as metrics. Answers 0: nothing was done."""
        end = datetime.now(UTC)
        made = _made(await self._database.read(partial(_groups, start=end - LENGTHS[StatsWindow.DAY], end=end)))
        counts, rate = _counts(made, by="status"), _success_rate(made)
        for status in Status:
            PAYMENTS.labels(status).set(counts[status])
        SUCCESS_RATE.set(math.nan if rate is None else rate)
        return 0

    async def _refunded(self, start: datetime, end: datetime) -> Counter[str]:
        """Minor units by currency, a batch of rows at a time."""
        sums: Counter[str] = Counter()
        last = ""
        while True:
            rows = await self._database.read(partial(_refunded_after, start=start, end=end, last=last))
            for row in rows:
                sums[row.currency] += refunded_minor(facts_from_json(row.facts))
            if len(rows) < BATCH:
                return sums
            last = rows[-1].id


async def _groups(connection: Connection, *, start: datetime, end: datetime) -> list[dict[str, Any]]:
    columns = ("status", "is_final", "creation", "currency", "anomalies")
    within = Payment.filter(created_at__gte=start, created_at__lt=end).using_db(connection)
    figures = within.annotate(count=Count("id"), amount=Sum("amount_minor")).group_by(*columns)
    return await figures.values(*columns, "count", "amount")


async def _refunded_after(connection: Connection, *, start: datetime, end: datetime, last: str) -> list[Payment]:
    paid = Payment.filter(status=Status.PAID.value, created_at__gte=start, created_at__lt=end, id__gt=last)
    query = paid.using_db(connection).annotate(has_refunds=RawSQL(_HAS_REFUNDS)).filter(has_refunds=1)
    return await query.order_by("id").limit(BATCH).only("id", "currency", "facts")


def _made(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those Stripe refused to make."""
    return [group for group in groups if group["creation"] != Creation.REFUSED.value]


def _final(groups: list[dict[str, Any]]) -> int:
    return sum(group["count"] for group in groups if group["is_final"])


def _success_rate(groups: list[dict[str, Any]]) -> float | None:
    """None while none is final."""
    counts, final = _counts(groups, by="status"), _final(groups)
    return sum(counts[status] for status in SUCCEEDED) / final if final else None


def _counts(groups: list[dict[str, Any]], *, by: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group[by]] += group["count"]
    return counts


def _currencies(paid: list[dict[str, Any]], refunded: Counter[str]) -> tuple[CurrencyStats, ...]:
    """By currency."""
    counts = _counts(paid, by="currency")
    sums: Counter[str] = Counter()
    for group in paid:
        sums[group["currency"]] += int(group["amount"])
    return tuple(
        CurrencyStats(counts[currency], Money(sums[currency], currency), Money(refunded[currency], currency))
        for currency in sorted(counts)
    )
