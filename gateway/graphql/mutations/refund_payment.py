"""refundPayment: give a buyer's money back, in part or all that is left."""

from enum import Enum
from typing import Annotated

import strawberry

from gateway.domain.errors import GatewayError
from gateway.graphql.context import Info
from gateway.graphql.errors import Refusal
from gateway.graphql.filters import text_of
from gateway.graphql.operators import require_writer
from gateway.graphql.queries import SessionId
from gateway.graphql.types.minor_units import MinorUnits
from gateway.graphql.types.payment import Payment
from gateway.services.refunds import requests
from gateway.services.refunds.requests import Wish

Result = Annotated[
    Payment | Refusal,
    strawberry.union(name="RefundPaymentResult", description="The payment as it is now, or why nothing was refunded."),
]


@strawberry.enum(description="Why money goes back, in Stripe's words.")
class RefundReason(Enum):
    DUPLICATE = strawberry.enum_value("duplicate", description="The buyer paid twice.")
    FRAUDULENT = strawberry.enum_value("fraudulent", description="Somebody else paid with the buyer's card.")
    REQUESTED_BY_CUSTOMER = strawberry.enum_value("requested_by_customer", description="The buyer asked for it.")


Amount = Annotated[
    MinorUnits | None,
    strawberry.argument(
        description="How much, in minor units of the payment's currency; all that is left if left out."
    ),
]
Reason = Annotated[RefundReason | None, strawberry.argument(description="Why; Stripe keeps it with the refund.")]
Key = Annotated[
    str | None,
    strawberry.argument(description="Yours to choose, one per refund: the same key and request refund once."),
]


async def refund_payment(
    info: Info,
    session_id: SessionId,
    amount: Amount = strawberry.UNSET,
    reason: Reason = strawberry.UNSET,
    idempotency_key: Key = strawberry.UNSET,
) -> Result:
    context = info.context
    try:
        wish = Wish(
            session_id=str(session_id),
            by=require_writer(context).name,
            amount_minor=amount if amount is not strawberry.UNSET else None,
            reason=requests.RefundReason[reason.name] if reason else None,
            key=text_of(idempotency_key, field="idempotencyKey"),
        )
        return Payment.of((await context.services.refunds.refund(wish)).snapshot)
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)
