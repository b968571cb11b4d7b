"""What the shop's back ends are notified of: one notice for each visible change, except one of fulfilment itself.

Each line of a payment's history carries the kind of its change, so that the history is the outbox: nothing can be
recorded and not sent. The first line is the payment's beginning and no change.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

from gateway.domain.snapshot import Visible
from gateway.domain.status import Status


class NoticeType(StrEnum):
    """The `type` of a notice."""

    PAID = "payment.paid"
    NO_PAYMENT_REQUIRED = "payment.no_payment_required"
    FAILED = "payment.failed"
    PROCESSING = "payment.processing"
    EXPIRED = "payment.expired"
    CANCELED = "payment.canceled"
    REFUNDED = "payment.refunded"
    REFUND_FAILED = "payment.refund_failed"
    DISPUTED = "payment.disputed"
    DISPUTE_CLOSED = "payment.dispute_closed"
    UPDATED = "payment.updated"


FULFILMENT = "fulfilment"
"""Kept in the history in place of a type: a change that nobody is notified of."""
FULFILLING = frozenset({NoticeType.PAID, NoticeType.NO_PAYMENT_REQUIRED})
"""Delivered, they fulfil; and they replace what the same back end has not taken of that payment yet."""

_OF_STATUS: Mapping[Status, NoticeType] = {
    status: NoticeType(f"payment.{status}") for status in Status if status is not Status.UNPAID
}


def kind_of_change(before: Visible, after: Visible) -> str:
    """A notice's type, or FULFILMENT. The first of these that differs names it: status, refunds, disputes, the rest."""
    if before.status is not after.status:
        return _OF_STATUS.get(after.status, NoticeType.UPDATED)
    was, now = _minor(before), _minor(after)
    if was != now:
        return NoticeType.REFUNDED if now > was else NoticeType.REFUND_FAILED
    if before.open_disputes != after.open_disputes:
        return NoticeType.DISPUTED if after.open_disputes > before.open_disputes else NoticeType.DISPUTE_CLOSED
    if before.disputed != after.disputed:  # A dispute that was lost before it was known.
        return NoticeType.DISPUTED if after.disputed else NoticeType.DISPUTE_CLOSED
    return FULFILMENT if before.fulfilment != after.fulfilment else NoticeType.UPDATED


def delivery_id(endpoint_id: str, change_id: int) -> str:
    """The `webhook-id` of this change to this back end: the same on every try, and wherever it is made."""
    return f"msg_{hashlib.sha256(f'{endpoint_id}:{change_id}'.encode()).hexdigest()[:32]}"


def endpoint_id_of(url: str) -> str:
    """32 hex digits that name a back end's url."""
    return hashlib.sha256(url.encode()).hexdigest()[:32]


def _minor(seen: Visible) -> int:
    return seen.refunded.amount_minor if seen.refunded is not None else 0
