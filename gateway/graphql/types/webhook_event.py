"""A webhook event and what became of it. Its body stays in the database: it names the buyer."""

from datetime import datetime
from enum import Enum

import strawberry

from gateway.services.operators.views import EventView


@strawberry.enum(description="What became of a webhook event.")
class WebhookEventState(Enum):
    APPLIED = strawberry.enum_value("applied", description="Its facts are in its payment.")
    IGNORED = strawberry.enum_value("ignored", description="It is about nothing of ours.")
    UNMATCHED = strawberry.enum_value("unmatched", description="Its payment is not here yet; tried again.")
    FAILED = strawberry.enum_value("failed", description="It could not be applied, `error` says why; tried again.")


@strawberry.type(description="An event Stripe sent, verified and kept.")
class WebhookEvent:
    id: strawberry.ID = strawberry.field(description="Stripe's id: `evt_…`.")
    type: str = strawberry.field(description="Stripe's type, like `checkout.session.completed`.")
    state: WebhookEventState = strawberry.field(description="What became of it.")
    payment_id: strawberry.ID | None = strawberry.field(description="Our id of the payment it belongs to.")
    livemode: bool = strawberry.field(description="It is about real money.")
    created_at: datetime = strawberry.field(description="When it happened, by Stripe's clock.")
    received_at: datetime = strawberry.field(description="When it came.")
    tries: int = strawberry.field(description="How often it was looked at.")
    next_try_at: datetime | None = strawberry.field(description="When it is looked at again; null when settled.")
    error: str | None = strawberry.field(description="Why the last try failed.")

    @classmethod
    def of(cls, view: EventView) -> "WebhookEvent":
        return cls(
            id=strawberry.ID(view.id),
            type=view.type,
            state=WebhookEventState(view.state.value),
            payment_id=strawberry.ID(view.payment_id) if view.payment_id else None,
            livemode=view.livemode,
            created_at=view.created_at,
            received_at=view.received_at,
            tries=view.tries,
            next_try_at=view.next_try_at,
            error=view.error,
        )
