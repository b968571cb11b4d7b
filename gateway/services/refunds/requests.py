"""The row of a refund: written under the payment's lock before Stripe hears of it, with all that it will be asked."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from gateway.domain.errors import IdempotencyConflict, InvalidRequest, RefundTooLarge, SessionNotFound
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import INSTANCE_MARKER, MARKER, REFUND_MARKER, InstanceId, PaymentId, parse_session_id
from gateway.domain.language import Text
from gateway.domain.money import Money
from gateway.domain.refunding import UnderWay, refundable
from gateway.domain.states import RefundRequestState
from gateway.engines.database import Connection
from gateway.models import RefundRequest
from gateway.services.recording import rows

LONGEST_KEY = 255


class RefundReason(StrEnum):
    """Stripe's words."""

    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"
    REQUESTED_BY_CUSTOMER = "requested_by_customer"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator asks for. `amount_minor` None: all that is left. `by` is who the audit names."""

    session_id: str
    by: str
    amount_minor: int | None = None
    reason: RefundReason | None = None
    key: str | None = None

    def stored_key(self, payment_id: str) -> str | None:
        return _hash(payment_id, self.key) if self.key is not None else None

    @property
    def hash(self) -> str:
        """Two wishes of one key are the same when this is."""
        return _hash(str(self.amount_minor), str(self.reason))


def check(wish: Wish) -> None:
    """Raises InvalidRequest, naming the field."""
    if wish.amount_minor is not None and wish.amount_minor < 1:
        raise InvalidRequest(problem=_NOTHING)
    if wish.key is not None and not (1 <= len(wish.key) <= LONGEST_KEY and wish.key.isprintable()):
        raise InvalidRequest(problem=_BAD_KEY)


async def reserve(connection: Connection, wish: Wish, *, livemode: bool) -> RefundRequest:
    """The row of this wish: a new one, or the one that its key stands for.

    Raises SessionNotFound, NotRefundable, RefundTooLarge and IdempotencyConflict.
    """
    session_id = parse_session_id(wish.session_id)
    payment = await rows.by_session(connection, session_id, livemode=livemode) if session_id is not None else None
    if payment is None:
        raise SessionNotFound
    locked = await rows.locked(connection, PaymentId(payment.id))
    key = wish.stored_key(locked.id)
    known = await RefundRequest.get_or_none(key=key, using_db=connection) if key is not None else None
    if known is not None:
        if known.request_hash != wish.hash:
            raise IdempotencyConflict
        return known
    found = refundable(facts_from_json(locked.facts), await under_way(connection, PaymentId(locked.id)))
    amount = found.left.amount_minor if wish.amount_minor is None else wish.amount_minor
    if amount > found.left.amount_minor:
        raise RefundTooLarge(left=found.left.formatted)
    now = datetime.now(UTC)
    return await RefundRequest.create(
        id=uuid.uuid4().hex,
        payment_id=locked.id,
        key=key,
        request_hash=wish.hash,
        intent_id=found.intent_id,
        amount_minor=amount,
        currency=found.left.currency,
        reason=wish.reason.value if wish.reason is not None else None,
        by=wish.by[:120],
        created_at=now,
        tried_at=now,
        using_db=connection,
    )


async def under_way(connection: Connection, payment_id: PaymentId) -> list[UnderWay]:
    """Those that Stripe has not refused."""
    query = RefundRequest.filter(payment_id=payment_id).exclude(state=RefundRequestState.REFUSED.value)
    return [UnderWay(row.intent_id, row.amount_minor, row.stripe_id) for row in await query.using_db(connection)]


def parameters(row: RefundRequest, instance: InstanceId) -> dict[str, Any]:
    """What Stripe is asked for, the same on every try."""
    asked: dict[str, Any] = {
        "payment_intent": row.intent_id,
        "amount": row.amount_minor,
        "metadata": {REFUND_MARKER: row.id, MARKER: row.payment_id, INSTANCE_MARKER: instance},
    }
    return asked | ({"reason": row.reason} if row.reason is not None else {})


def amount_of(row: RefundRequest) -> Money:
    return Money(row.amount_minor, row.currency)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


_NOTHING = Text(en="`amount` must be at least 1, in minor units.", zh="amount 必须至少为 1（最小货币单位）。")
_BAD_KEY = Text(
    en=f"`idempotencyKey` must be 1 to {LONGEST_KEY} characters without control characters.",
    zh=f"idempotencyKey 的长度必须为 1 到 {LONGEST_KEY} 个字符。",
)
