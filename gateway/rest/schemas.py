"""What the OpenAPI document says of inputs and answers. It documents; `fields` reads and services judge."""

from pydantic import BaseModel, ConfigDict, Field

from gateway.domain.status import Status


class CheckoutSessionAnswer(BaseModel):
    """Send the buyer to `url`; ask about `sessionId`."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(examples=["https://checkout.stripe.com/c/pay/cs_test_a1B2c3"])
    session_id: str = Field(alias="sessionId", examples=["cs_test_a1B2c3"])


class PaymentStatusAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Status


class CreateCheckoutSession(BaseModel):
    """`priceId` is enough. An unknown field is refused."""

    model_config = ConfigDict(extra="forbid")
    price_id: str = Field(alias="priceId", examples=["price_1QlYNRHVMy0i1BlJA1y0DxB2"])
    quantity: int | None = Field(default=1, description="How many; 1 if left out.")
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
