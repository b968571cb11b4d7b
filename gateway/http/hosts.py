"""Accepts only our own `Host` when the public url is set; without one every Host is accepted."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.domain.errors import InvalidRequest
from gateway.domain.language import Text
from gateway.http.scope import PROBES, headers
from gateway.telemetry.logs import get_logger
from gateway.telemetry.seldom import SeldomWarning
from gateway.web_addresses import DEFAULT_PORTS, ascii_host, ascii_origin, has_port


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
        if scope["path"] in PROBES:
            return True
        hosts = headers(scope, b"host")
        return len(hosts) == 1 and _in_ascii(hosts[0]) in (self.accepted or ())


def _in_ascii(host: str) -> str:
    """A client that knows no punycode sends UTF-8; what is no host becomes nothing."""
    try:
        return ascii_host(host if host.isascii() else host.encode("latin-1").decode("utf-8"))
    except ValueError:
        return ""


def _accepted_hosts(public_url: str) -> frozenset[str]:
    """The host as browsers write it, and the same with the scheme's port spelt out."""
    parts = urlsplit(ascii_origin(public_url))
    host = parts.netloc.rpartition("@")[2]
    return frozenset({host} if has_port(host) else {host, f"{host}:{DEFAULT_PORTS.get(parts.scheme, '')}"})
