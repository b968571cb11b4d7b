"""Attempts to pay: one row each, unique by payment and key, merged like facts and never cut off."""

from tortoise import fields
from tortoise.models import Model


class AttemptRow(Model):
    id = fields.BigIntField(primary_key=True)
    payment_id = fields.CharField(max_length=32)
    key = fields.CharField(max_length=255, db_index=True)
    """The charge's id, else the payment method's, else the event's."""
    intent_id = fields.CharField(max_length=255, null=True)
    state = fields.SmallIntField()
    created = fields.BigIntField()
    """Unix seconds, by Stripe's clock."""
    created_source = fields.SmallIntField()
    failure: list[object] | None = fields.JSONField(null=True)
    """`[source, [code, decline code, message]]`."""
    card: list[object] | None = fields.JSONField(null=True)
    """`[source, [brand, last four digits]]`."""

    class Meta:
        table = "attempt"
        unique_together = (("payment_id", "key"),)
        indexes = (("payment_id", "created", "key"), ("state", "created"))
