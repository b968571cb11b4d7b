"""What clients send. Lengths and ranges are judged by the services, so that every door judges alike."""

import strawberry

from gateway.services.checkout.service import CheckoutRequest


@strawberry.input(description="What to buy and how. Only `priceId` is required.")
class CreateCheckoutSessionInput:
    price_id: strawberry.ID = strawberry.field(description="One of `prices`.")
    quantity: int | None = strawberry.field(default=1, description="How many of it.")
    client_reference_id: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Your order's id. While a session for it and the same request is open, it is handed back.",
    )
    customer_email: str | None = strawberry.field(default=strawberry.UNSET, description="Prefills the checkout page.")
    success_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="Where the buyer returns after paying; on one of the allowed origins."
    )
    cancel_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="Where the buyer's way back leads; on one of the allowed origins."
    )
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description="The checkout page's language, as Stripe names it."
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Yours to choose, one per purchase: within 24 hours the same key and request give the same answer.",
    )

    def to_request(self) -> CheckoutRequest:
        return CheckoutRequest(
            price_id=str(self.price_id),
            quantity=1 if self.quantity is None else self.quantity,
            client_reference_id=_given(self.client_reference_id),
            customer_email=_given(self.customer_email),
            success_url=_given(self.success_url),
            cancel_url=_given(self.cancel_url),
            locale=_given(self.locale),
            idempotency_key=_given(self.idempotency_key),
        )


def _given(value: str | None) -> str | None:
    """A field that was left out is None to the services, as one that is null."""
    return None if value is strawberry.UNSET else value
