"""What clients send. Lengths and ranges are judged by the services, so that every entry point judges alike."""

import strawberry

from gateway.domain.callers import ANONYMOUS, Caller
from gateway.domain.catalogue import Item
from gateway.http.redirects import read_redirect
from gateway.services.checkout.request import CheckoutRequest


@strawberry.input(description="One line of what to buy.")
class CheckoutItemInput:
    price_id: strawberry.ID = strawberry.field(description="One of `prices`.")
    quantity: int | None = strawberry.field(default=1, description="How many of it.")


@strawberry.input(description="One pair of your own metadata.")
class MetadataInput:
    key: str = strawberry.field(description="1 to 40 characters, no brackets, not beginning with `gateway_`.")
    value: str = strawberry.field(description="1 to 500 characters.")


@strawberry.input(description="What to buy and how. One of `priceId` and `items` is required, and nothing else.")
class CreateCheckoutSessionInput:
    price_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="One of `prices`.")
    quantity: int | None = strawberry.field(default=1, description="How many of it.")
    items: list[CheckoutItemInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="In place of `priceId`: 1 to 20 prices, each once, of one currency, all one-time or all recurring.",
    )
    metadata: list[MetadataInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Your own pairs, at most 20. They come back in the operators' feed and in notices.",
    )
    client_reference_id: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Your order's id. In a signed call or an operator's it names the purchase: its open session is "
        "given back, and what is paid is not sold again. For anybody else it is a label.",
    )
    customer_email: str | None = strawberry.field(default=strawberry.UNSET, description="Prefills the checkout page.")
    currency: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="One that the price offers and the gateway allows; the price's own if left out.",
    )
    allow_repeat: bool | None = strawberry.field(
        default=False,
        description="Sell it again although this purchase is paid or its money is on its way; signed calls and "
        "operators only.",
    )
    success_url: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where the buyer returns after paying; on one of the allowed origins. It may carry "
        "`{CHECKOUT_SESSION_ID}`, percent-encoded or not.",
    )
    cancel_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="Where the buyer's way back leads; on one of the allowed origins."
    )
    locale: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The checkout page's language: a language tag; the nearest that Stripe has is used.",
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Yours to choose, one per purchase: the same key and request get the same answer. In an anonymous "
        "call at least 22 characters; a random UUID will do.",
    )

    def to_request(self, caller: Caller = ANONYMOUS) -> CheckoutRequest:
        return CheckoutRequest(
            price_id=_given(self.price_id),
            quantity=_count(self.quantity),
            items=tuple(Item(str(item.price_id), _count(item.quantity)) for item in self.items or ()),
            metadata=tuple((pair.key, pair.value) for pair in self.metadata or ()),
            client_reference_id=_given(self.client_reference_id),
            customer_email=_given(self.customer_email),
            currency=_given(self.currency),
            allow_repeat=bool(self.allow_repeat),
            success_url=read_redirect(_given(self.success_url)),
            cancel_url=read_redirect(_given(self.cancel_url)),
            locale=_given(self.locale),
            idempotency_key=_given(self.idempotency_key),
            caller=caller,
        )


def _count(quantity: int | None) -> int:
    return 1 if quantity is None else quantity


def _given(value: str | None) -> str | None:
    """A field that was left out is None to the services, as one that is null."""
    return None if value is strawberry.UNSET else value
