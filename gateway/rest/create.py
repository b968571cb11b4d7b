"""POST /api/create-checkout-session: `{"priceId"}` in, `{"url", "sessionId"}` out, nothing else in the body."""

import time

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain.errors import Unauthenticated
from gateway.http.answer_headers import attach
from gateway.http.media_type import require_json
from gateway.http.scope import header
from gateway.http.signing import HEADER, is_signed
from gateway.http.strict_json import read_json
from gateway.rest.admission import admit
from gateway.rest.fields import read_checkout_request
from gateway.settings import Settings


async def create_checkout_session(request: Request) -> Response:
    """Raises the tree of `gateway.domain.errors`; `http.refusals` answers it."""
    services = await admit(request)
    require_json(request.scope)
    body = await request.body()
    _require_signature(request, body, services.settings)
    wish = read_checkout_request(read_json(body), idempotency_key=header(request.scope, b"idempotency-key"))
    created = await services.checkout.create(wish)
    answer = orjson.dumps({"url": created.url, "sessionId": created.snapshot.session_id})
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})


def _require_signature(request: Request, body: bytes, settings: Settings) -> None:
    """Off unless secrets are set: a browser holds none."""
    if not settings.signing_secrets:
        return
    secrets = [secret.get_secret_value() for secret in settings.signing_secrets]
    given = header(request.scope, HEADER.lower().encode())
    if not is_signed(given, body, secrets=secrets, now_seconds=time.time()):
        attach(request.scope, "www-authenticate", HEADER)
        raise Unauthenticated
