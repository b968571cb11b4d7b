"""Who may call how often and whose call is next, asked by every entry point; and who is an operator.

One bucket a client address, whichever way the call came. `GATEWAY_RATE_LIMIT` says how much fits in it.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.domain.errors import RateLimitExceeded
from gateway.rate_limit.client_address import client_address
from gateway.rate_limit.fair_queue import FairQueue
from gateway.rate_limit.limiter import Limiter, Window
from gateway.settings import Settings
from gateway.telemetry.metrics import LIMITED

__all__ = ["AdmissionService", "Operator", "TooManyCalls", "Window"]

STREAM_RETRY_SECONDS = 10
_ADDRESS = "gateway.client_address"
"""Where a scope keeps it, once it is known."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Whose key a call carries. Without `may_write` it may only look."""

    name: str
    may_write: bool


class TooManyCalls(RateLimitExceeded):
    """Carries the window, for the `RateLimit-*` headers."""

    def __init__(self, window: Window) -> None:
        super().__init__(seconds=window.reset_seconds)
        self.window = window


class AdmissionService:
    def __init__(self, settings: Settings, limiter: Limiter) -> None:
        self._limiter = limiter
        self._queue = FairQueue()
        self._trusted = settings.trusted_proxies
        self._streams_at_most = settings.sockets_per_address
        self._operators = tuple(
            (_digest(key.secret.get_secret_value()), Operator(key.name, key.may_write)) for key in settings.admin_keys
        )
        self._streams: Counter[str] = Counter()

    def client_address(self, scope: Any) -> str:
        """The caller behind an ASGI scope, our proxies seen through."""
        known: str | None = scope.get(_ADDRESS)
        if known is None:
            peer = scope.get("client")
            forwarded = b",".join(value for name, value in scope.get("headers", ()) if name == b"x-forwarded-for")
            known = client_address(peer[0] if peer else None, forwarded.decode("latin-1"), self._trusted)
            scope[_ADDRESS] = known
        return known

    def turn(self, address: str) -> AbstractAsyncContextManager[Callable[[], None]]:
        """Enter when it is this caller's turn to be worked on; what is given ends the turn early."""
        return self._queue.turn(address)

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

    def operator(self, authorization: str | None) -> Operator | None:
        """Whose key `Bearer <admin key>` holds; None for anything else. With no keys set, nobody is an operator.

        It takes as long for a wrong key as for a right one: every key is compared, as a digest, in constant time.
        """
        if authorization is None:
            return None
        scheme, _, key = authorization.partition(" ")
        given, found = _digest(key.strip()), None
        for known, operator in self._operators:
            if hmac.compare_digest(given, known):
                found = operator
        return found if scheme.lower() == "bearer" else None


def is_bearer(authorization: str | None) -> bool:
    """Whether a key is given at all, right or wrong; other schemes are none of ours."""
    return (authorization or "").partition(" ")[0].lower() == "bearer"


def _digest(key: str) -> bytes:
    """Of one length whatever the key's is."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()
