"""Many payments, quickly: a few real ones, as the gateway has stored them, copied by the database under other names.

So every row is as the models have it. The copies are spread evenly over a stretch of time that ends now. Their events
have short bodies; their histories are chained within themselves no more, so that `audit verify` would find them broken.
"""

from dataclasses import dataclass
from typing import Any

from gateway.models import Delivery, Movement, Payment, StatusChange, StripeReference, WebhookEvent
from gateway.models.attempt import AttemptRow
from gateway.models.columns import columns_of, table_of
from tests.harness.rows import execute, fetch

TABLES: tuple[Any, ...] = (Payment, StatusChange, Movement, AttemptRow, StripeReference, WebhookEvent, Delivery)
AT_ONCE = 20_000
"""Copies of one payment a statement."""
MOMENTS = ("created_at", "updated_at", "received_at", "recorded_at", "occurred_at", "at", "retrieved_at")
COUNTED = {"status_change": "id", "movement": "id", "attempt": "id"}
"""Keys that the database gives."""
UNIQUE = {
    "payment": ("session_id", "client_reference_id", "purchase_key"),
    "attempt": ("key",),
    "stripe_reference": ("id",),
    "webhook_event": ("id",),
    "delivery": ("id",),
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database says what the copies need: `{n}` is the copy's number, `{span}` seconds, `{count}` how many."""

    numbers: str
    hex_of: str
    moment: str
    seconds: str


DIALECTS = {
    "postgres": Dialect(
        "generate_series({first}, {last}) AS numbers(n)",
        "lpad(to_hex({number}), 32, '0')",
        "now() - make_interval(secs => ({span} * (n + 0.5) / {count})::float8)",
        "extract(epoch FROM now())::bigint - ({span} * (n + 0.5) / {count})::bigint",
    ),
    "sqlite": Dialect(
        "(WITH RECURSIVE c(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c WHERE n < {last}) SELECT n FROM c)",
        "printf('%032x', {number})",
        "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now', '-' || ({span} * (n + 0.5) / {count}) || ' seconds')",
        "CAST(strftime('%s', 'now') AS INTEGER) - CAST({span} * (n + 0.5) / {count} AS INTEGER)",
    ),
}


async def multiply(database_url: str, *, payments: int, days: int) -> None:
    """Until there are about so many, each of those there are copied equally often, over the last so many days."""
    dialect = DIALECTS["sqlite" if database_url.startswith("sqlite") else "postgres"]
    originals = [row["id"] for row in await fetch(database_url, "SELECT id FROM payment ORDER BY id")]
    copies = payments // len(originals)
    for place, original in enumerate(originals):
        for first in range(0, copies, AT_ONCE):
            last = min(first + AT_ONCE, copies) - 1
            statements = [
                _copies(table, dialect, original, place=place * copies, first=first, last=last, spread=(days, copies))
                for table in TABLES
            ]
            for statement in statements:
                await execute(database_url, statement)
    await execute(database_url, "ANALYZE")


def _copies(
    model: Any, dialect: Dialect, original: str, *, place: int, first: int, last: int, spread: tuple[int, int]
) -> str:
    table = table_of(model)
    names = [name for name in columns_of(model) if name != COUNTED.get(table)]
    values = [_value(table, name, dialect, place, spread) for name in names]
    own = "id" if table == "payment" else "payment_id"
    numbers = dialect.numbers.format(first=first, last=last)
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {", ".join(values)} '
        f'FROM "{table}" CROSS JOIN {numbers} WHERE "{own}" = \'{original}\''
    )


def _value(table: str, name: str, dialect: Dialect, place: int, spread: tuple[int, int]) -> str:
    days, copies = spread
    if name == "payment_id" or (table, name) == ("payment", "id"):
        return dialect.hex_of.format(number=f"({place} + n + 1)")
    if name in UNIQUE.get(table, ()):
        kept = f'substr("{name}", 1, 20)' if table == "delivery" else f'"{name}"'
        return f"{kept} || 'x' || ({place} + n)"
    if name == "change_id":
        return f'"change_id" + ({place} + n + 1) * 1000'
    if name in MOMENTS:
        moment = dialect.moment.format(span=days * 86400, count=copies)
        return f'CASE WHEN "{name}" IS NULL THEN NULL ELSE {moment} END'
    if (table, name) == ("attempt", "created"):
        return dialect.seconds.format(span=days * 86400, count=copies)
    return "'{}'" if (table, name) == ("webhook_event", "body") else f'"{name}"'
