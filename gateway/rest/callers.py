"""Who makes a create call: an operator by its key, a back end by its signature, else anybody."""

import time

from starlette.requests import Request

from gateway.domain.callers import ANONYMOUS, SIGNED, Caller, operator
from gateway.domain.errors import Unauthenticated
from gateway.http.answer_headers import attach
from gateway.http.scope import header
from gateway.http.signing import HEADER, is_signed
from gateway.services.container import Services
from gateway.services.running.admission import is_bearer
from gateway.settings import Settings

BEARER = "Bearer"


def caller_of(request: Request, body: bytes, services: Services) -> Caller:
    """Raises Unauthenticated for an operator's key that is wrong or may only read, and, where signing secrets are set,
    for a call that is neither an operator's nor signed."""
    authorization = header(request.scope, b"authorization")
    if is_bearer(authorization):
        known = services.admission.operator(authorization)
        if known is None or not known.may_write:
            attach(request.scope, "www-authenticate", BEARER)
            raise Unauthenticated
        return operator(known.name)
    if _is_signed(request, body, services.settings):
        return SIGNED
    if services.settings.signing_secrets:
        attach(request.scope, "www-authenticate", HEADER)
        raise Unauthenticated
    return ANONYMOUS


def _is_signed(request: Request, body: bytes, settings: Settings) -> bool:
    """Never without secrets: a browser holds none."""
    secrets = [secret.get_secret_value() for secret in settings.signing_secrets]
    return is_signed(header(request.scope, HEADER.lower().encode()), body, secrets=secrets, now_seconds=time.time())
