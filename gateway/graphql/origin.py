"""Which pages may speak to us: our own, and those named in GATEWAY_ALLOWED_ORIGINS.

No `Origin` means no browser page is behind the request, so there is nothing it could borrow; it is accepted.
"""

from dataclasses import dataclass

from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from gateway.settings import Settings


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins accepted beside the request's own host."""

    accepted: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> "Origins":
        named = (normalize_origin(origin) for origin in (*settings.allowed_origins, settings.base_url))
        return cls(frozenset(origin for origin in named if origin))

    def accepts(self, origin: str | None, *, host: str | None) -> bool:
        """`origin` and `host` are the headers as they came."""
        if origin is None:
            return True
        return is_same_origin(origin, host) or normalize_origin(origin) in self.accepted
