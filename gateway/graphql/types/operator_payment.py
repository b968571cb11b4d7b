"""A payment as only operators see it: whose it is, and what became of its creation."""

from enum import Enum

import strawberry

from gateway.services.operators.views import PaymentView


@strawberry.enum(description="How far the creation of the checkout session has come.")
class PaymentCreation(Enum):
    CREATING = strawberry.enum_value("creating", description="Not made yet; completed or closed within ten minutes.")
    LINKED = strawberry.enum_value("linked", description="It exists at Stripe.")
    REFUSED = strawberry.enum_value("refused", description="Stripe refused to make it; `refusal` says why.")


@strawberry.type(description="One line of what is sold.")
class CheckoutItem:
    price_id: strawberry.ID = strawberry.field(description="Stripe's price.")
    quantity: int = strawberry.field(description="How many of it.")


@strawberry.type(description="One pair of the caller's metadata.")
class Metadata:
    key: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its text.")


@strawberry.type(description="What a payment's buyer is not shown.")
class OperatorPayment:
    payment_id: strawberry.ID = strawberry.field(
        description="Our own id, there before the session's: events name it, and so does Stripe's `metadata`."
    )
    client_reference_id: str | None = strawberry.field(description="The order's id, as the caller gave it.")
    price_id: strawberry.ID = strawberry.field(description="Stripe's price, in the catalogue still or not.")
    quantity: int = strawberry.field(description="How many were asked for.")
    items: list[CheckoutItem] = strawberry.field(description="Every line that was asked for; the first is `priceId`.")
    metadata: list[Metadata] = strawberry.field(description="The caller's own, as it was given.")
    intent_ids: list[strawberry.ID] = strawberry.field(
        description="Stripe's PaymentIntents that are its own, as far as they are known."
    )
    caller: str = strawberry.field(description="Who created it: `anonymous`, `signed` or `operator:<name>`.")
    allow_repeat: bool = strawberry.field(
        description="It was allowed although the same purchase may be paid already (`allowRepeat`)."
    )
    livemode: bool = strawberry.field(description="Real money.")
    creation: PaymentCreation = strawberry.field(description="How far the creation of the checkout session has come.")
    refusal: str | None = strawberry.field(description="The error code Stripe's refusal became, if it refused.")

    @classmethod
    def of(cls, view: PaymentView) -> "OperatorPayment":
        return cls(
            payment_id=strawberry.ID(view.snapshot.payment_id),
            client_reference_id=view.client_reference_id,
            price_id=strawberry.ID(view.snapshot.price_id),
            quantity=view.snapshot.quantity,
            items=[CheckoutItem(price_id=strawberry.ID(item.price_id), quantity=item.quantity) for item in view.items],
            metadata=[Metadata(key=key, value=value) for key, value in view.metadata.items()],
            intent_ids=[strawberry.ID(intent_id) for intent_id in view.intent_ids],
            caller=view.caller,
            allow_repeat=view.allow_repeat,
            livemode=view.livemode,
            creation=PaymentCreation(view.creation.value),
            refusal=view.refusal,
        )
