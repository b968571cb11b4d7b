"""The double-payment radar: two payments that hold money for one reference and price.

It looks whenever the journal of a payment with a reference has moved. Those made with `allowRepeat` are exempt.
"""

from datetime import datetime

from gateway.domain.discrepancies import Condition, DiscrepancyKind
from gateway.domain.facts import Facts
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.movements import wholly_refunded
from gateway.domain.ownership import is_paid
from gateway.engines.database import Connection
from gateway.models import Payment
from gateway.services.recording import discrepancies
from gateway.services.recording.rows import queue_for

LOOKED_AT = 100


def holds_money(facts: Facts) -> bool:
    """Paid, and not wholly refunded."""
    return is_paid(facts) and not wholly_refunded(facts)


async def look(connection: Connection, row: Payment, facts: Facts, *, now: datetime) -> None:
    """Open or close the condition of this payment's reference and price."""
    if row.client_reference_id is None or row.allow_repeat:
        return
    condition = Condition(DiscrepancyKind.DUPLICATE_PURCHASE, f"{row.price_id} {row.client_reference_id}")
    await queue_for(connection, f"{condition.kind} {condition.subject}")
    query = Payment.filter(
        client_reference_id=row.client_reference_id, price_id=row.price_id, allow_repeat=False, movements__gt=0
    )
    others = await query.using_db(connection).exclude(id=row.id).order_by("-created_at").limit(LOOKED_AT)
    holding = [PaymentId(other.id) for other in others if holds_money(facts_from_json(other.facts))]
    if holds_money(facts):
        holding.append(PaymentId(row.id))
    if len(holding) > 1:
        detail = f"{len(holding)} payments hold money for reference {row.client_reference_id} and {row.price_id}"
        await discrepancies.show(connection, condition, detail, payments=holding, now=now)
    else:
        await discrepancies.close(connection, condition, now=now)
