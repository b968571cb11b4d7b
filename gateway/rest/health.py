"""/healthz: the process answers. /readyz: it may be sent work. /metrics: what it counted. They cost no token.

They ask for no key, so they contain no id and no secret; a proxy should keep /metrics inside all the same.
"""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.services.container import Services
from gateway.telemetry.metrics import exposition, start_at_zero

_NO_STORE = {"Cache-Control": "no-store"}


def health_routes() -> list[Route]:
    start_at_zero()
    probes = {"/healthz": _alive, "/readyz": _ready, "/metrics": _metrics}
    return [Route(path, probe, methods=["GET"]) for path, probe in probes.items()]


async def _alive(_request: Request) -> Response:
    """Checks nothing else: a restart would not bring back a database that is away."""
    return Response(b'{"status":"ok"}', media_type="application/json", headers=_NO_STORE)


async def _ready(request: Request) -> Response:
    services: Services = request.app.state.services
    readiness = await services.health.ready()
    body = orjson.dumps({"status": "ok" if readiness.ok else "unavailable", "checks": readiness.checks})
    return Response(body, 200 if readiness.ok else 503, media_type="application/json", headers=_NO_STORE)


async def _metrics(request: Request) -> Response:
    services: Services = request.app.state.services
    body, media_type = exposition(services.settings.metrics_folder)
    return Response(body, media_type=media_type, headers=_NO_STORE)
