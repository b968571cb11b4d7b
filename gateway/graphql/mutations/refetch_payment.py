"""refetchPayment: ask Stripe about a payment now, refunds and disputes included."""

from typing import Annotated

import strawberry

from gateway.domain.errors import GatewayError, SessionNotFound
from gateway.graphql.context import Info
from gateway.graphql.errors import Refusal
from gateway.graphql.operators import require_writer
from gateway.graphql.queries import SessionId
from gateway.graphql.types.payment import Payment

Result = Annotated[
    Payment | Refusal,
    strawberry.union(name="RefetchPaymentResult", description="The payment as it is now, or why Stripe was not asked."),
]


async def refetch_payment(info: Info, session_id: SessionId) -> Result:
    context = info.context
    try:
        require_writer(context)
        services = context.services
        view = await services.operators.payment(str(session_id))
        if view is None:
            raise SessionNotFound
        await services.refetcher.ask_now(view.snapshot.payment_id)
        found = await services.operators.payments_of([view.snapshot.payment_id])
        return Payment.of_view(found[view.snapshot.payment_id])
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)
