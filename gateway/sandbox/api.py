"""What surrounds every call of the API and of the controls: key, permission, form, idempotency, the handler,
expansion, commit, headers.

Handlers are plain functions from a `Call` to a JSON object; they raise StripeRefusal and know nothing of HTTP.
"""

import base64
import binascii
import logging
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.sandbox import ids
from gateway.sandbox.config import API_VERSION
from gateway.sandbox.due_actions import run_due
from gateway.sandbox.errors import StripeRefusal, bad_api_key, invalid, no_api_key, no_such
from gateway.sandbox.expand import expand
from gateway.sandbox.forms import parse
from gateway.sandbox.idempotency import Replay
from gateway.sandbox.params import Params
from gateway.sandbox.permissions import refuse_without_permission
from gateway.sandbox.runtime import RequestMark, Sandbox
from gateway.sandbox.store import Kind, Object

MAX_BODY_BYTES = 512 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One API request, read and checked."""

    sandbox: Sandbox
    params: Params
    path: dict[str, str]

    def find(self, kind: Kind) -> Object:
        """The object whose id is in the path. Raises StripeRefusal (404)."""
        value = self.sandbox.store.get(kind, self.path["id"])
        if value is None:
            raise no_such(kind.value, self.path["id"])
        return value


Handler = Callable[[Call], Object]
Entry = tuple[str, str, Handler]


def routes_of(sandbox: Sandbox, entries: tuple[Entry, ...]) -> list[Route]:
    return [Route(path, _endpoint(sandbox, handler), methods=[method]) for method, path, handler in entries]


def refusal_response(refusal: StripeRefusal, request_id: str) -> Response:
    error = {**refusal.error, "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}
    return _response(refusal.status, orjson.dumps({"error": error}), request_id)


def _endpoint(sandbox: Sandbox, handler: Handler) -> Callable[..., object]:
    async def answer(request: Request) -> Response:
        request_id = ids.mint("req")
        body = await request.body()
        version = request.headers.get("stripe-version", API_VERSION)
        response = _answer(sandbox, handler, request, body, request_id)
        response.headers["Stripe-Version"] = version
        return response

    return answer


def _answer(sandbox: Sandbox, handler: Handler, request: Request, body: bytes, request_id: str) -> Response:
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    held = False
    kept: Replay | None = None
    try:
        api_key = _authenticate(request)
        refuse_without_permission(sandbox.store, api_key, method=request.method, path=request.url.path)
        run_due(sandbox)
        if key is not None:
            replay = sandbox.idempotency.begin(key, method=request.method, path=request.url.path, body=body)
            if replay is not None:
                return _replayed(replay, request_id, key)
            held = True
        status, answer = _run(sandbox, handler, request, body, RequestMark(request_id, key))
        kept = Replay(status, answer, request_id)
        return _response(status, answer, request_id, key)
    except StripeRefusal as refusal:
        return refusal_response(refusal, request_id)
    finally:
        if held and key is not None:
            sandbox.idempotency.finish(key, kept)
        sandbox.commit()


def _run(sandbox: Sandbox, handler: Handler, request: Request, body: bytes, mark: RequestMark) -> tuple[int, bytes]:
    """Status and body of an answer that an idempotency key keeps; validation failures leave as exceptions."""
    began = False
    try:
        params = Params(parse(body if request.method == "POST" else request.url.query.encode()))
        paths = params.texts("expand")
        with sandbox.caused_by(mark):
            value = handler(Call(sandbox, params, dict(request.path_params)))
        began = True
        return 200, orjson.dumps(expand(sandbox.store, value, paths) if paths else value)
    except StripeRefusal as refusal:
        # A bad `expand` is found after the request has been executed, so the key must keep that answer too.
        if not (began or refusal.began_execution):
            raise
        return refusal.status, orjson.dumps({"error": refusal.error})
    except Exception:
        _log.exception("A sandbox handler failed.")
        message = "An unexpected error occurred in the sandbox; its log has the traceback."
        return 500, orjson.dumps({"error": {"type": "api_error", "message": message}})


def _authenticate(request: Request) -> str:
    """The key. Any test key will do; a live key must not, or somebody would believe in the money."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    key = credentials.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise invalid("Invalid Authorization header.", status=401) from error
    if not key:
        raise no_api_key()
    if not key.startswith(("sk_test_", "rk_test_")):
        raise bad_api_key(key)
    return key


def _replayed(replay: Replay, request_id: str, key: str) -> Response:
    response = _response(replay.status, replay.body, request_id, key)
    response.headers["Idempotent-Replayed"] = "true"
    response.headers["Original-Request"] = replay.request_id
    return response


def _response(status: int, body: bytes, request_id: str, key: str | None = None) -> Response:
    headers = {"Request-Id": request_id, "Cache-Control": "no-cache, no-store"}
    if key is not None:
        headers["Idempotency-Key"] = key
    return Response(body, status, headers, media_type="application/json")
