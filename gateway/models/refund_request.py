"""Refunds that operators asked for: the row first, then Stripe with a key made of it, so that none is made twice.

What moved is never read from here: a refund's facts come by event or answer, as those of any other refund.
"""

from tortoise import fields
from tortoise.models import Model

from gateway.domain.states import RefundRequestState


class RefundRequest(Model):
    id = fields.CharField(max_length=32, primary_key=True)
    """Travels to Stripe in the refund's metadata."""
    payment_id = fields.CharField(max_length=32, db_index=True)
    key = fields.CharField(max_length=64, null=True, unique=True)
    """A hash of the caller's idempotency key with the payment."""
    request_hash = fields.CharField(max_length=64)
    """What was asked for; the same key with anything else is refused."""
    intent_id = fields.CharField(max_length=255)
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    reason = fields.CharField(max_length=30, null=True)
    by = fields.CharField(max_length=120)
    """The operator's key name, or the user of the command line."""
    state = fields.CharField(max_length=10, default=RefundRequestState.PENDING.value)
    attempt = fields.IntField(default=1)
    """Part of the key we send Stripe; raised only when a look showed that the tries so far made nothing."""
    stripe_id = fields.CharField(max_length=255, null=True)
    problem = fields.TextField(null=True)
    """Why Stripe refused it."""
    created_at = fields.DatetimeField()
    tried_at = fields.DatetimeField()

    class Meta:
        table = "refund_request"
        indexes = (("state", "tried_at"),)
