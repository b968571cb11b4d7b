"""Which pages may speak to us: our own, those named in GATEWAY_ALLOWED_ORIGINS, and in dev those of this machine.

No `Origin` means no browser page is behind the request, so there is nothing it could borrow; it is accepted.
"""

from dataclasses import dataclass

from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from gateway.domain.origins import is_loopback
from gateway.settings import Settings


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins accepted beside the request's own host."""

    accepted: frozenset[str]
    loopback: bool = False
    """Whether pages of this machine are accepted, whatever their port."""

    @classmethod
    def of(cls, settings: Settings) -> "Origins":
        named = (normalize_origin(origin) for origin in (*settings.allowed_origins, settings.base_url))
        return cls(frozenset(origin for origin in named if origin), loopback=settings.development)

    def accepts(self, origin: str | None, *, host: str | None) -> bool:
        """`origin` and `host` are the headers as they came."""
        if origin is None:
            return True
        if is_same_origin(origin, host) or normalize_origin(origin) in self.accepted:
            return True
        return self.loopback and is_loopback(origin)
