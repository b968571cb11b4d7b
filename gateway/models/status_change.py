"""The append-only history: one row a visible change, hash-chained, one chain a payment (I5, I13)."""

from tortoise import fields
from tortoise.models import Model


class StatusChange(Model):
    id = fields.BigIntField(primary_key=True)
    payment_id = fields.CharField(max_length=32)
    version = fields.IntField()
    from_status = fields.CharField(max_length=20, null=True)
    to_status = fields.CharField(max_length=20)
    cause = fields.CharField(max_length=300)
    """`webhook evt_…`, `retrieve`, `reconciliation` or `api`."""
    at = fields.DatetimeField()
    previous_hash = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=40, null=True)
    """A notice's type, or `fulfilment`; null for a payment's beginning and for lines from before there were notices."""
    digest = fields.CharField(max_length=64, null=True)
    """Of status, facts, what was asked and the journal's sums; null in lines from before these were covered."""
    key_id = fields.CharField(max_length=16, null=True)
    """Names the audit key that `hash` is made with; null: a plain hash."""

    class Meta:
        table = "status_change"
        unique_together = (("payment_id", "version"),)
