"""replayWebhookEvent: apply a stored event once more, harmless any number of times."""

from typing import Annotated

import strawberry

from gateway.domain.errors import GatewayError, NotFound
from gateway.domain.language import Text
from gateway.graphql.context import Info
from gateway.graphql.errors import Refusal
from gateway.graphql.filters import text_of
from gateway.graphql.types.webhook_event import WebhookEvent

EventId = Annotated[strawberry.ID, strawberry.argument(description="Stripe's id of a stored event: `evt_…`.")]


class EventNotFound(NotFound):
    text = Text(
        en="There is no such event; settled ones are kept 35 days.", zh="没有该事件；已处理的事件仅保留 35 天。"
    )


@strawberry.type(description="An event that was applied once more.")
class WebhookEventReplay:
    event: WebhookEvent = strawberry.field(
        description="As it stands now: one that failed again is FAILED and says why in `error`."
    )
    changed: bool = strawberry.field(description="Something of its payment that a client can see is different now.")


Result = Annotated[
    WebhookEventReplay | Refusal,
    strawberry.union(name="ReplayWebhookEventResult", description="What became of the event, or why nothing was done."),
]


async def replay_webhook_event(info: Info, id: EventId) -> Result:  # noqa: A002 - the schema's own word
    context = info.context
    try:
        replay = await context.services.operators.replay(text_of(str(id), field="id") or "")
        if replay is None:
            raise EventNotFound
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)
    return WebhookEventReplay(event=WebhookEvent.of(replay.event), changed=replay.changed)
