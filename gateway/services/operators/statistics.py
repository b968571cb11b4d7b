"""Figures over a stretch of time: how many payments, how they ended, what they brought.

Counted and summed by the database, a payment by when it was created. What came and went is summed over the journal
alone, so that no two screens can disagree.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from tortoise.functions import Count

from gateway.domain.attempts import AttemptState
from gateway.domain.discrepancies import DiscrepancyState
from gateway.domain.money import Money
from gateway.domain.movements import MovementKind, Totals, totals
from gateway.domain.states import Creation
from gateway.domain.status import Status
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy, Payment
from gateway.models.attempt import AttemptRow
from gateway.telemetry.metrics import PAYMENTS, SUCCESS_RATE

SUCCEEDED = (Status.PAID, Status.NO_PAYMENT_REQUIRED)
_SUMS = """
SELECT m."kind" AS "kind", m."currency" AS "currency", SUM(m."amount_minor") AS "amount",
    COUNT(DISTINCT m."payment_id") AS "payments"
FROM "movement" m JOIN "payment" p ON p."id" = m."payment_id"
WHERE p."created_at" >= {start} AND p."created_at" < {end}
GROUP BY m."kind", m."currency"
"""

_PACKAGES = """
SELECT p."price_id" AS "price_id", m."currency" AS "currency", SUM(m."amount_minor") AS "amount",
    COUNT(DISTINCT m."payment_id") AS "payments"
FROM "movement" m JOIN "payment" p ON p."id" = m."payment_id"
WHERE p."created_at" >= {start} AND p."created_at" < {end} AND m."kind" = 'capture'
GROUP BY p."price_id", m."currency" ORDER BY SUM(m."amount_minor") DESC
"""


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
    """Of the payments of one currency: how many brought money, what came, and what went back since."""

    paid_count: int
    captured: Money
    refunded: Money
    disputed: Money


@dataclass(frozen=True, slots=True)
class PaymentStats:
    """Of the payments created from `start` (included) to `end`. `by_status` has every status, 0 included.

    `success_rate`: paid, or nothing due, of those that are final; None while none is. `refused`: Stripe would not make
    a session; they are in no other figure. `discrepancies`: those that nobody has resolved, however old.
    """

    start: datetime
    end: datetime
    by_status: Mapping[Status, int]
    final: int
    success_rate: float | None
    discrepancies: int
    refused: int
    currencies: tuple[CurrencyStats, ...]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One of the equal stretches of a window: payments created in it, as they stand now."""

    start: datetime
    created: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True)
class DeclineReason:
    """Why attempts to pay failed, in Stripe's words, and how many did."""

    code: str
    decline_code: str | None
    count: int


@dataclass(frozen=True, slots=True)
class PackageStats:
    """Of one price and currency: how many payments brought money, and what came."""

    price_id: str
    paid_count: int
    captured: Money


POINTS = {StatsWindow.HOUR: 12, StatsWindow.DAY: 24, StatsWindow.WEEK: 28, StatsWindow.MONTH: 30}
ATTEMPTS_LOOKED_AT = 20_000
_FAILED = (Status.FAILED, Status.EXPIRED, Status.CANCELED)


