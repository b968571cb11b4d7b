"""One purchase: what was asked, how far its session has come to be, and the folded facts.

The row is written before Stripe is called, so that every event finds it whenever it arrives. `status`, `is_final` and
`anomalies` repeat what the facts say, for queries; `derive(facts)` is their only writer.
"""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class Creation(StrEnum):
    """How far the Checkout Session has come to be: the recovery points of a create."""

    CREATING = "creating"
    LINKED = "linked"
    REFUSED = "refused"


class Payment(Model):
    id = fields.CharField(max_length=32, primary_key=True)
    session_id = fields.CharField(max_length=255, null=True, unique=True)
    intent_id = fields.CharField(max_length=255, null=True, db_index=True)

    price_id = fields.CharField(max_length=255)
    quantity = fields.IntField()
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    mode = fields.CharField(max_length=12)
    livemode = fields.BooleanField()
    client_reference_id = fields.CharField(max_length=200, null=True)

    creation = fields.CharField(max_length=10, default=Creation.CREATING.value)
    attempt = fields.IntField(default=1)
    """Part of the key we send Stripe; raised only when a try is known to have ended without a session."""
    parameters: dict[str, object] = fields.JSONField()
    """What Stripe is asked for, stored before the first try so that every retry is the same request."""
    refusal = fields.CharField(max_length=40, null=True)
    request_hash = fields.CharField(max_length=64)
    open_key = fields.CharField(max_length=64, null=True, unique=True)
    """Set while this purchase may be handed out again to the same `clientReferenceId`."""
    url = fields.TextField(null=True)
    expires_at = fields.DatetimeField(null=True)

    facts: dict[str, object] = fields.JSONField()
    status = fields.CharField(max_length=20)
    is_final = fields.BooleanField(default=False)
    anomalies = fields.CharField(max_length=120, default="")
    version = fields.IntField(default=1)
    """What clients count: grows by one with every visible change."""
    revision = fields.IntField(default=1)
    """What writers compare: grows with every write, visible or not."""

    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    asked_at = fields.DatetimeField(null=True)
    """When Stripe was last asked and answered."""

    class Meta:
        table = "payment"
        indexes = (("creation", "created_at"), ("is_final", "created_at"), ("created_at", "id"))
