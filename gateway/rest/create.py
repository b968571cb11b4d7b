"""POST /api/create-checkout-session: `{"priceId"}` in, `{"url", "sessionId"}` out, nothing else in the body."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.http.durations import name_operation
from gateway.http.media_type import require_json
from gateway.http.scope import header
from gateway.http.strict_json import read_json
from gateway.rest.admission import admit
from gateway.rest.callers import caller_of
from gateway.rest.fields import read_checkout_request


async def create_checkout_session(request: Request) -> Response:
    """Raises the tree of `gateway.domain.errors`; `http.refusals` answers it."""
    name_operation(request.scope, "rest", "create_checkout_session")
    services = await admit(request)
    require_json(request.scope)
    body = await request.body()
    caller = caller_of(request, body, services)
    idempotency_key = header(request.scope, b"idempotency-key")
    wish = read_checkout_request(read_json(body), idempotency_key=idempotency_key, caller=caller)
    created = await services.checkout.create(wish)
    answer = orjson.dumps({"url": created.url, "sessionId": created.snapshot.session_id})
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})
