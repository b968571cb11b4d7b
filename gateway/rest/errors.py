"""Translates the framework's own refusals (404, 405, 422 …) into our tree, so that every error has one shape."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain.errors import (
    GatewayError,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    RequestTimeout,
    ServiceUnavailable,
    Unauthenticated,
    UnsupportedMediaType,
)
from gateway.domain.language import Text
from gateway.http.answer_headers import attach
from gateway.telemetry.request_id import current_request_id

_BY_STATUS: dict[int, type[GatewayError]] = {
    error.http_status: error
    for error in (
        Unauthenticated,
        NotFound,
        MethodNotAllowed,
        RequestTimeout,
        PayloadTooLarge,
        UnsupportedMediaType,
        ServiceUnavailable,
    )
}


def translate_framework_errors(app: FastAPI) -> None:
    """The handlers raise again, in our words; `http.refusals`, further out, answers."""
    app.add_exception_handler(HTTPException, _translate_http)
    app.add_exception_handler(RequestValidationError, _translate_validation)


async def _translate_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 the handler is registered for this class alone
    for name, value in (error.headers or {}).items():
        attach(request.scope, name.lower(), _sorted_methods(value) if name.lower() == "allow" else value)
    translated = _BY_STATUS.get(error.status_code)
    if translated is not None:
        raise translated from None
    if error.status_code >= 500:
        raise InternalError(request_id=current_request_id()) from error
    raise InvalidRequest(problem=Text(en="The request cannot be answered.", zh="无法处理该请求。")) from None


async def _translate_validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 the handler is registered for this class alone
    first = next(iter(error.errors()), {"loc": ("body",)})
    field = ".".join(str(part) for part in first["loc"][1:])[:100] or str(first["loc"][0])
    problem = Text(en=f"`{field}` is missing or of the wrong type.", zh=f"{field} 缺失或类型错误。")
    raise InvalidRequest(problem=problem) from None


def _sorted_methods(allow: str) -> str:
    """Starlette joins a set, whose order differs from run to run."""
    return ", ".join(sorted(method.strip() for method in allow.split(",")))
