"""Who may call how often, asked by every door; and who is an operator.

One bucket a client address, whichever way the call came. `GATEWAY_RATE_LIMIT` says how much fits in it.
"""

import hmac
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.domain.errors import RateLimitExceeded
from gateway.rate_limit.client_address import client_address
from gateway.rate_limit.limiter import Limiter, Window
from gateway.settings import Settings
from gateway.telemetry.metrics import LIMITED

__all__ = ["AdmissionService", "TooManyCalls", "Window"]

STREAM_RETRY_SECONDS = 10


class TooManyCalls(RateLimitExceeded):
    """Carries the window, for the `RateLimit-*` headers."""

    def __init__(self, window: Window) -> None:
        super().__init__(seconds=window.reset_seconds)
        self.window = window


class AdmissionService:
    def __init__(self, settings: Settings, limiter: Limiter) -> None:
        self._limiter = limiter
        self._trusted = settings.trusted_proxies
        self._streams_at_most = settings.sockets_per_address
        self._admin_keys = tuple(key.get_secret_value().encode() for key in settings.admin_keys)
        self._streams: Counter[str] = Counter()

    def client_address(self, scope: Any) -> str:
        """The caller behind an ASGI scope, our proxies seen through."""
        peer = scope.get("client")
        forwarded = b",".join(value for name, value in scope.get("headers", ()) if name == b"x-forwarded-for")
        return client_address(peer[0] if peer else None, forwarded.decode("latin-1"), self._trusted)

    async def admit(self, address: str, cost: int = 1) -> Window:
        """Take `cost` tokens, all or none. Raises TooManyCalls, with the window."""
        allowed, window = await self._limiter.hit(address, cost)
        if not allowed:
            LIMITED.inc()
            raise TooManyCalls(window)
        return window

    @contextmanager
    def stream(self, address: str) -> Iterator[None]:
        """Count one WebSocket or SSE stream while it lasts. Raises RateLimitExceeded when there are too many."""
        if self._streams[address] >= self._streams_at_most:
            LIMITED.inc()
            raise RateLimitExceeded(seconds=STREAM_RETRY_SECONDS)
        self._streams[address] += 1
        try:
            yield
        finally:
            self._streams[address] -= 1
            if not self._streams[address]:
                del self._streams[address]

    def is_operator(self, authorization: str | None) -> bool:
        """Whether `Bearer <admin key>` names one of the operator keys. With no keys set, nobody is one."""
        scheme, _, key = (authorization or "").partition(" ")
        given = key.strip().encode("utf-8", "replace")
        matches = [hmac.compare_digest(given, known) for known in self._admin_keys]
        return scheme.lower() == "bearer" and any(matches)
