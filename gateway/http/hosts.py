"""Accepts only our own `Host` when the public url is set; without one every Host is accepted."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.domain.errors import InvalidRequest
from gateway.domain.language import Text
from gateway.http.scope import headers
from gateway.telemetry.logs import get_logger
from gateway.telemetry.seldom import SeldomWarning

# A balancer probes by address.
_FROM_ANYWHERE = frozenset({"/healthz", "/readyz", "/metrics"})
_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


class Hosts:
    """Raises InvalidRequest for a request; closes a WebSocket before it is accepted, which is a 403."""

    def __init__(self, app: ASGIApp, *, public_url: str | None) -> None:
        self.app = app
        self.accepted = _accepted_hosts(public_url) if public_url else None
        self._warn = SeldomWarning(
            get_logger("gateway.http"),
            "A request named another host than that of GATEWAY_PUBLIC_URL; if it is yours, correct the setting, or let "
            "the proxy before us pass the `Host` on.",
            action="refused.host",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.accepted is None or scope["type"] == "lifespan" or self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        self._warn(", ".join(headers(scope, b"host")))
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "unknown host"})
        else:
            raise InvalidRequest(
                problem=Text(
                    en="`Host` does not name this gateway; use its public address.",
                    zh="Host 请求头不是本网关的地址，请使用其公开地址。",
                )
            )

    def _is_ours(self, scope: Scope) -> bool:
        if scope["path"] in _FROM_ANYWHERE:
            return True
        hosts = headers(scope, b"host")
        return len(hosts) == 1 and hosts[0].lower() in (self.accepted or ())


def _accepted_hosts(public_url: str) -> frozenset[str]:
    """The host as browsers write it, and the same with the scheme's port spelt out."""
    parts = urlsplit(public_url.lower())
    port = _DEFAULT_PORTS.get(parts.scheme, "")
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{port}")
    has_port = host.rpartition("]")[2].count(":") == 1
    return frozenset({host} if has_port else {host, f"{host}:{port}"})
