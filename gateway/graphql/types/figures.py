"""Figures behind the console's charts."""

from datetime import datetime

import strawberry

from gateway.graphql.types.money import Money
from gateway.services.operators import statistics


@strawberry.type(description="One of the equal stretches of a window: the payments created in it, as they stand now.")
class SeriesPoint:
    start: datetime = strawberry.field(name="from", description="When it begins.")
    created: int = strawberry.field(description="How many were created.")
    succeeded: int = strawberry.field(description="How many of them are PAID or NO_PAYMENT_REQUIRED.")
    failed: int = strawberry.field(description="How many of them are FAILED, EXPIRED or CANCELED.")

    @classmethod
    def of(cls, point: statistics.SeriesPoint) -> "SeriesPoint":
        return cls(start=point.start, created=point.created, succeeded=point.succeeded, failed=point.failed)


@strawberry.type(description="Why attempts to pay failed, and how many did.")
class DeclineReason:
    code: str = strawberry.field(description="Stripe's error code.")
    decline_code: str | None = strawberry.field(description="The issuer's reason, if Stripe named it.")
    count: int = strawberry.field(description="How many attempts.")

    @classmethod
    def of(cls, reason: statistics.DeclineReason) -> "DeclineReason":
        return cls(code=reason.code, decline_code=reason.decline_code, count=reason.count)


@strawberry.type(description="What the payments of one price brought, in one currency.")
class PackageStats:
    price_id: strawberry.ID = strawberry.field(description="Stripe's price.")
    paid_count: int = strawberry.field(description="How many brought money.")
    captured: Money = strawberry.field(description="What came.")

    @classmethod
    def of(cls, stats: statistics.PackageStats) -> "PackageStats":
        return cls(
            price_id=strawberry.ID(stats.price_id), paid_count=stats.paid_count, captured=Money.of(stats.captured)
        )
