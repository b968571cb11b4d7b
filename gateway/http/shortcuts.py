"""The calls that come most, straight to what answers them: FastAPI's layers and its search for a route cost as much as
the answer.

The same routes stand in the application, for its documentation and for every other method; a test holds the answers of
both ways together. What is routed here raises GatewayErrors alone, which `http.refusals` answers.
"""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

_REST_OF_PATH = ":path}"


class Shortcuts:
    """The innermost middleware. A route's path is plain, or ends with one parameter that takes the rest of it."""

    def __init__(self, app: ASGIApp, *, routes: Iterable[BaseRoute]) -> None:
        self.app = app
        self.by_path: dict[tuple[str, str], BaseRoute] = {}
        self.by_beginning: list[tuple[str, str, str, BaseRoute]] = []
        for route in routes:
            match route:
                case Route():
                    for method in route.methods or ("GET", "POST"):
                        self._add(method, route.path, route)
                case WebSocketRoute():
                    self._add("websocket", route.path, route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = None if scope["type"] == "lifespan" else self._found(scope)
        if route is None:
            await self.app(scope, receive, send)
        else:
            await route.handle(scope, receive, send)

    def _add(self, method: str, path: str, route: BaseRoute) -> None:
        if path.endswith(_REST_OF_PATH):
            beginning, _, name = path.removesuffix(_REST_OF_PATH).partition("{")
            self.by_beginning.append((method, beginning, name, route))
        else:
            self.by_path[method, path] = route

    def _found(self, scope: Scope) -> BaseRoute | None:
        """And notes the path's parameter in the scope, as the application's own search would."""
        kind, path = scope["type"], scope["path"]
        method = scope["method"] if kind == "http" else kind
        found = self.by_path.get((method, path))
        if found is not None:
            scope["path_params"] = {}
            return found
        for its_method, beginning, name, route in self.by_beginning:
            if its_method == method and path.startswith(beginning):
                scope["path_params"] = {name: path[len(beginning) :]}
                return route
        return None
