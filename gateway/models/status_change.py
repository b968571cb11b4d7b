"""The append-only history: one row a visible change, hash-chained, one chain a payment (design/safety.md I5, I13)."""

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

    class Meta:
        table = "status_change"
        unique_together = (("payment_id", "version"),)
