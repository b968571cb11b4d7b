"""Attempts to pay, as operators see them, in Stripe's own words. The buyer's card is not among them."""

from datetime import UTC, datetime
from enum import Enum

import strawberry

from gateway.domain import attempts


@strawberry.enum(description="How far one attempt to pay has come.")
class PaymentAttemptState(Enum):
    PENDING = strawberry.enum_value("pending", description="Under way.")
    FAILED = strawberry.enum_value("failed", description="It failed.")
    SUCCEEDED = strawberry.enum_value("succeeded", description="It succeeded.")

    @classmethod
    def of(cls, state: attempts.AttemptState) -> "PaymentAttemptState":
        return cls(state.name.lower())


@strawberry.type(description="One attempt to pay inside the session.")
class PaymentAttempt:
    id: strawberry.ID = strawberry.field(
        description="Stripe's id of its charge, else of its payment method, else of the event that reported it."
    )
    state: PaymentAttemptState = strawberry.field(description="How far it has come.")
    at: datetime = strawberry.field(description="When it was made, by Stripe's clock.")
    intent_id: strawberry.ID | None = strawberry.field(description="Stripe's PaymentIntent.")
    code: str | None = strawberry.field(description="Stripe's error code, if it failed.")
    decline_code: str | None = strawberry.field(description="The issuer's reason, if Stripe names it.")
    message: str | None = strawberry.field(description="Stripe's sentence about the failure.")

    @classmethod
    def of(cls, key: str, attempt: attempts.Attempt) -> "PaymentAttempt":
        code, decline_code, message = attempt.failure.value if attempt.failure else ("", "", "")
        return cls(
            id=strawberry.ID(key),
            state=PaymentAttemptState.of(attempt.state),
            at=datetime.fromtimestamp(attempt.created.value, UTC),
            intent_id=strawberry.ID(attempt.intent_id) if attempt.intent_id else None,
            code=code or None,
            decline_code=decline_code or None,
            message=message or None,
        )
