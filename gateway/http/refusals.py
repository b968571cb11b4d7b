"""Turns every error that leaves an entry point into its answer: the envelope, or GraphQL's `errors`.

A `GatewayError` is answered as it is. Anything else is masked: the log gets the traceback, the caller a 500 with the
request id and nothing more. A person who looks at a page gets a page instead of the envelope.
An answer that has begun cannot be taken back; the server then breaks the connection.
"""

from collections.abc import Callable

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.domain.errors import GatewayError, InternalError, UnsupportedMediaType
from gateway.domain.language import Language, accepted_language
from gateway.http.answer_headers import announce, attach
from gateway.http.navigation import is_navigation
from gateway.http.scope import header, headers
from gateway.telemetry.logs import get_logger
from gateway.telemetry.request_id import current_request_id
from gateway.telemetry.seldom import SeldomWarning

GRAPHQL_PATH = "/graphql"
SESSION_HEADER = "Gateway-Session-Id"
_GRAPHQL_MEDIA_TYPE = "application/graphql-response+json"

ErrorPage = Callable[[Scope, GatewayError], ASGIApp]
"""Makes the page that says to a person what the envelope says to a program, with the same HTTP status."""


class Refusals:
    """Sits inside CORS, so that a browser may read every error, and outside everything that can fail."""

    def __init__(self, app: ASGIApp, *, page: ErrorPage | None = None) -> None:
        self.app = app
        self.page = page
        self.log = get_logger("gateway.http")
        self._warn = SeldomWarning(
            self.log,
            "A body of another media type was refused; the caller must send `Content-Type: application/json`.",
            action="refused.content_type",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, note)
        except GatewayError as error:
            if started:
                raise
            if isinstance(error, UnsupportedMediaType):
                self._warn(", ".join(headers(scope, b"content-type")) or "no Content-Type")
            await self._refuse(scope, receive, send, error)
        except ClientDisconnect:
            return  # In the middle of its request: there is nobody left to answer.
        except Exception:
            self.log.exception("An unexpected error was masked.", action="error.masked")
            if started:
                raise
            await self._refuse(scope, receive, send, InternalError(request_id=current_request_id()))

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, error: GatewayError) -> None:
        if self.page is None or not is_navigation(scope):
            await refuse(scope, send, error)
            return
        _attach(scope, error)
        await self.page(scope, error)(scope, receive, send)


async def refuse(scope: Scope, send: Send, error: GatewayError) -> None:
    """Answer this request with the error, in the shape of its entry point and the language of its caller."""
    _attach(scope, error)
    language = accepted_language(header(scope, b"accept-language"))
    body, media_type = envelope(error, language), "application/json"
    if scope["path"] == GRAPHQL_PATH:
        body = _graphql_errors(error, language)
        if _GRAPHQL_MEDIA_TYPE in (header(scope, b"accept") or ""):
            media_type = _GRAPHQL_MEDIA_TYPE
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        # A 404 may be kept by caches unless a header forbids it, and this one may be a 200 a second later.
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept-Language, Accept"),
    ]
    await send({"type": "http.response.start", "status": error.http_status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _attach(scope: Scope, error: GatewayError) -> None:
    if error.retry_after_seconds is not None:
        attach(scope, "retry-after", str(error.retry_after_seconds))
    if error.session_id is not None:
        attach(scope, SESSION_HEADER.lower(), error.session_id)
    window = getattr(error, "window", None)
    if window is not None:
        announce(scope, window)


def envelope(error: GatewayError, language: Language) -> bytes:
    """`{"error": {"code", "message", "type"}}`, as the integration guide documents it."""
    return orjson.dumps({"error": {"code": error.code, "message": error.message(language), "type": error.type.value}})


def _graphql_errors(error: GatewayError, language: Language) -> bytes:
    return orjson.dumps({"errors": [{"message": error.message(language), "extensions": {"code": error.code}}]})
