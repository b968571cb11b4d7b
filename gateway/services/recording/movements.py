"""The journal: what the facts say must be booked less what is booked, appended where it is learned."""

from collections.abc import Mapping
from datetime import datetime

from gateway.domain.facts import Facts
from gateway.domain.movements import SESSION_WORD, Target, occurred_at, targets
from gateway.engines.database import Connection
from gateway.models import Movement, Payment
from gateway.services.recording.sql import insert


async def append(
    connection: Connection, row: Payment, before: Facts, after: Facts, *, cause: str, now: datetime
) -> int:
    """Book what has changed between two states of the facts. How many rows were appended.

    What is booked equals the targets of `before`, because every write of facts ends here in its own transaction.
    """
    differences = difference(targets(before), targets(after))
    for number, (target, amount) in enumerate(differences, start=row.movements + 1):
        line = {
            "payment_id": row.id,
            "number": number,
            "stripe_id": (row.session_id or row.id) if target.stripe_id == SESSION_WORD else target.stripe_id,
            "kind": target.kind.value,
            "amount_minor": amount,
            "currency": target.currency,
            "occurred_at": occurred_at(after, target),
            "recorded_at": now,
            "cause": cause,
        }
        await insert(connection, Movement, line)
    return len(differences)


def difference(before: Mapping[Target, int], after: Mapping[Target, int]) -> list[tuple[Target, int]]:
    """Signed amounts that bring the one to the other, in a fixed order, without zeros."""
    moved = {target: after.get(target, 0) - before.get(target, 0) for target in {*before, *after}}
    return [(target, moved[target]) for target in sorted(moved) if moved[target]]
