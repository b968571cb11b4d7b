"""The journal: every amount that came or went, appended in the transaction that learned it, never changed.

A correction is a row. Everything that speaks of money is a sum over these rows.
"""

from tortoise import fields
from tortoise.models import Model


class Movement(Model):
    id = fields.BigIntField(primary_key=True)
    payment_id = fields.CharField(max_length=32)
    number = fields.IntField()
    """From 1, within the payment."""
    stripe_id = fields.CharField(max_length=255)
    kind = fields.CharField(max_length=20)
    amount_minor = fields.BigIntField()
    """Signed minor units."""
    currency = fields.CharField(max_length=3)
    occurred_at = fields.DatetimeField(null=True)
    """By the object or its balance transaction; never an event's time or our clock."""
    recorded_at = fields.DatetimeField(db_index=True)
    cause = fields.CharField(max_length=300)

    class Meta:
        table = "movement"
        unique_together = (("payment_id", "number"),)
        indexes = (("amount_minor", "recorded_at"),)
