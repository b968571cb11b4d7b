"""Never two payments for one purchase: a key or a purchase stands for one row, and a unique constraint says so.

The row of a purchase is written here, with everything Stripe will be asked for, before Stripe hears of it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from gateway.domain.errors import IdempotencyConflict
from gateway.domain.identifiers import PaymentId, email_hash
from gateway.domain.states import Creation
from gateway.engines.database import Connection
from gateway.models import IdempotencyKey, Payment
from gateway.services.checkout.prices import Sale
from gateway.services.checkout.request import CheckoutRequest
from gateway.services.recording.recorder import Recording

KEPT = timedelta(hours=24)


class AlreadyReserved(Exception):
    """A parallel call was faster; rolls the transaction back, and the caller looks again."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A purchase about to be written down, complete before Stripe hears of it."""

    payment_id: PaymentId
    request: CheckoutRequest
    sale: Sale
    parameters: dict[str, Any]
    livemode: bool


async def recall(connection: Connection, request: CheckoutRequest) -> Payment | None:
    """The purchase that the request's key stands for. Raises IdempotencyConflict for another request."""
    if request.stored_key is None:
        return None
    since = datetime.now(UTC) - KEPT
    key = await IdempotencyKey.filter(key=request.stored_key, created_at__gte=since).using_db(connection).first()
    if key is None:
        return None
    if key.request_hash != request.hash:
        raise IdempotencyConflict
    return await Payment.get(id=key.payment_id, using_db=connection)


async def remember(connection: Connection, request: CheckoutRequest, payment_id: PaymentId) -> None:
    """Tie the request's key, if it has one, to a purchase. Raises AlreadyReserved."""
    if request.stored_key is None:
        return
    now = datetime.now(UTC)
    stale = IdempotencyKey.filter(key=request.stored_key, created_at__lt=now - KEPT)
    await stale.using_db(connection).delete()
    try:
        await IdempotencyKey.create(
            key=request.stored_key,
            request_hash=request.hash,
            payment_id=payment_id,
            created_at=now,
            using_db=connection,
        )
    except IntegrityError as conflict:
        raise AlreadyReserved from conflict


async def release(connection: Connection, payment_id: PaymentId) -> None:
    """Free the keys of a purchase that was refused: a refusal is never remembered."""
    await IdempotencyKey.filter(payment_id=payment_id).using_db(connection).delete()


async def has_key(connection: Connection, payment_id: PaymentId) -> bool:
    return await IdempotencyKey.filter(payment_id=payment_id).using_db(connection).exists()


async def reserve(recording: Recording, reservation: Reservation) -> Payment:
    """Write the row of a new purchase, its first history line and its key. Raises AlreadyReserved."""
    request, sale, now = reservation.request, reservation.sale, datetime.now(UTC)
    first = request.lines[0]
    columns = {
        "id": reservation.payment_id,
        "price_id": first.price_id,
        "quantity": first.quantity,
        "items": [[item.price_id, item.quantity] for item in request.lines] if len(request.lines) > 1 else None,
        "metadata": dict(request.metadata) or None,
        "email_hash": email_hash(request.customer_email) if request.customer_email is not None else None,
        "currency": sale.currency,
        "expected": dict(sale.expected),
        "mode": sale.mode.value,
        "livemode": reservation.livemode,
        "client_reference_id": request.client_reference_id,
        "caller": request.caller.label,
        "allow_repeat": request.allow_repeat,
        "purchase_key": request.purchase_key,
        "open_key": request.purchase_key,
        "details": request.details,
        "creation": Creation.CREATING.value,
        "created_at": now,
        "tried_at": now,
        "parameters": reservation.parameters,
        "request_hash": request.hash,
    }
    try:
        payment = await recording.begin(columns, cause="api")
    except IntegrityError as conflict:
        raise AlreadyReserved from conflict
    await remember(recording.connection, request, reservation.payment_id)
    return payment
