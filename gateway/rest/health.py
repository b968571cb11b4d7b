"""/healthz: the process answers. /readyz: it may be sent work. They cost no token; /metrics will stand beside them."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.services import Services

_NO_STORE = {"Cache-Control": "no-store"}


def health_routes() -> list[Route]:
    return [Route("/healthz", _alive, methods=["GET"]), Route("/readyz", _ready, methods=["GET"])]


async def _alive(_request: Request) -> Response:
    """Asks nothing of anybody: a restart would not mend a database that is away."""
    return Response(b'{"status":"ok"}', media_type="application/json", headers=_NO_STORE)


async def _ready(request: Request) -> Response:
    services: Services = request.app.state.services
    readiness = await services.health.ready()
    body = orjson.dumps({"status": "ok" if readiness.ok else "unavailable", "checks": readiness.checks})
    return Response(body, 200 if readiness.ok else 503, media_type="application/json", headers=_NO_STORE)
