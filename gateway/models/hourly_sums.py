"""What the payments of an hour have come to, so that a month's figures add up hours instead of reading every payment.

An hour is that of a payment's `created_at`, whatever happens to it later. Triggers (migration `hourly_sums`) delete the
row of `summed_hour` in the transaction that changes such a payment, and the hour is read from its payments again until
it is summed anew. Nothing decides by these figures.
"""

from tortoise import fields
from tortoise.models import Model


class SummedHour(Model):
    hour = fields.DatetimeField(primary_key=True)
    """Its beginning, in UTC."""
    is_ready = fields.BooleanField(default=False)
    """False from when it was noted that the hour is over until it is summed."""
    noted_at = fields.DatetimeField()
    """Tells this note from an earlier one of the same hour; no clock is read by it."""

    class Meta:
        table = "summed_hour"


class HourlyPayments(Model):
    id = fields.BigIntField(primary_key=True)
    hour = fields.DatetimeField(db_index=True)
    status = fields.CharField(max_length=20)
    is_final = fields.BooleanField()
    creation = fields.CharField(max_length=10)
    payments = fields.IntField()

    class Meta:
        table = "hourly_payments"


class HourlyMovements(Model):
    """Sums of the journal, of the payments created in the hour, whenever the money moved."""

    id = fields.BigIntField(primary_key=True)
    hour = fields.DatetimeField(db_index=True)
    price_id = fields.CharField(max_length=255)
    kind = fields.CharField(max_length=20)
    currency = fields.CharField(max_length=3)
    amount_minor = fields.BigIntField()
    """Signed minor units."""
    payments = fields.IntField()
    """How many payments these movements belong to."""

    class Meta:
        table = "hourly_movements"
