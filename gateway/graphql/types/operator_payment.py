"""A payment as only operators see it: whose it is, and what became of its creation."""

from enum import Enum

import strawberry

from gateway.graphql.types.explanation import PaymentAnomaly
from gateway.services.operators.views import PaymentView


@strawberry.enum(description="How far the checkout session has come to be.")
class PaymentCreation(Enum):
    CREATING = strawberry.enum_value("creating", description="Not made yet; completed or closed within ten minutes.")
    LINKED = strawberry.enum_value("linked", description="It exists at Stripe.")
    REFUSED = strawberry.enum_value("refused", description="Stripe would not make it; `refusal` says why.")


@strawberry.type(description="What a payment's buyer is not shown.")
class OperatorPayment:
    payment_id: strawberry.ID = strawberry.field(
        description="Our own id, there before the session's: events name it, and so does Stripe's `metadata`."
    )
    client_reference_id: str | None = strawberry.field(description="The order's id, as the caller gave it.")
    price_id: strawberry.ID = strawberry.field(description="Stripe's price, in the catalogue still or not.")
    quantity: int = strawberry.field(description="How many were asked for.")
    intent_id: strawberry.ID | None = strawberry.field(description="Stripe's PaymentIntent, once it is known.")
    livemode: bool = strawberry.field(description="Real money.")
    creation: PaymentCreation = strawberry.field(description="How far the checkout session has come to be.")
    refusal: str | None = strawberry.field(description="The error code Stripe's refusal became, if it refused.")
    anomalies: list[PaymentAnomaly] = strawberry.field(description="What somebody has to look at; usually empty.")

    @classmethod
    def of(cls, view: PaymentView) -> "OperatorPayment":
        return cls(
            payment_id=strawberry.ID(view.snapshot.payment_id),
            client_reference_id=view.client_reference_id,
            price_id=strawberry.ID(view.snapshot.price_id),
            quantity=view.snapshot.quantity,
            intent_id=strawberry.ID(view.intent_id) if view.intent_id else None,
            livemode=view.livemode,
            creation=PaymentCreation(view.creation.value),
            refusal=view.refusal,
            anomalies=[PaymentAnomaly.of(anomaly) for anomaly in view.anomalies],
        )
