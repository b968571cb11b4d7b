"""Figures over a stretch of time: how many payments, how they ended, what they brought.

Counted and summed by the database, a payment by when it was created, whole hours from their sums. What came and went is
summed over the journal alone, so that no two screens can disagree.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial

from gateway.domain.attempts import AttemptState
from gateway.domain.discrepancies import DiscrepancyState
from gateway.domain.money import Money
from gateway.domain.movements import MovementKind, Totals, totals
from gateway.domain.states import Creation
from gateway.domain.status import Status
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy
from gateway.services.operators.hourly_sums import Counted, Moved, Steps, counts, moved, pieces_of
from gateway.telemetry.metrics import PAYMENTS, SUCCESS_RATE

SUCCEEDED = (Status.PAID, Status.NO_PAYMENT_REQUIRED)


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


POINTS = {
    StatsWindow.HOUR: (12, timedelta(minutes=5)),
    StatsWindow.DAY: (24, timedelta(hours=1)),
    StatsWindow.WEEK: (28, timedelta(hours=6)),
    StatsWindow.MONTH: (30, timedelta(days=1)),
}
"""How many stretches, and how long each is; they begin on whole multiples of that, in UTC."""
ATTEMPTS_LOOKED_AT = 20_000
_FAILED = (Status.FAILED, Status.EXPIRED, Status.CANCELED)
_DECLINES = """
SELECT {code} AS "code", {decline_code} AS "decline_code", COUNT(*) AS "attempts" FROM (
    SELECT "failure" FROM "attempt" WHERE "state" = {state} AND "created" >= {since} AND "failure" IS NOT NULL
    ORDER BY "created" DESC LIMIT {most}
) AS "newest" GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
_OF_FAILURE = {
    "postgres": ('"failure"->1->>0', '"failure"->1->>1'),
    "sqlite": ("json_extract(\"failure\", '$[1][0]')", "json_extract(\"failure\", '$[1][1]')"),
}
"""Code and decline code, where `AttemptRow.failure` keeps them."""


class StatisticsService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def payments(self, window: StatsWindow) -> PaymentStats:
        """Raises ServiceUnavailable."""
        end = datetime.now(UTC)
        start = end - LENGTHS[window]
        groups, lines, discrepancies = await self._database.read_for_operators(partial(_figures, start=start, end=end))
        made = _made(groups)
        by_status = _by_status(made)
        return PaymentStats(
            start=start,
            end=end,
            by_status={status: by_status[status] for status in Status},
            final=_final(made),
            success_rate=_success_rate(made),
            discrepancies=discrepancies,
            refused=_count(groups) - _count(made),
            currencies=_currencies(lines),
        )

    async def series(self, window: StatsWindow) -> list[SeriesPoint]:
        """Equal stretches, the oldest first, the last of them under way. Raises ServiceUnavailable."""
        now = datetime.now(UTC)
        count, step = POINTS[window]
        last = now - (now - datetime.min.replace(tzinfo=UTC)) % step
        steps = Steps(last - step * (count - 1), step)
        groups = await self._database.read_for_operators(partial(_groups, start=steps.start, end=now, steps=steps))
        points = [Counter[str]() for _ in range(count)]
        for group in _made(groups):
            points[group.place][group.status] += group.payments
        return [
            SeriesPoint(
                start=steps.start + step * place,
                created=point.total(),
                succeeded=sum(point[status] for status in SUCCEEDED),
                failed=sum(point[status] for status in _FAILED),
            )
            for place, point in enumerate(points)
        ]

    async def declines(self, window: StatsWindow) -> list[DeclineReason]:
        """Of the newest attempts within the window, the commonest first. Raises ServiceUnavailable."""
        since = int((datetime.now(UTC) - LENGTHS[window]).timestamp())
        return await self._database.read_for_operators(partial(_declines, since=since))

    async def packages(self, window: StatsWindow) -> list[PackageStats]:
        """What the payments created within the window brought, by price, the most first. Raises ServiceUnavailable."""
        end = datetime.now(UTC)
        lines = await self._database.read_for_operators(partial(_moved, start=end - LENGTHS[window], end=end))
        sums: dict[tuple[str, str], list[int]] = {}
        for line in lines:
            if line.kind == MovementKind.CAPTURE:
                held = sums.setdefault((line.price_id, line.currency), [0, 0])
                held[0] += line.payments
                held[1] += line.amount_minor
        found = [
            PackageStats(price_id, paid_count, Money(minor, currency))
            for (price_id, currency), (paid_count, minor) in sums.items()
        ]
        return sorted(found, key=lambda package: (-package.captured.amount_minor, package.price_id))

    async def measure(self) -> int:
        """Show the last day's figures as metrics. Answers 0: nothing was done."""
        end = datetime.now(UTC)
        start = end - LENGTHS[StatsWindow.DAY]
        made = _made(await self._database.read_for_operators(partial(_groups, start=start, end=end)))
        by_status, rate = _by_status(made), _success_rate(made)
        for status in Status:
            PAYMENTS.labels(status).set(by_status[status])
        SUCCESS_RATE.set(math.nan if rate is None else rate)
        return 0


