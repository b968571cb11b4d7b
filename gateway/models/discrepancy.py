"""The desk: a row for whatever somebody has to look at, the payments it concerns, and every step it took.

One row has a kind and subject. It is opened by its cause and closed by its end or by an operator; none is deleted.
"""

from tortoise import fields
from tortoise.models import Model


class Discrepancy(Model):
    id = fields.CharField(max_length=32, primary_key=True)
    kind = fields.CharField(max_length=32)
    subject = fields.CharField(max_length=500)
    detail = fields.TextField()
    """What was found, in a sentence; another sentence opens a resolved row again."""
    state = fields.CharField(max_length=12)
    closed_by_itself = fields.BooleanField(default=False)
    opened_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()

    class Meta:
        table = "discrepancy"
        unique_together = (("kind", "subject"),)
        indexes = (("state", "opened_at", "id"), ("opened_at", "id"))


class DiscrepancyPayment(Model):
    id = fields.BigIntField(primary_key=True)
    discrepancy_id = fields.CharField(max_length=32)
    payment_id = fields.CharField(max_length=32, db_index=True)

    class Meta:
        table = "discrepancy_payment"
        unique_together = (("discrepancy_id", "payment_id"),)


class DiscrepancyChange(Model):
    """One step of one row: append-only."""

    id = fields.BigIntField(primary_key=True)
    discrepancy_id = fields.CharField(max_length=32, db_index=True)
    from_state = fields.CharField(max_length=12, null=True)
    to_state = fields.CharField(max_length=12)
    by = fields.CharField(max_length=120)
    """`itself`, `reconciliation`, or the operator's name."""
    note = fields.TextField(null=True)
    detail = fields.TextField()
    at = fields.DatetimeField()

    class Meta:
        table = "discrepancy_change"
