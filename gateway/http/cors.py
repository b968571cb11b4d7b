"""CORS for the allowed origins: Starlette's middleware with our headers, and our envelope where it refuses.

It sits outside `Refusals`, so errors carry its headers too. It decides what browsers may read, never who may call.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.domain.errors import InvalidRequest
from gateway.domain.language import Text, accepted_language
from gateway.domain.origins import LOOPBACK_ORIGIN
from gateway.http.answer_headers import attach
from gateway.http.refusals import SESSION_HEADER, envelope
from gateway.http.scope import header
from gateway.telemetry.logs import get_logger
from gateway.telemetry.seldom import SeldomWarning

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
    """`own` is the base of our own urls; `loopback` lets pages of this machine in, whatever their port."""

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...], own: str, loopback: bool = False) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_origin_regex=LOOPBACK_ORIGIN.pattern if loopback else None,
            allow_methods=("GET", "POST"),
            allow_headers=ALLOWED,
            expose_headers=EXPOSED,
        )
        self._own = "{0.scheme}://{0.netloc}".format(urlsplit(own.lower()))
        self._warn = SeldomWarning(
            get_logger("gateway.http"),
            "A page of another origin may not read our answers; if it is yours, name it in GATEWAY_ALLOWED_ORIGINS.",
            action="refused.origin",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            origin = header(scope, b"origin")
            if origin is None:
                # Nothing to decide; only caches must know that the answer would differ for an origin.
                attach(scope, "vary", "Origin")
                await self.app(scope, receive, send)
                return
            if not self.is_allowed_origin(origin) and not self._is_own(scope, origin):
                self._warn(origin)
        await super().__call__(scope, receive, send)

    def _is_own(self, scope: Scope, origin: str) -> bool:
        """A browser names the origin of our own pages too, and needs no permission for them."""
        return origin.lower() == self._own or origin.rpartition("//")[2] == header(scope, b"host")

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
