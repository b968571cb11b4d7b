"""What comparing ourselves with Stripe found: a row a run, and a row a difference (I9)."""

from tortoise import fields
from tortoise.models import Model

from gateway.domain.states import Outcome


class Reconciliation(Model):
    id = fields.CharField(max_length=32, primary_key=True)
    trigger = fields.CharField(max_length=12)
    """`background`, `cli` or `graphql`."""
    adopt = fields.BooleanField()
    window_start = fields.DatetimeField()
    window_end = fields.DatetimeField()
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=12, default=Outcome.RUNNING.value)
    problem = fields.TextField(null=True)
    """Why it failed, in a sentence."""

    sessions = fields.IntField(default=0)
    """Compared, each with its row."""
    passed_over = fields.IntField(default=0)
    """Sessions at Stripe that are not ours."""
    differences = fields.IntField(default=0)
    repaired = fields.IntField(default=0)
    ledger: list[object] = fields.JSONField(default=list)
    """`[currency, here, there]` a currency, in minor units: paid minus refunded."""

    class Meta:
        table = "reconciliation"
        indexes = (("started_at", "id"),)


class ReconciliationDifference(Model):
    id = fields.BigIntField(primary_key=True)
    run_id = fields.CharField(max_length=32)
    kind = fields.CharField(max_length=16)
    session_id = fields.CharField(max_length=255, null=True)
    payment_id = fields.CharField(max_length=32, null=True)
    before = fields.CharField(max_length=120)
    after = fields.CharField(max_length=120)
    repaired = fields.BooleanField()

    class Meta:
        table = "reconciliation_difference"
        indexes = (("run_id", "id"),)
