"""Figures for operators."""

from datetime import datetime
from enum import Enum

import strawberry

from gateway.graphql.types.money import Money
from gateway.graphql.types.payment_status import PaymentStatus
from gateway.services.operators import statistics


@strawberry.enum(description="How far back, until now.")
class StatsWindow(Enum):
    HOUR = strawberry.enum_value("hour", description="60 minutes.")
    DAY = strawberry.enum_value("day", description="24 hours.")
    WEEK = strawberry.enum_value("week", description="7 days.")
    MONTH = strawberry.enum_value("month", description="30 days.")


@strawberry.type(description="How many payments have a status.")
class StatusCount:
    status: PaymentStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description="How many have it now.")


@strawberry.type(description="What the payments brought in one currency.")
class CurrencyStats:
    currency: str = strawberry.field(description="The ISO 4217 code in lower case.")
    paid_count: int = strawberry.field(description="How many brought money.")
    captured: Money = strawberry.field(description="What came.")
    refunded: Money = strawberry.field(description="What of it went back by refunds, whenever it did.")
    disputed: Money = strawberry.field(description="What of it went back by disputes, whenever it did.")

    @classmethod
    def of(cls, stats: statistics.CurrencyStats) -> "CurrencyStats":
        return cls(
            currency=stats.captured.currency,
            paid_count=stats.paid_count,
            captured=Money.of(stats.captured),
            refunded=Money.of(stats.refunded),
            disputed=Money.of(stats.disputed),
        )


@strawberry.type(description="Figures of the payments created within the window, as they stand now.")
class PaymentStats:
    start: datetime = strawberry.field(name="from", description="Created then or later.")
    end: datetime = strawberry.field(name="to", description="Created before then.")
    total: int = strawberry.field(description="How many, without those that Stripe refused to make.")
    by_status: list[StatusCount] = strawberry.field(description="How many have each status; every status is there.")
    final: int = strawberry.field(description="How many have ended.")
    success_rate: float | None = strawberry.field(
        description="PAID or NO_PAYMENT_REQUIRED among those that have ended, from 0 to 1; null while none has."
    )
    discrepancies: int = strawberry.field(
        description="How many discrepancies are not resolved, whenever they were opened."
    )
    refused: int = strawberry.field(description="How many sessions Stripe refused to make; in no other figure.")
    currencies: list[CurrencyStats] = strawberry.field(description="What they brought, by currency.")

    @classmethod
    def of(cls, stats: statistics.PaymentStats) -> "PaymentStats":
        counts = [StatusCount(status=PaymentStatus.of(status), count=n) for status, n in stats.by_status.items()]
        return cls(
            start=stats.start,
            end=stats.end,
            total=stats.total,
            by_status=counts,
            final=stats.final,
            success_rate=stats.success_rate,
            discrepancies=stats.discrepancies,
            refused=stats.refused,
            currencies=[CurrencyStats.of(currency) for currency in stats.currencies],
        )
