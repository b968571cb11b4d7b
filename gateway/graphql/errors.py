"""How refusals are answered: as types where the schema expects them, as errors with a code elsewhere.

Anything unexpected is masked with the request's id and logged under it; a caller receives no detail of it.
"""

from enum import Enum
from typing import Any
from uuid import uuid4

import strawberry
from graphql import GraphQLError

from gateway.domain.errors import GatewayError, InternalError, InvalidRequest
from gateway.domain.language import Language
from gateway.telemetry.logs import get_logger, redact
from gateway.telemetry.request_id import current_request_id

MAX_MESSAGE_CHARACTERS = 500
"""Of a sentence of GraphQL's own."""

log = get_logger(__name__)


@strawberry.enum(description="Why a request was refused. Over REST, and in `extensions.code`, the same in lower case.")
class RefusalCode(Enum):
    INVALID_PRICE_ID = strawberry.enum_value(
        "invalid_price_id", description="Not a price id, or not one of `prices`. Check `priceId`."
    )
    PRICE_NOT_FOUND = strawberry.enum_value(
        "price_not_found", description="In the catalogue, but Stripe has no such price or it is inactive."
    )
    CURRENCY_NOT_SUPPORTED = strawberry.enum_value(
        "currency_not_supported", description="The price's currency is not allowed here."
    )
    AMOUNT_TOO_SMALL = strawberry.enum_value("amount_too_small", description="Below Stripe's least charge.")
    AMOUNT_TOO_LARGE = strawberry.enum_value("amount_too_large", description="Above Stripe's largest charge.")
    REDIRECT_NOT_ALLOWED = strawberry.enum_value(
        "redirect_not_allowed", description="`successUrl` or `cancelUrl` is outside the allowed origins."
    )
    INVALID_REQUEST = strawberry.enum_value("invalid_request", description="A value is wrong; the message names it.")
    IDEMPOTENCY_CONFLICT = strawberry.enum_value(
        "idempotency_conflict", description="The key was used with another request, or its first use still runs."
    )
    ALREADY_PAID = strawberry.enum_value(
        "already_paid", description="This purchase is paid; `sessionId` is its session."
    )
    PAYMENT_IN_PROGRESS = strawberry.enum_value(
        "payment_in_progress", description="This purchase's money is on its way; `sessionId` is its session."
    )
    NOT_REFUNDABLE = strawberry.enum_value(
        "not_refundable", description="There is nothing to refund, or it may not be; the message says why."
    )
    REFUND_TOO_LARGE = strawberry.enum_value(
        "refund_too_large", description="More than is left to refund; the message says how much is."
    )
    SESSION_NOT_FOUND = strawberry.enum_value("session_not_found", description="There is no such session here.")
    RATE_LIMIT_EXCEEDED = strawberry.enum_value("rate_limit_exceeded", description="Too many requests; wait.")
    UNAUTHENTICATED = strawberry.enum_value(
        "unauthenticated", description="An operator's key or a signature is missing or wrong."
    )
    NOT_FOUND = strawberry.enum_value("not_found", description="There is nothing at this address.")
    METHOD_NOT_ALLOWED = strawberry.enum_value("method_not_allowed", description="The address takes another method.")
    REQUEST_TIMEOUT = strawberry.enum_value("request_timeout", description="The request took too long to arrive.")
    PAYLOAD_TOO_LARGE = strawberry.enum_value("payload_too_large", description="The request is too large.")
    UNSUPPORTED_MEDIA_TYPE = strawberry.enum_value(
        "unsupported_media_type", description="The request is not `application/json`."
    )
    CHECKOUT_REFUSED = strawberry.enum_value(
        "checkout_refused",
        description="Stripe refuses for good: the shop's payment settings do not allow this sale. Do not try again.",
    )
    STRIPE_UNAVAILABLE = strawberry.enum_value(
        "stripe_unavailable", description="Stripe is down or slow. Try again with the same `idempotencyKey`."
    )
    SERVICE_UNAVAILABLE = strawberry.enum_value(
        "service_unavailable",
        description="The gateway's own database is away. Try again with the same `idempotencyKey`.",
    )
    INTERNAL_ERROR = strawberry.enum_value(
        "internal_error", description="Something went wrong on our side; the message carries the request's id."
    )


@strawberry.type(description="An expected refusal: nothing was changed and nothing was charged.")
class Refusal:
    code: RefusalCode = strawberry.field(description="For programs.")
    message: str = strawberry.field(description="For people, in the caller's language (`Accept-Language`).")
    type: str = strawberry.field(description="Stripe's error type, as the REST paths give it.")
    session_id: strawberry.ID | None = strawberry.field(
        description="The purchase's own session, with ALREADY_PAID and PAYMENT_IN_PROGRESS."
    )

    @classmethod
    def of(cls, refusal: GatewayError, language: Language) -> "Refusal":
        return cls(
            code=RefusalCode(refusal.code),
            message=refusal.message(language),
            type=refusal.type.value,
            session_id=strawberry.ID(refusal.session_id) if refusal.session_id is not None else None,
        )


def formatted_refusal(refusal: GatewayError, language: Language) -> dict[str, Any]:
    """The refusal as an error that belongs to no field."""
    return {"message": refusal.message(language), "extensions": {"code": refusal.code}}


def formatted_error(error: GraphQLError, language: Language) -> dict[str, Any]:
    """An error as the caller may read it; what is unexpected is logged and masked here."""
    cause = _cause(error)
    if isinstance(cause, GatewayError):
        return _formatted(error, cause.message(language), cause.code)
    if cause is None:
        code = (error.extensions or {}).get("code", InvalidRequest.code)
        return _formatted(error, _quoting(error.message), str(code))
    request_id = current_request_id() or uuid4().hex
    log.error(
        "A GraphQL operation failed unexpectedly.",
        action="graphql_failed",
        request_id=request_id,
        path=error.path,
        exc_info=cause,
    )
    return _formatted(error, InternalError(request_id=request_id).message(language), InternalError.code)


def _cause(error: GraphQLError) -> Exception | None:
    """What a resolver raised; None where GraphQL itself refuses what the caller wrote.

    graphql-core wraps its own complaints too. Inside a field, one about an argument points at the argument; one that
    points nowhere is about a value of ours that does not fit the schema, so it is our fault and is masked.
    """
    cause = error.original_error
    if isinstance(cause, GraphQLError):
        return cause if error.path and not cause.nodes else None
    return cause


def _quoting(message: str) -> str:
    """GraphQL quotes the caller back, at length: whoever put a key into a document need not find it in an error's log.

    The key is blanked before the text is cut, so that no half of one stays; of more than that nothing is read.
    """
    short = redact(message[: 2 * MAX_MESSAGE_CHARACTERS])
    return short if len(short) <= MAX_MESSAGE_CHARACTERS else f"{short[:MAX_MESSAGE_CHARACTERS]}…"


def _formatted(error: GraphQLError, message: str, code: str) -> dict[str, Any]:
    formatted: dict[str, Any] = {"message": message}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    formatted["extensions"] = {"code": code}
    return formatted
