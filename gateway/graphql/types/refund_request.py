"""A refund that an operator asked for; what moved by it is in the payment's movements."""

from datetime import datetime
from enum import Enum

import strawberry

from gateway.graphql.types.money import Money
from gateway.services.refunds.service import RefundRequestView


@strawberry.enum(description="How far a refund that an operator asked for has come.")
class RefundRequestState(Enum):
    PENDING = strawberry.enum_value("pending", description="Stripe has not answered yet; it is asked again.")
    MADE = strawberry.enum_value("made", description="Stripe has it; how it goes on shows in the movements.")
    REFUSED = strawberry.enum_value("refused", description="Stripe refused it, `problem` says why.")


@strawberry.type(description="A refund that an operator asked for.")
class RefundRequest:
    id: strawberry.ID = strawberry.field(description="Our id of it: `gateway_refund_id` in Stripe's metadata.")
    amount: Money = strawberry.field(description="How much.")
    reason: str | None = strawberry.field(description="Why, in Stripe's word.")
    by: str = strawberry.field(description="Who asked for it: the name of the operator's key.")
    state: RefundRequestState = strawberry.field(description="How far it has come.")
    stripe_id: strawberry.ID | None = strawberry.field(description="Stripe's id of the refund, once it is made.")
    problem: str | None = strawberry.field(description="Stripe's own words, where it refused.")
    created_at: datetime = strawberry.field(description="When it was asked for.")

    @classmethod
    def of(cls, view: RefundRequestView) -> "RefundRequest":
        return cls(
            id=strawberry.ID(view.id),
            amount=Money.of(view.amount),
            reason=view.reason,
            by=view.by,
            state=RefundRequestState(view.state.value),
            stripe_id=strawberry.ID(view.stripe_id) if view.stripe_id else None,
            problem=view.problem,
            created_at=view.created_at,
        )