class StatisticsService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def payments(self, window: StatsWindow) -> PaymentStats:
        """Raises ServiceUnavailable."""
        end = datetime.now(UTC)
        start = end - LENGTHS[window]
        groups = await self._database.read_for_operators(partial(_groups, start=start, end=end))
        made = _made(groups)
        counts = _counts(made)
        return PaymentStats(
            start=start,
            end=end,
            by_status={status: counts[status] for status in Status},
            final=_final(made),
            success_rate=_success_rate(made),
            discrepancies=await self._database.read_for_operators(_unresolved),
            refused=sum(group["count"] for group in groups) - sum(counts.values()),
            currencies=_currencies(
                await self._database.read_for_operators(partial(sums_between, start=start, end=end))
            ),
        )

    async def series(self, window: StatsWindow) -> list[SeriesPoint]:
        """The window in equal stretches, the oldest first. Raises ServiceUnavailable."""
        end = datetime.now(UTC)
        start, count = end - LENGTHS[window], POINTS[window]
        step = LENGTHS[window] / count
        made = await self._database.read_for_operators(partial(_moments, start=start, end=end))
        points = [Counter[str]() for _ in range(count)]
        for created_at, status in made:
            points[min(int((created_at - start) / step), count - 1)][status] += 1
        return [
            SeriesPoint(
                start=start + step * place,
                created=point.total(),
                succeeded=sum(point[status] for status in SUCCEEDED),
                failed=sum(point[status] for status in _FAILED),
            )
            for place, point in enumerate(points)
        ]

    async def declines(self, window: StatsWindow) -> list[DeclineReason]:
        """Of the newest attempts within the window, the commonest first. Raises ServiceUnavailable."""
        since = int((datetime.now(UTC) - LENGTHS[window]).timestamp())
        failures = await self._database.read_for_operators(partial(_failures, since=since))
        counts = Counter((str(code), str(decline) or None) for _, (code, decline, *_) in failures)
        return [DeclineReason(code or "unknown", decline, count) for (code, decline), count in counts.most_common()]

    async def packages(self, window: StatsWindow) -> list[PackageStats]:
        """What the payments created within the window brought, by price, the most first. Raises ServiceUnavailable."""
        end = datetime.now(UTC)
        found = await self._database.read_for_operators(
            partial(sums_between, start=end - LENGTHS[window], end=end, query=_PACKAGES)
        )
        return [
            PackageStats(row["price_id"], int(row["payments"]), Money(int(row["amount"]), row["currency"]))
            for row in found
        ]

    async def measure(self) -> int:
        """Show the last day's figures as metrics. Answers 0: nothing was done."""
        end = datetime.now(UTC)
        made = _made(
            await self._database.read_for_operators(partial(_groups, start=end - LENGTHS[StatsWindow.DAY], end=end))
        )
        counts, rate = _counts(made), _success_rate(made)
        for status in Status:
            PAYMENTS.labels(status).set(counts[status])
        SUCCESS_RATE.set(math.nan if rate is None else rate)
        return 0


async def sums_between(
    connection: Connection, *, start: datetime, end: datetime, query: str = _SUMS
) -> list[dict[str, Any]]:
    """Sums of the journal, of the payments created in the stretch: by kind and currency, unless `query` says else."""
    if connection.capabilities.dialect == "postgres":
        return await connection.execute_query_dict(query.format(start="$1", end="$2"), [start, end])
    moments = [moment.astimezone(UTC).isoformat(sep=" ") for moment in (start, end)]
    return await connection.execute_query_dict(query.format(start="?", end="?"), moments)


async def _moments(connection: Connection, *, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    within = Payment.filter(created_at__gte=start, created_at__lt=end, creation__not=Creation.REFUSED.value)
    return await within.using_db(connection).values_list("created_at", "status")


async def _failures(connection: Connection, *, since: int) -> list[Any]:
    failed = AttemptRow.filter(state=AttemptState.FAILED.value, created__gte=since, failure__isnull=False)
    newest = failed.using_db(connection).order_by("-id").limit(ATTEMPTS_LOOKED_AT)
    return list(await newest.values_list("failure", flat=True))


async def _groups(connection: Connection, *, start: datetime, end: datetime) -> list[dict[str, Any]]:
    columns = ("status", "is_final", "creation")
    within = Payment.filter(created_at__gte=start, created_at__lt=end).using_db(connection)
    return await within.annotate(count=Count("id")).group_by(*columns).values(*columns, "count")


async def _unresolved(connection: Connection) -> int:
    return await Discrepancy.filter(state__not=DiscrepancyState.RESOLVED.value).using_db(connection).count()


def _made(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those Stripe refused to make."""
    return [group for group in groups if group["creation"] != Creation.REFUSED.value]


def _final(groups: list[dict[str, Any]]) -> int:
    return sum(group["count"] for group in groups if group["is_final"])


def _success_rate(groups: list[dict[str, Any]]) -> float | None:
    """None while none is final."""
    counts, final = _counts(groups), _final(groups)
    return sum(counts[status] for status in SUCCEEDED) / final if final else None


def _counts(groups: list[dict[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group["status"]] += group["count"]
    return counts


def _currencies(sums: list[dict[str, Any]]) -> tuple[CurrencyStats, ...]:
    """By currency."""
    counts = {row["currency"]: int(row["payments"]) for row in sums if row["kind"] == MovementKind.CAPTURE.value}
    lines = totals((MovementKind(row["kind"]), row["currency"], int(row["amount"])) for row in sums)
    return tuple(_currency(line, counts.get(line.currency, 0)) for line in lines)


def _currency(line: Totals, count: int) -> CurrencyStats:
    captured, refunded, disputed = (
        Money(minor, line.currency) for minor in (line.captured, line.refunded, line.disputed)
    )
    return CurrencyStats(count, captured, refunded, disputed)
