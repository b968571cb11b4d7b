"""What a resolver knows of its caller. One per HTTP request, and one per WebSocket connection."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import strawberry

from gateway.domain import callers
from gateway.domain.language import Language
from gateway.services.container import Services
from gateway.services.running.admission import Operator, Window


@dataclass(slots=True)
class Place:
    """Where one event stream stands. `after` is what a client that comes back has already (`Last-Event-ID`), `reached`
    what it was sent last (`id:`): a payment's version, or the feed's cursor.

    The resolver sets `begun` where there is, or may still come, something to send: a stream that ends without it was
    sent in full before.
    """

    after: str | None = None
    reached: str | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Context:
    """`address` is the caller as the rate limit counts it; `window` is what is left of it after the last operation.

    `has_wrong_key`: the request carries a key, and no operator's. `is_signed`: it carries a back end's signature
    (GATEWAY_SIGNING_SECRETS). `place` is an event stream's own.
    """

    services: Services
    address: str
    language: Language
    operator: Operator | None = None
    has_wrong_key: bool = False
    is_signed: bool = False
    window: Window | None = None
    place: Place | None = None
    connection_params: dict[str, Any] = field(default_factory=dict)

    @property
    def caller(self) -> callers.Caller:
        """Who calls, as far as money is concerned."""
        if self.operator is not None:
            return callers.operator(self.operator.name)
        return callers.SIGNED if self.is_signed else callers.ANONYMOUS


Info = strawberry.Info[Context, None]
