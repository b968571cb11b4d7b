"""Whose gateway this is: one row, written at the first start."""

from tortoise import fields
from tortoise.models import Model

ONLY_ROW = 1


class Installation(Model):
    id = fields.SmallIntField(primary_key=True, generated=False)
    instance = fields.CharField(max_length=32)
    """It travels in the marker of every session, so that two gateways on one account tell their sessions apart."""
    livemode = fields.BooleanField()
    account = fields.CharField(max_length=255, null=True)
    """Stripe's account id, once a call has proven it."""
    former: list[str] = fields.JSONField()
    """Ids whose sessions are ours too: before a `renew`, or claimed."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "installation"
