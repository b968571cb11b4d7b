"""The tables. Each file is one table and what its columns promise; nothing here opens a transaction."""

from gateway.models.attempt import AttemptRow
from gateway.models.delivery import Delivery, NoticeEndpoint
from gateway.models.discrepancy import Discrepancy, DiscrepancyChange, DiscrepancyPayment
from gateway.models.hourly_sums import HourlyMovements, HourlyPayments, SummedHour
from gateway.models.idempotency_key import IdempotencyKey
from gateway.models.installation import Installation
from gateway.models.movement import Movement
from gateway.models.payment import Payment
from gateway.models.reconciliation import Reconciliation, ReconciliationDifference
from gateway.models.refund_request import RefundRequest
from gateway.models.status_change import StatusChange
from gateway.models.stripe_reference import StripeReference
from gateway.models.webhook_event import WebhookEvent

__all__ = [
    "AttemptRow",
    "Delivery",
    "Discrepancy",
    "DiscrepancyChange",
    "DiscrepancyPayment",
    "HourlyMovements",
    "HourlyPayments",
    "IdempotencyKey",
    "Installation",
    "Movement",
    "NoticeEndpoint",
    "Payment",
    "Reconciliation",
    "ReconciliationDifference",
    "RefundRequest",
    "StatusChange",
    "StripeReference",
    "SummedHour",
    "WebhookEvent",
]
