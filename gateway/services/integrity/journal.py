"""The journal against the facts: booked sums equal targets (I16)."""

from collections import Counter
from collections.abc import Iterator

from gateway.domain.facts import Facts
from gateway.domain.movements import SESSION_WORD, targets
from gateway.engines.database import Connection
from gateway.models import Movement, Payment

Sums = Counter[tuple[str, str, str]]
"""(Stripe id, kind, currency) → signed minor units."""


async def booked(connection: Connection, *, ids: list[str]) -> dict[str, Sums]:
    """Payment → what its rows of the journal sum up to."""
    sums: dict[str, Sums] = {}
    for row in await Movement.filter(payment_id__in=ids).using_db(connection):
        mine = sums.setdefault(row.payment_id, Counter())
        mine[row.stripe_id, row.kind, row.currency] += row.amount_minor
    return sums


def unbooked(row: Payment, facts: Facts, sums: Sums) -> Iterator[tuple[str, str]]:
    """Kind and sentence of everything that is booked otherwise than the facts say."""
    wanted: Sums = Counter()
    for target, amount in targets(facts).items():
        stripe_id = (row.session_id or row.id) if target.stripe_id == SESSION_WORD else target.stripe_id
        wanted[stripe_id, target.kind.value, target.currency] += amount
    for key in sorted({*wanted, *sums}):
        stripe_id, kind, currency = key
        if wanted[key] != sums[key]:
            yield kind, f"{sums[key]} {currency} of {stripe_id} is booked, the facts say {wanted[key]}"
