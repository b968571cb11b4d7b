"""Notices to the shop's back ends: one row a change and back end, and how far each back end has come in the history.

A row is made together with the place that it moves, so that none is missing and none is made twice.
"""

from tortoise import fields
from tortoise.models import Model

from gateway.domain.states import DeliveryState


class NoticeEndpoint(Model):
    """A url of GATEWAY_NOTIFY_URLS, from its first start on; one that is no longer set keeps its row."""

    id = fields.CharField(max_length=32, primary_key=True)
    url = fields.TextField()
    place = fields.BigIntField()
    """The last line of the history that was looked at for it."""
    since = fields.DatetimeField()
    """Payments made before this are not awaited here."""
    paused_at = fields.DatetimeField(null=True)
    """It answered 410: nothing is sent to it until an operator resumes it."""

    class Meta:
        table = "notice_endpoint"


class Delivery(Model):
    id = fields.CharField(max_length=40, primary_key=True)
    """The `webhook-id`: the same on every try."""
    endpoint_id = fields.CharField(max_length=32)
    payment_id = fields.CharField(max_length=32)
    change_id = fields.BigIntField()
    version = fields.IntField()
    type = fields.CharField(max_length=40)
    state = fields.CharField(max_length=12, default=DeliveryState.PENDING.value)
    tries = fields.IntField(default=0)
    next_try_at = fields.DatetimeField(null=True)
    """Null while an earlier one of the same payment and back end is pending, and once it is settled."""
    status_code = fields.IntField(null=True)
    """Of the last answer; null where none came."""
    answer = fields.TextField(null=True)
    """The beginning of the last answer's body, or why there was none."""
    created_at = fields.DatetimeField()
    first_tried_at = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery"
        unique_together = (("endpoint_id", "change_id"),)
        indexes = (
            ("state", "next_try_at"),
            ("endpoint_id", "payment_id", "change_id"),
            ("payment_id", "created_at"),
            ("created_at", "id"),
            ("state", "created_at", "id"),
        )
