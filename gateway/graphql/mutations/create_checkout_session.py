"""createCheckoutSession: where a purchase begins."""

from datetime import datetime
from typing import Annotated

import strawberry

from gateway.domain.callers import Caller
from gateway.domain.errors import GatewayError, Unauthenticated
from gateway.graphql.context import Context, Info
from gateway.graphql.errors import Refusal
from gateway.graphql.inputs import CreateCheckoutSessionInput
from gateway.graphql.operators import require_writer
from gateway.graphql.types.payment import Payment
from gateway.services.checkout.service import CreatedSession

Input = Annotated[CreateCheckoutSessionInput, strawberry.argument(description="What to buy and how.")]


@strawberry.type(description="A checkout page that is open for its buyer.")
class CheckoutSession:
    session_id: strawberry.ID = strawberry.field(description="Keep it: it reads, watches and cancels the payment.")
    url: str = strawberry.field(description="Stripe's checkout page: send the buyer there.")
    expires_at: datetime = strawberry.field(description="When the page closes by itself.")
    payment: Payment = strawberry.field(description="The payment as it is now.")
    reused: bool = strawberry.field(description="An open session of an earlier, equal request was handed back.")

    @classmethod
    def of(cls, created: CreatedSession) -> "CheckoutSession":
        return cls(
            session_id=strawberry.ID(created.snapshot.session_id),
            url=created.url,
            expires_at=created.expires_at,
            payment=Payment.of(created.snapshot),
            reused=created.reused,
        )


Result = Annotated[
    CheckoutSession | Refusal,
    strawberry.union(name="CreateCheckoutSessionResult", description="A session to send the buyer to, or why not."),
]


async def create_checkout_session(info: Info, input: Input) -> Result:  # noqa: A002 - the schema's own word
    context = info.context
    try:
        request = input.to_request(_admitted(context))
        return CheckoutSession.of(await context.services.checkout.create(request))
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)


def _admitted(context: Context) -> Caller:
    """Raises Unauthenticated for a key that is wrong or may only read, and, where signing secrets are set, for a call
    that is neither an operator's nor signed."""
    if context.has_wrong_key:
        raise Unauthenticated
    if context.operator is not None:
        require_writer(context)
    elif context.services.settings.signing_secrets and not context.is_signed:
        raise Unauthenticated
    return context.caller