Groups = list[Counted]


async def _groups(connection: Connection, *, start: datetime, end: datetime, steps: Steps | None = None) -> Groups:
    return await counts(connection, await pieces_of(connection, start, end), steps)


async def _moved(connection: Connection, *, start: datetime, end: datetime) -> list[Moved]:
    return await moved(connection, await pieces_of(connection, start, end))


async def _figures(connection: Connection, *, start: datetime, end: datetime) -> tuple[Groups, list[Moved], int]:
    pieces = await pieces_of(connection, start, end)
    return await counts(connection, pieces), await moved(connection, pieces), await _unresolved(connection)


async def _declines(connection: Connection, *, since: int) -> list[DeclineReason]:
    code, decline_code = _OF_FAILURE[connection.capabilities.dialect]
    whole = {"state": AttemptState.FAILED.value, "since": since, "most": ATTEMPTS_LOOKED_AT}
    rows = await connection.execute_query_dict(_DECLINES.format(code=code, decline_code=decline_code, **whole))
    return [DeclineReason(row["code"] or "unknown", row["decline_code"] or None, int(row["attempts"])) for row in rows]


async def _unresolved(connection: Connection) -> int:
    return await Discrepancy.filter(state__not=DiscrepancyState.RESOLVED.value).using_db(connection).count()


def _made(groups: Groups) -> Groups:
    """Without those Stripe refused to make."""
    return [group for group in groups if group.creation != Creation.REFUSED.value]


def _count(groups: Groups) -> int:
    return sum(group.payments for group in groups)


def _final(groups: Groups) -> int:
    return _count([group for group in groups if group.is_final])


def _success_rate(groups: Groups) -> float | None:
    """None while none is final."""
    by_status, final = _by_status(groups), _final(groups)
    return sum(by_status[status] for status in SUCCEEDED) / final if final else None


def _by_status(groups: Groups) -> Counter[str]:
    found: Counter[str] = Counter()
    for group in groups:
        found[group.status] += group.payments
    return found


def _currencies(lines: list[Moved]) -> tuple[CurrencyStats, ...]:
    """By currency."""
    paid: Counter[str] = Counter()
    for line in lines:
        paid[line.currency] += line.payments if line.kind == MovementKind.CAPTURE else 0
    sums = totals((MovementKind(line.kind), line.currency, line.amount_minor) for line in lines)
    return tuple(_currency(line, paid[line.currency]) for line in sums)


def _currency(line: Totals, count: int) -> CurrencyStats:
    captured, refunded, disputed = (
        Money(minor, line.currency) for minor in (line.captured, line.refunded, line.disputed)
    )
    return CurrencyStats(count, captured, refunded, disputed)
