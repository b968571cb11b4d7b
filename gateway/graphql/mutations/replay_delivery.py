"""replayDelivery: send a notice to the shop's back end once more."""

from typing import Annotated

import strawberry

from gateway.domain.errors import GatewayError
from gateway.graphql.context import Info
from gateway.graphql.errors import Refusal
from gateway.graphql.filters import text_of
from gateway.graphql.operators import require_writer
from gateway.graphql.types.delivery import Delivery

DeliveryId = Annotated[strawberry.ID, strawberry.argument(description="The `id` of a delivery: `msg_…`.")]
Result = Annotated[
    Delivery | Refusal,
    strawberry.union(name="ReplayDeliveryResult", description="The delivery as it is now, or why nothing was done."),
]


async def replay_delivery(info: Info, id: DeliveryId) -> Result:  # noqa: A002 - the schema's own word
    context = info.context
    try:
        known = text_of(str(id), field="id") or ""
        view = await context.services.deliveries.replay(known, by=require_writer(context).name)
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)
    return Delivery.of(view)
