"""Gives every request an id: the caller's if it is a sane one, else a new one. Logs and answers carry it."""

import re
import secrets

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.answer_headers import attach
from gateway.http.scope import header
from gateway.telemetry.request_id import reset_request_id, set_request_id

# No underscore: neither a key of Stripe's nor a session id can travel into our logs as a request id.
_SANE = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestId:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request_id = _choose(header(scope, b"x-request-id"))
        attach(scope, "x-request-id", request_id)
        token = set_request_id(request_id)
        try:
            await self.app(scope, receive, send)
        finally:
            reset_request_id(token)


def _choose(offered: str | None) -> str:
    return offered if offered and _SANE.fullmatch(offered) else secrets.token_hex(16)
