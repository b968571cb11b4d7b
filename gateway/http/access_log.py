"""One line per request: method, path, status, milliseconds. Never a query string, never a session id in clear."""

import re
from functools import lru_cache, partial
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.durations import count
from gateway.http.scope import PROBES
from gateway.telemetry import fast_line
from gateway.telemetry.logs import get_logger, hash_id, redact

_STATUS_PATH = "/api/check-payment-status/"
_SESSION = re.compile(r"cs_[A-Za-z0-9_]+")
_LONGEST_PATH = 200


class AccessLog:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = get_logger("gateway.access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status: int | None = None
        started = perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            seconds = perf_counter() - started
            count(scope, status, seconds)
            self._write(scope, status, round(seconds * 1000, 2))

    def _write(self, scope: Scope, status: int | None, milliseconds: float) -> None:
        """Probes come every few seconds from every balancer: they are debug lines."""
        write = self.log.debug if scope["path"] in PROBES else partial(fast_line.info, self.log)
        write(
            "A request was answered.",
            action="request",
            method=scope["method"],
            path=loggable_path(scope["path"]),
            status=status,
            milliseconds=milliseconds,
        )


def loggable_path(path: str) -> str:
    """The path with session ids hashed. Whatever stands where a session id belongs is hashed, well-formed or not."""
    if path.startswith(_STATUS_PATH):
        return _STATUS_PATH + hash_id(path.removeprefix(_STATUS_PATH))
    return _redacted(_SESSION.sub(lambda match: hash_id(match[0]), path)[:_LONGEST_PATH])


_redacted = lru_cache(maxsize=64)(redact)
"""Nearly all calls come by a handful of paths."""
