"""How a route stands in the OpenAPI document: every error code with an example, and no machinery at run time."""

from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from gateway.domain.errors import (
    AlreadyPaid,
    ErrorType,
    GatewayError,
    InvalidSignature,
    PaymentInProgress,
    RateLimitExceeded,
)
from gateway.domain.language import Language, Text
from gateway.http.refusals import SESSION_HEADER


class DirectRoute(APIRoute):
    """A documented route whose handler takes the request as it is: FastAPI's dependency layer costs more than the
    call itself, and its validation would answer in a shape of its own."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


class ErrorDetail(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: str = Field(description="For programs; it never changes.")
    message: str = Field(description="For people, in Chinese or English by Accept-Language.")
    type: ErrorType


class ErrorEnvelope(BaseModel):
    """Every error on these paths."""

    model_config = ConfigDict(extra="forbid")
    error: ErrorDetail


def document_errors(*errors: type[GatewayError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: each status with the envelope and one example per code."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        response = by_status.setdefault(
            error.http_status,
            {"model": ErrorEnvelope, "description": "", "content": {"application/json": {"examples": {}}}},
        )
        response["description"] = ", ".join(filter(None, [response["description"], f"`{error.code}`"]))
        response["content"]["application/json"]["examples"][error.code] = _example(error)
        response.setdefault("headers", {}).update(_response_headers(error))
    return by_status


RATE_LIMIT_HEADERS = {
    "RateLimit-Limit": {"description": "Calls in a window.", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "Calls left in it.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "Seconds until it begins anew.", "schema": {"type": "integer"}},
}

_SAMPLES: dict[str, str | int | Text] = {
    "currency": "jpy",
    "supported": "usd",
    "field": "successUrl",
    "problem": Text(en="`priceId` is missing; send a price id as a string.", zh="缺少 priceId，请以字符串发送价格ID。"),
    "request_id": "0f9a3c5e7b1d4f68a2c4e6f80b1d3f57",
}


def _example(error: type[GatewayError]) -> dict[str, Any]:
    message = _sample(error).message(Language.EN)
    return {"summary": error.code, "value": {"error": {"code": error.code, "message": message, "type": error.type}}}


def _sample(error: type[GatewayError]) -> GatewayError:
    if issubclass(error, InvalidSignature):
        return error(Text(en="`Stripe-Signature` does not match this body.", zh="stripe-signature 与请求内容不匹配。"))
    if issubclass(error, AlreadyPaid | PaymentInProgress):
        return error("cs_test_a1B2c3")
    if issubclass(error, RateLimitExceeded):
        return error(seconds=30)
    return error(**_SAMPLES)


def _response_headers(error: type[GatewayError]) -> dict[str, Any]:
    wait = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    if issubclass(error, AlreadyPaid | PaymentInProgress):
        return {SESSION_HEADER: {"description": "The purchase's session.", "schema": {"type": "string"}}}
    if error.http_status == 429:
        return wait | RATE_LIMIT_HEADERS
    return wait if error.retry_after_seconds else {}


def document_header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}
