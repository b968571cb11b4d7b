"""The two calls of the integration guide as routes with their documentation."""

from fastapi import APIRouter
from starlette.routing import BaseRoute

from gateway.domain import errors
from gateway.http.documentation import RATE_LIMIT_HEADERS, DirectRoute, document_errors, document_header
from gateway.rest.create import create_checkout_session
from gateway.rest.schemas import CheckoutSessionAnswer, CreateCheckoutSession, PaymentStatusAnswer
from gateway.rest.status import check_payment_status

_ANY_CALL = (
    errors.RateLimitExceeded,
    errors.RequestTimeout,
    errors.PayloadTooLarge,
    errors.ServiceUnavailable,
    errors.InternalError,
)
_CREATE = (
    errors.InvalidPriceId,
    errors.PriceNotFound,
    errors.CurrencyNotSupported,
    errors.AmountTooSmall,
    errors.AmountTooLarge,
    errors.InvalidRequest,
    errors.RedirectNotAllowed,
    errors.IdempotencyConflict,
    errors.AlreadyPaid,
    errors.PaymentInProgress,
    errors.Unauthenticated,
    errors.UnsupportedMediaType,
    errors.CheckoutRefused,
    errors.StripeUnavailable,
    *_ANY_CALL,
)
_EXAMPLE = {"priceId": "price_1QlYNRHVMy0i1BlJA1y0DxB2"}
"""What the documentation's page sends at the press of a button; it works with the packages we come with."""
_STATUS = (errors.SessionNotFound, errors.InvalidRequest, *_ANY_CALL)


def create_rest() -> list[BaseRoute]:
    """The routes to append to the application; the one that is polled is matched first."""
    router = APIRouter(prefix="/api", route_class=DirectRoute, tags=["payments"])
    _add_status(router)
    _add_create(router)
    return router.routes


def _add_status(router: APIRouter) -> None:
    router.add_api_route(
        "/check-payment-status/{sessionId:path}",
        check_payment_status,
        methods=["GET"],
        summary="Check a payment's status",
        response_model=PaymentStatusAnswer,
        response_description="The status now, or after the wait.",
        responses={
            200: {"headers": {"ETag": {"schema": {"type": "string"}}, **RATE_LIMIT_HEADERS}},
            304: {"description": "Nothing changed since the `ETag` of `If-None-Match`."},
            **document_errors(*_STATUS),
        },
        openapi_extra={
            "parameters": [
                {
                    "name": "sessionId",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                    "example": "cs_test_a1B2c3",
                },
                document_header("If-None-Match", "The `ETag` of the last answer."),
                document_header("Prefer", "`wait=N` holds the answer until the status changes, at most 30 seconds."),
                document_header("Accept-Language", "The language of error messages: `zh` or `en`."),
            ],
        },
    )


def _add_create(router: APIRouter) -> None:
    router.add_api_route(
        "/create-checkout-session",
        create_checkout_session,
        methods=["POST"],
        summary="Create a checkout session",
        response_model=CheckoutSessionAnswer,
        response_description="The session; send the buyer to `url`.",
        responses={200: {"headers": RATE_LIMIT_HEADERS}, **document_errors(*_CREATE)},
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": CreateCheckoutSession.model_json_schema(), "example": _EXAMPLE}
                },
            },
            "parameters": [
                document_header(
                    "Idempotency-Key",
                    "Same key, same request: the stored answer. At least 22 characters in an anonymous call.",
                ),
                document_header("Gateway-Signature", "Back ends only, where signing secrets are set: `t=…,v1=…`."),
                document_header("Authorization", "Operators only: `Bearer <admin key>`."),
                document_header("Accept-Language", "The language of error messages: `zh` or `en`."),
            ],
        },
    )
