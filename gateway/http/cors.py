"""CORS for the allowed origins: Starlette's middleware with our headers, and our envelope where it refuses.

It sits outside `Refusals`, so errors carry its headers too. It decides what browsers may read, never who may call.
"""

import re
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
from gateway.telemetry.logs import get_logger, redact
from gateway.telemetry.seldom import SeldomWarning

EXPOSED = (
    "ETag",
    "Retry-After",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    SESSION_HEADER,
)
OWN = ("content-type", "authorization", "idempotency-key", "if-none-match", "prefer")
"""What our own calls take."""
ALLOWED = frozenset(OWN).union(
    # What browsers and stand-ins for EventSource add.
    "accept accept-language content-language last-event-id cache-control pragma "
    # What instrumented pages add to every call: W3C and OpenTelemetry, Sentry, Zipkin, Jaeger, Azure, AWS, Google,
    # New Relic, Elastic, Dynatrace; and Apollo's clients.
    "traceparent tracestate traceresponse baggage sentry-trace b3 uber-trace-id request-id request-context "
    "x-request-id x-correlation-id x-amzn-trace-id x-cloud-trace-context newrelic elastic-apm-traceparent x-dtpc "
    "x-requested-with apollo-require-preflight".split()
)
ALLOWED_BEGINNINGS = ("x-datadog-", "x-b3-", "x-newrelic-", "x-instana-", "apollographql-client-", "x-apollo-")
LONGEST_LIST = 4096
LONGEST_QUOTED = 200
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}")


class Cors(CORSMiddleware):
    """`own` is the base of our own urls; `loopback` lets pages of this machine in, whatever their port. `more_headers`
    are GATEWAY_CORS_HEADERS: names in lower case; a `*` at the end stands for what begins so."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        origins: tuple[str, ...],
        own: str,
        loopback: bool = False,
        more_headers: tuple[str, ...] = (),
    ) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_origin_regex=LOOPBACK_ORIGIN.pattern if loopback else None,
            allow_methods=("GET", "POST"),
            allow_headers=("*",),  # `preflight_response` names those of the request's that are allowed.
            expose_headers=EXPOSED,
        )
        self._own = "{0.scheme}://{0.netloc}".format(urlsplit(own.lower()))
        self._warn = SeldomWarning(
            get_logger("gateway.http"),
            "A page of another origin may not read our answers; if it is yours, name it in GATEWAY_ALLOWED_ORIGINS.",
            action="refused.origin",
        )
        self.names = ALLOWED.union(more_headers)
        ours = (name.removesuffix("*") for name in more_headers if name.endswith("*"))
        self.beginnings = (*ALLOWED_BEGINNINGS, *ours)

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
        allowed, refused = self._judged(request_headers.get("access-control-request-headers", ""))
        cors["access-control-allow-headers"] = ", ".join(allowed)
        if answer.status_code == 200 and not refused:
            return Response(status_code=204, headers=cors)
        error = InvalidRequest(problem=_refused_headers(refused) if answer.status_code == 200 else _REFUSED)
        body = envelope(error, accepted_language(request_headers.get("accept-language")))
        return Response(body, error.http_status, headers=cors, media_type="application/json")

    def _judged(self, asked: str) -> tuple[list[str], list[str]]:
        """The headers that a page may send, of those it asks for (else what our own calls take), and the others."""
        names = [name.strip().lower() for name in asked[:LONGEST_LIST].split(",") if name.strip()]
        allowed = [name for name in names if name in self.names or name.startswith(self.beginnings)]
        return (allowed if names else list(OWN)), [name for name in names if name not in allowed]


_REFUSED = Text(
    en="This origin or method is not allowed across origins (GATEWAY_ALLOWED_ORIGINS).",
    zh="不允许此来源或方法跨域访问（GATEWAY_ALLOWED_ORIGINS）。",
)


def _refused_headers(names: list[str]) -> Text:
    listed = redact(", ".join(name for name in names if _NAME.fullmatch(name)))[:LONGEST_QUOTED]
    return Text(
        en=f"Pages of other origins may not send these headers (GATEWAY_CORS_HEADERS): {listed}.",
        zh=f"不允许跨域页面发送以下请求头（GATEWAY_CORS_HEADERS）：{listed}。",
    )
