"""The body of a notice: the payment as GraphQL shows it to operators, with what the notice is about.

It is asked by a document, so that it can show nothing else than GraphQL does.
"""

from functools import cache
from typing import Any

import orjson
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.domain.identifiers import PaymentId
from gateway.domain.language import Language
from gateway.graphql.context import Context, Info
from gateway.graphql.types.minor_units import SCALAR, MinorUnits
from gateway.graphql.types.payment import Payment
from gateway.graphql.types.payment_status import PaymentStatus
from gateway.services.container import Services
from gateway.services.recording.history import StatusChangeView
from gateway.services.running.admission import Operator

READER = Operator("notices", may_write=False)
DOCUMENT = """
query Notice($paymentId: String!) { payment(paymentId: $paymentId) {
  sessionId status isFinal version price { id name description unitAmount { ...M } } amount { ...M } checkoutUrl
  lastFailure { code declineCode message advice at }
  paidAmount { ...M } refundedAmount { ...M } disputed receiptUrl invoiceUrl
  fulfilment { state at }
  createdAt updatedAt expiresAt expectedAmount { ...M }
  totals { currency capturedMinor refundedMinor disputedMinor netMinor }
  movements { number stripeId kind amount { ...M } occurredAt recordedAt cause }
  disputes { id state amount { ...M } reason respondBy }
  discrepancies { id kind subject detail state openedAt lastSeenAt }
  attempts { ...A }
  operator { ...O }
} }
fragment M on Money { amountMinor currency formatted }
fragment A on PaymentAttempt { id state at intentId code declineCode message }
fragment O on OperatorPayment {
  paymentId clientReferenceId priceId quantity items { priceId quantity } metadata { key value } intentIds caller
  allowRepeat livemode creation refusal
}
"""


@strawberry.type
class Query:
    @strawberry.field
    async def payment(self, info: Info, payment_id: str) -> Payment | None:
        found = await info.context.services.operators.payments_of([PaymentId(payment_id)])
        view = found.get(PaymentId(payment_id))
        return Payment.of_view(view) if view is not None else None


async def notice_body(services: Services, payment_id: PaymentId, notice_type: str, change: StatusChangeView) -> bytes:
    """JSON. `type`, `version` and `status` are of the change; the rest is the payment as it is now."""
    context = Context(services=services, address="", language=Language.EN, operator=READER)
    found = await _schema().execute(DOCUMENT, variable_values={"paymentId": payment_id}, context_value=context)
    if found.errors or found.data is None or found.data["payment"] is None:
        raise LookupError(f"payment {payment_id} cannot be shown: {found.errors}")
    payment: dict[str, Any] = found.data["payment"]
    operator = payment["operator"]
    body = payment | {
        "type": notice_type,
        "timestamp": change.at,
        "version": change.version,
        "status": PaymentStatus.of(change.to_status).name,
        "clientReferenceId": operator["clientReferenceId"],
        "metadata": {pair["key"]: pair["value"] for pair in operator["metadata"]},
    }
    return orjson.dumps(body)


@cache
def _schema() -> strawberry.Schema:
    return strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map={MinorUnits: SCALAR}))
