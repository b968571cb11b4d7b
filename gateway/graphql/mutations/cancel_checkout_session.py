"""cancelCheckoutSession: closes the page; what is paid already stays paid."""

from typing import Annotated

import strawberry

from gateway.domain.errors import GatewayError
from gateway.graphql.context import Info
from gateway.graphql.errors import Refusal
from gateway.graphql.queries import SessionId
from gateway.graphql.types.payment import Payment

Result = Annotated[
    Payment | Refusal,
    strawberry.union(
        name="CancelCheckoutSessionResult", description="The payment as it ended, or why nothing was done."
    ),
]


async def cancel_checkout_session(info: Info, session_id: SessionId) -> Result:
    context = info.context
    try:
        return Payment.of(await context.services.checkout.cancel(str(session_id)))
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)
