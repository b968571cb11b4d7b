"""POST /api/stripe/webhook: the bytes as they came, whatever their content type, since the signature covers them."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.domain import errors
from gateway.http.answer_headers import announce
from gateway.http.documentation import DirectRoute, document_errors, document_header
from gateway.http.durations import name_operation
from gateway.http.scope import headers
from gateway.services.container import Services
from gateway.webhooks.path import WEBHOOK_PATH
from gateway.webhooks.replies import reply

_ERRORS = (
    errors.InvalidSignature,
    errors.RequestTimeout,
    errors.PayloadTooLarge,
    errors.RateLimitExceeded,
    errors.ServiceUnavailable,
    errors.InternalError,
)


class WebhookAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    received: Literal[True]
    state: Literal["stored", "duplicate", "ignored"]


async def receive_webhook(request: Request) -> Response:
    """Raises InvalidRequest, InvalidSignature, ServiceUnavailable, or RateLimitExceeded.

    Stripe's posts never cost a token. One that does not verify costs its sender one, so that a flood of forgeries
    ends in 429 without a way to starve the real ones.
    """
    name_operation(request.scope, "webhook", "receive_webhook")
    services: Services = request.app.state.services
    body = await request.body()
    try:
        receipt = await services.inbox.receive(body, _signature(request))
    except errors.InvalidSignature:
        address = services.admission.client_address(request.scope)
        announce(request.scope, await services.admission.admit(address))
        raise
    return reply(receipt)


def _signature(request: Request) -> str | None:
    """All fields of that name as one: HTTP allows a list to be sent on several lines (RFC 9110, 5.3)."""
    return ", ".join(headers(request.scope, b"stripe-signature")) or None


def create_webhooks() -> list[BaseRoute]:
    router = APIRouter(route_class=DirectRoute, tags=["stripe"])
    router.add_api_route(
        WEBHOOK_PATH,
        receive_webhook,
        methods=["POST"],
        summary="Stripe's webhook endpoint",
        response_model=WebhookAnswer,
        response_description="On disk; Stripe need not come again.",
        responses=document_errors(*_ERRORS),
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
            "parameters": [document_header("Stripe-Signature", "Stripe's own signature of the body.")],
        },
    )
    return router.routes
