"""The inbox: every verified event, exactly once, as it came (I1, I14)."""

from tortoise import fields
from tortoise.models import Model

READING = 2
"""1: before the money model."""


class WebhookEvent(Model):
    id = fields.CharField(max_length=255, primary_key=True)
    type = fields.CharField(max_length=100)
    created_at = fields.DatetimeField()
    """Stripe's time; ours is `received_at`."""
    received_at = fields.DatetimeField(db_index=True)
    livemode = fields.BooleanField()
    body = fields.TextField()
    state = fields.CharField(max_length=10)
    payment_id = fields.CharField(max_length=32, null=True, db_index=True)
    joins_by = fields.CharField(max_length=255, null=True, db_index=True)
    """The Stripe id a waiting event is joined by: it is looked at again when that id turns out to be a payment's."""
    read_as = fields.SmallIntField(default=READING)
    """Which reading of events applied it: what an earlier one left out is not missed."""
    tries = fields.IntField(default=1)
    next_try_at = fields.DatetimeField(null=True)
    error = fields.TextField(null=True)

    class Meta:
        table = "webhook_event"
        indexes = (("state", "next_try_at"), ("state", "received_at", "id"), ("type", "received_at", "id"))
