"""The strict reader of bodies, before all routes: not too large, not too slow.

It buffers the body and replays it in one piece, so that no entry point ever waits for a slow sender. What the bytes
mean is read by the entry points (`strict_json`).
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.domain.errors import PayloadTooLarge, RequestTimeout
from gateway.http.answer_headers import attach
from gateway.http.scope import header

LIMITS_BYTES = {"/api/stripe/webhook": 512 * 1024, "/graphql": 64 * 1024}
OTHER_LIMIT_BYTES = 4 * 1024
READ_SECONDS = 10.0


class StrictReader:
    """Raises PayloadTooLarge or RequestTimeout; the unread rest then ends with the connection."""

    def __init__(self, app: ASGIApp, *, read_seconds: float = READ_SECONDS) -> None:
        self.app = app
        self.read_seconds = read_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.read_seconds):
                body = await _read(scope, receive)
        except TimeoutError:
            attach(scope, "connection", "close")
            raise RequestTimeout from None
        except PayloadTooLarge:
            attach(scope, "connection", "close")
            raise
        if body is not None:
            await self.app(scope, _replay(body, receive), send)


def _has_body(scope: Scope) -> bool:
    return header(scope, b"content-length") not in {None, "0"} or header(scope, b"transfer-encoding") is not None


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, or None when the client went away. The announced length is judged before a byte is read."""
    limit = LIMITS_BYTES.get(scope["path"], OTHER_LIMIT_BYTES)
    announced = header(scope, b"content-length")
    if announced is not None and announced.isdecimal() and (len(announced) > 12 or int(announced) > limit):
        raise PayloadTooLarge
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > limit:
            raise PayloadTooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once, then whatever the server says next, which is the disconnect."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
