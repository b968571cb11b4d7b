"""A caller's idempotency key and the purchase it stands for, kept for 24 hours."""

from tortoise import fields
from tortoise.models import Model


class IdempotencyKey(Model):
    key = fields.CharField(max_length=255, primary_key=True)
    """A hash of the caller's class and its key: no class of callers can meet or block another's."""
    request_hash = fields.CharField(max_length=64)
    payment_id = fields.CharField(max_length=32, db_index=True)
    created_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "idempotency_key"
