"""What a resolver knows of its caller. One per HTTP request, and one per WebSocket connection."""

from dataclasses import dataclass, field
from typing import Any

import strawberry

from gateway.domain.language import Language
from gateway.services.container import Services
from gateway.services.running.admission import Window


@dataclass(slots=True)
class Context:
    """`address` is the caller as the rate limit counts it; `window` is what is left of it after the last operation.

    `is_signed`: the request carries a back end's signature (GATEWAY_SIGNING_SECRETS).
    """

    services: Services
    address: str
    language: Language
    is_operator: bool = False
    is_signed: bool = False
    window: Window | None = None
    connection_params: dict[str, Any] = field(default_factory=dict)


Info = strawberry.Info[Context, None]
