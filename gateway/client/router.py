"""Serves the browser module and its types to pages of every origin: they hold nothing of anybody.

What the module asks of the gateway is judged like any page's call (GATEWAY_ALLOWED_ORIGINS).
"""

import hashlib
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

MODULE, TYPES = "/client/v1.js", "/client/v1.d.ts"
FRESH_SECONDS = 300


def create_client_module() -> list[BaseRoute]:
    """The routes to append to the application. Both files are read once."""
    module = _Served("v1.js", "text/javascript", {"X-TypeScript-Types": "./v1.d.ts"})
    types = _Served("v1.d.ts", "application/typescript", {})
    return [Route(MODULE, module.answer), Route(TYPES, types.answer)]


class _Served:
    """One file with its tag; a browser that has it is answered 304."""

    def __init__(self, name: str, media_type: str, headers: dict[str, str]) -> None:
        self._content = files(__package__).joinpath(name).read_bytes()
        self._media_type = f"{media_type}; charset=utf-8"
        self._tag = f'"{hashlib.sha256(self._content).hexdigest()[:32]}"'
        self._headers = headers | {
            "ETag": self._tag,
            "Cache-Control": f"public, max-age={FRESH_SECONDS}",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }

    async def answer(self, request: Request) -> Response:
        if self._tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self._headers)
        return Response(self._content, media_type=self._media_type, headers=self._headers)
