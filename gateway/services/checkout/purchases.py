"""What a known caller has bought already, or is about to: one purchase is a reference, a price and a quantity.

Only signed calls and operators have purchases. For anybody else a reference is a label: a session id is a capability,
so nothing guessable may yield one.
"""

from datetime import UTC, datetime, timedelta

from gateway.domain.errors import AlreadyPaid, PaymentInProgress
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.states import Creation
from gateway.engines.database import Connection
from gateway.models import Payment
from gateway.services.checkout.request import CheckoutRequest
from gateway.services.recording.duplicates import holds_money

LOOKED_AT = 50
LIFE_LEFT = timedelta(minutes=10)
"""A session with less to live is not handed out again: its buyer would not finish."""


async def open_purchase(connection: Connection, request: CheckoutRequest) -> Payment | None:
    """The row that is open for this purchase, if any.

    Raises AlreadyPaid when it was bought and not wholly refunded, PaymentInProgress when its money is on its way;
    neither when the caller allows a repeat.
    """
    if request.purchase_key is None:
        return None
    query = Payment.filter(purchase_key=request.purchase_key, creation__not=Creation.REFUSED.value)
    found = await query.using_db(connection).order_by("-created_at").limit(LOOKED_AT)
    for row in found if not request.allow_repeat else ():
        facts = facts_from_json(row.facts)
        if holds_money(facts) or facts.nothing_due:
            raise AlreadyPaid(session_id=row.session_id or "")
        if facts.complete and not row.is_final:
            raise PaymentInProgress(session_id=row.session_id or "")
    return next((row for row in found if row.open_key is not None), None)


async def release(connection: Connection, payment_id: PaymentId) -> None:
    """The row is open for its purchase no longer."""
    await Payment.filter(id=payment_id).using_db(connection).update(open_key=None)


def may_be_handed_back(row: Payment, request: CheckoutRequest) -> bool:
    """The same details, time enough left, and nobody has asked to cancel it."""
    has_time = row.expires_at is None or row.expires_at - datetime.now(UTC) >= LIFE_LEFT
    return row.details == request.details and has_time and not facts_from_json(row.facts).cancel_requested
