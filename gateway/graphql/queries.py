"""The questions anybody may ask. Operators' questions will stand beside them."""

from typing import Annotated

import strawberry

from gateway.graphql.context import Info
from gateway.graphql.types.payment import Payment
from gateway.graphql.types.price import Price

SessionId = Annotated[
    strawberry.ID, strawberry.argument(description="The id `createCheckoutSession` gave: `cs_test_…` or `cs_live_…`.")
]


async def read_payment_status(info: Info, session_id: SessionId) -> Payment | None:
    """The query's half of `paymentStatus`."""
    snapshot = await info.context.services.payments.read(str(session_id))
    return Payment.of(snapshot) if snapshot else None


def list_prices(info: Info) -> list[Price]:
    """The catalogue, without a call to Stripe."""
    context = info.context
    return [Price.of(package, context.language) for package in context.services.catalogue]


@strawberry.type(description="What can be asked.")
class Query:
    prices: list[Price] = strawberry.field(
        resolver=list_prices, description="What is for sale, in the catalogue's order."
    )
    payment_status: Payment | None = strawberry.field(
        resolver=read_payment_status,
        description="What is known of a session now; null when there is no such session. "
        "To be told of every change instead of asking again, make it a subscription.",
    )
