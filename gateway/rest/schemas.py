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
    """`priceId` is enough. Unknown fields are ignored."""

    price_id: str = Field(alias="priceId", examples=["price_1QlYNRHVMy0i1BlJA1y0DxB2"])
    quantity: int | None = Field(default=1, description="How many; one unless said.")
    client_reference_id: str | None = Field(
        default=None,
        alias="clientReferenceId",
        description="Your order. The same request with it, while its session is open, gets that session back.",
    )
    customer_email: str | None = Field(default=None, alias="customerEmail", description="Fills in the buyer's e-mail.")
    success_url: str | None = Field(
        default=None, alias="successUrl", description="On an allowed origin; may carry {CHECKOUT_SESSION_ID}."
    )
    cancel_url: str | None = Field(default=None, alias="cancelUrl", description="On an allowed origin.")
    locale: str | None = Field(default=None, description="The checkout page's language, as Stripe names it.")
