"""Headers that every answer carries, whoever writes it: the security set and what an entry point attached.

An entry point attaches before it knows what the answer will be, so that a refusal or a masked error carries the same
headers as a success. It never replaces a header that the answer set itself.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.services.running.admission import Window

_ATTACHED = "gateway.answer_headers"

RawHeader = tuple[bytes, bytes]

_SECURITY: tuple[RawHeader, ...] = (
    (b"x-content-type-options", b"nosniff"),
    # A success page has the session id in its address: other sites must not read it from the Referer.
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
)
_HSTS: RawHeader = (b"strict-transport-security", b"max-age=31536000")


def attach(scope: Scope, name: str, value: str) -> None:
    """Put one header on the answer to this request, whatever the answer will be."""
    attached: list[RawHeader] | None = scope.get(_ATTACHED)
    if attached is not None:
        attached.append((name.encode("latin-1"), value.encode("latin-1")))


def announce(scope: Scope, window: Window) -> None:
    """Say how much of the caller's limit is left, on success and refusal alike."""
    attach(scope, "ratelimit-limit", str(window.limit))
    attach(scope, "ratelimit-remaining", str(window.remaining))
    attach(scope, "ratelimit-reset", str(window.reset_seconds))


class AnswerHeaders:
    """The outermost middleware. `livemode` adds HSTS: with a live key every url is https."""

    def __init__(self, app: ASGIApp, *, livemode: bool) -> None:
        self.app = app
        self.always = (*_SECURITY, _HSTS) if livemode else _SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        attached: list[RawHeader] = []
        scope[_ATTACHED] = attached

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[RawHeader] = list(message.get("headers", ()))
                present = {name for name, _ in headers}
                headers.extend(pair for pair in self.always if pair[0] not in present)
                headers.extend(attached)
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, complete)
