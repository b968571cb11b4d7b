"""What the OpenAPI document says of inputs and answers. It documents; `fields` reads and services judge."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from gateway.domain.status import Status


class CheckoutSessionAnswer(BaseModel):
    """Send the buyer to `url`; ask about `sessionId`."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(examples=["https://checkout.stripe.com/c/pay/cs_test_a1B2c3"])
    session_id: str = Field(alias="sessionId", examples=["cs_test_a1B2c3"])


class PaymentStatusAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Status


class CheckoutItem(BaseModel):
    model_config = ConfigDict(extra="forbid")
    price_id: str = Field(alias="priceId", examples=["price_1QlYNRHVMy0i1BlJA1y0DxB2"])
    quantity: int | None = Field(default=1, description="How many; 1 if left out.")


_ITEMS = {
    "anyOf": [
        # Within itself: a reference would be looked for at the top of the document.
        {"type": "array", "minItems": 1, "maxItems": 20, "items": CheckoutItem.model_json_schema()},
        {"type": "null"},
    ],
    "description": "In place of `priceId`: 1 to 20 prices, each once, of one currency, all one-time or all recurring.",
}


class CreateCheckoutSession(BaseModel):
    """`priceId` is enough. An unknown field is refused."""

    model_config = ConfigDict(extra="forbid")
    price_id: str | None = Field(default=None, alias="priceId", examples=["price_1QlYNRHVMy0i1BlJA1y0DxB2"])
    quantity: int | None = Field(default=1, description="How many; 1 if left out.")
    items: Annotated[list[CheckoutItem] | None, WithJsonSchema(_ITEMS)] = None
    metadata: dict[str, str] | None = Field(
        default=None,
        description="Your own pairs, at most 20: keys of 1 to 40 characters, texts of 1 to 500. They come back in the "
        "operators' feed and in notices.",
    )
    client_reference_id: str | None = Field(
        default=None,
        alias="clientReferenceId",
        description="Your order. In a signed call or an operator's it names the purchase: its open session is given "
        "back, and what is paid is not sold again. For anybody else it is a label.",
    )
    customer_email: str | None = Field(default=None, alias="customerEmail", description="Fills in the buyer's e-mail.")
    currency: str | None = Field(
        default=None, description="One that the price offers and the gateway allows; the price's own if left out."
    )
    allow_repeat: bool | None = Field(
        default=False,
        alias="allowRepeat",
        description="Sell it again although this purchase is paid; signed calls and operators only.",
    )
    success_url: str | None = Field(
        default=None,
        alias="successUrl",
        description="On an allowed origin; may carry {CHECKOUT_SESSION_ID}, percent-encoded or not.",
    )
    cancel_url: str | None = Field(default=None, alias="cancelUrl", description="On an allowed origin.")
    locale: str | None = Field(
        default=None, description="The checkout page's language: a language tag; the nearest that Stripe has is used."
    )
