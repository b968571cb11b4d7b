"""Never two payments for one purchase: a key or a reference stands for one row, and a unique constraint says so.

The row of a purchase is written here, with everything Stripe will be asked for, before Stripe hears of it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from gateway.database import Connection
from gateway.domain.errors import IdempotencyConflict
from gateway.domain.identifiers import PaymentId
from gateway.domain.status import Status
from gateway.models import IdempotencyKey, Payment
from gateway.models.payment import Creation
from gateway.services.checkout.prices import Sale
from gateway.services.checkout.request import CheckoutRequest
from gateway.services.recording import history as audit

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Known:
    """A purchase we have already. `reused`: recognised by its reference, not by its key."""

    payment: Payment
    reused: bool


class AlreadyReserved(Exception):
    """A parallel call was faster; rolls the transaction back, and the caller looks again."""


async def recall(connection: Connection, request: CheckoutRequest) -> Known | None:
    """The purchase this request stands for, if there is one. Raises IdempotencyConflict."""
    key = await _live_key(connection, request.idempotency_key)
    if key is not None:
        if key.request_hash != request.hash:
            raise IdempotencyConflict
        return Known(await Payment.get(id=key.payment_id, using_db=connection), reused=False)
    if request.open_key is None:
        return None
    payment = await Payment.get_or_none(open_key=request.open_key, using_db=connection)
    return Known(payment, reused=True) if payment is not None else None


async def remember(connection: Connection, request: CheckoutRequest, payment_id: PaymentId) -> None:
    """Tie the request's key, if it has one, to a purchase. Raises AlreadyReserved."""
    if request.idempotency_key is None:
        return
    now = datetime.now(UTC)
    stale = IdempotencyKey.filter(key=request.idempotency_key, created_at__lt=now - KEPT)
    await stale.using_db(connection).delete()
    try:
        await IdempotencyKey.create(
            key=request.idempotency_key,
            request_hash=request.hash,
            payment_id=payment_id,
            created_at=now,
            using_db=connection,
        )
    except IntegrityError as conflict:
        raise AlreadyReserved from conflict


@dataclass(frozen=True, slots=True)
class Reservation:
    """A purchase about to be written down, complete before Stripe hears of it."""

    payment_id: PaymentId
    request: CheckoutRequest
    sale: Sale
    parameters: dict[str, Any]
    livemode: bool


async def reserve(connection: Connection, reservation: Reservation) -> Payment:
    """Write the row of a new purchase, its first history line and its key. Raises AlreadyReserved."""
    now = datetime.now(UTC)
    request, amount = reservation.request, reservation.sale.amount
    try:
        payment = await Payment.create(
            id=reservation.payment_id,
            price_id=request.price_id,
            quantity=request.quantity,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            mode=reservation.sale.mode.value,
            livemode=reservation.livemode,
            client_reference_id=request.client_reference_id,
            creation=Creation.CREATING.value,
            parameters=reservation.parameters,
            request_hash=request.hash,
            open_key=request.open_key,
            facts={},
            status=Status.UNPAID.value,
            created_at=now,
            updated_at=now,
            using_db=connection,
        )
    except IntegrityError as conflict:
        raise AlreadyReserved from conflict
    first = audit.StatusChangeView(1, None, Status.UNPAID, "api", now)
    await audit.append(connection, reservation.payment_id, first)
    await remember(connection, request, reservation.payment_id)
    return payment


async def _live_key(connection: Connection, key: str | None) -> IdempotencyKey | None:
    if key is None:
        return None
    since = datetime.now(UTC) - KEPT
    return await IdempotencyKey.filter(key=key, created_at__gte=since).using_db(connection).first()
