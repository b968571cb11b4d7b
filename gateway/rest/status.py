"""GET /api/check-payment-status/{sessionId}: `{"status"}`, with an ETag, and a long poll for those who ask to wait.

The path parameter takes slashes too, so that whatever is no session of ours is answered alike: `session_not_found`.
"""

import re

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain.errors import SessionNotFound
from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from gateway.http.answer_headers import attach
from gateway.http.durations import name_operation
from gateway.http.scope import headers
from gateway.rest.admission import admit
from gateway.telemetry.metrics import STATUS_READS

LONGEST_WAIT_SECONDS = 30

_LONGEST_HEADER = 500
_WAIT = re.compile(r'(?:^|,)[ \t]*wait[ \t]*=[ \t]*"?([0-9]{1,6})"?[ \t]*(?=[;,]|$)', re.IGNORECASE)
_TAG = re.compile(r'"[0-9]{1,12}-([a-z_]{1,30})"')
_BODIES = {status: orjson.dumps({"status": status.value}) for status in Status}


async def check_payment_status(request: Request) -> Response:
    """Raises SessionNotFound and what services raise; a wait is at most 30 s and says so in `Preference-Applied`."""
    name_operation(request.scope, "rest", "check_payment_status")
    services = await admit(request)
    session_id: str = request.path_params["sessionId"]
    known_tags = _joined(request, b"if-none-match")
    wait_seconds = _wait_seconds(_joined(request, b"prefer"))
    STATUS_READS.labels("rest_wait" if wait_seconds else "rest").inc()
    if wait_seconds:
        name_operation(request.scope, "rest", "wait_for_payment_status")
        known = _known_status(known_tags)
        snapshot = await services.payments.wait(session_id, seconds=wait_seconds, status=known)
        attach(request.scope, "preference-applied", f"wait={wait_seconds}")
    else:
        snapshot = await services.payments.read(session_id)
    if snapshot is None:
        raise SessionNotFound
    return _answer(snapshot, known_tags)


def _answer(snapshot: Snapshot, known_tags: str) -> Response:
    tag = f'"{snapshot.version}-{snapshot.status.value}"'
    caching = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if known_tags == "*" or tag in known_tags:
        return Response(status_code=304, headers=caching)
    return Response(_BODIES[snapshot.status], media_type="application/json", headers=caching)


def _wait_seconds(prefer: str) -> int:
    """RFC 7240's `wait`, clamped; 0 where it is absent or makes no sense."""
    found = _WAIT.search(prefer)
    return min(int(found[1]), LONGEST_WAIT_SECONDS) if found else 0


def _known_status(tags: str) -> str | None:
    """The status the caller has seen, read from the tag we gave it: a change since then ends the wait at once."""
    found = _TAG.search(tags)
    return found[1] if found and found[1] in set(Status) else None


def _joined(request: Request, name: bytes) -> str:
    """A list header as one line; an absurdly long one counts as absent."""
    line = ",".join(headers(request.scope, name)).strip()
    return line if len(line) <= _LONGEST_HEADER else ""
