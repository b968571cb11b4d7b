"""CORS for the allowed origins: Starlette's middleware with our headers, and our envelope where it refuses.

It sits outside `Refusals`, so errors carry its headers too. It decides what browsers may read, never who may call.
"""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.domain.errors import InvalidRequest
from gateway.domain.language import Text, accepted_language
from gateway.http.answer_headers import attach
from gateway.http.refusals import SESSION_HEADER, envelope
from gateway.http.scope import header

EXPOSED = (
    "ETag",
    "Retry-After",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    SESSION_HEADER,
)
ALLOWED = ("Content-Type", "Authorization", "Idempotency-Key", "If-None-Match", "Prefer")


class Cors(CORSMiddleware):
    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=ALLOWED,
            expose_headers=EXPOSED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and header(scope, b"origin") is None:
            # Nothing to decide; only caches must know that the answer would differ for an origin.
            attach(scope, "vary", "Origin")
            await self.app(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        answer = super().preflight_response(request_headers)
        cors = {key: value for key, value in answer.headers.items() if key.startswith("access-control-")}
        cors["vary"] = answer.headers["vary"]
        if answer.status_code == 200:
            return Response(status_code=204, headers=cors)
        error = InvalidRequest(
            problem=Text(
                en="This origin, method or header is not allowed across origins (GATEWAY_ALLOWED_ORIGINS).",
                zh="不允许此来源、方法或请求头跨域访问（GATEWAY_ALLOWED_ORIGINS）。",
            )
        )
        body = envelope(error, accepted_language(request_headers.get("accept-language")))
        return Response(body, error.http_status, headers=cors, media_type="application/json")
