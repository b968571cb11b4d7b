"""The tables. Each file is one table and what its columns promise; nothing here opens a transaction."""

from gateway.models.idempotency_key import IdempotencyKey
from gateway.models.payment import Payment
from gateway.models.reconciliation import Reconciliation, ReconciliationDifference
from gateway.models.status_change import StatusChange
from gateway.models.webhook_event import WebhookEvent

__all__ = [
    "IdempotencyKey",
    "Payment",
    "Reconciliation",
    "ReconciliationDifference",
    "StatusChange",
    "WebhookEvent",
]
