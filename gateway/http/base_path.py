"""The path of GATEWAY_PUBLIC_URL: everything is served below it, and nothing beside it but the probes.

It is taken off the request's path before anything else looks at that, so every entry point knows plain paths alone.
Links carry it by `Settings.base_path` (pages, redirects) or by the script's own address (the browser's modules). So a
proxy passes the path on as it came; behind one that strips it every answer is 404.
"""

from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.domain.errors import NotFound
from gateway.http.scope import PROBES


class BasePath:
    """`path` as it stands in links: `/pay`, or nothing. Raises NotFound for a request beside it."""

    def __init__(self, app: ASGIApp, *, path: str) -> None:
        self.app = app
        self.path = unquote(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._enters(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "nothing at this address"})
        else:
            raise NotFound

    def _enters(self, scope: Scope) -> bool:
        """Takes the path off. What is outside this middleware (the log, refusals) sees the short path afterwards."""
        whole: str = scope["path"]
        if not self.path or whole in PROBES:
            return True
        if whole != self.path and not whole.startswith(f"{self.path}/"):
            return False
        scope["path"] = whole[len(self.path) :] or "/"
        scope["raw_path"] = scope["path"].encode("utf-8")
        return True
