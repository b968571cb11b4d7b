"""How long requests took, by entry point and operation, for `/metrics`.

An entry point names its operation; what nobody names counts as `other`. The names are ours (a route's, or the root
field of a valid GraphQL document), never a caller's words, so their number is bounded. What lasts as long as its reader
stays (server-sent events) has no duration.
"""

from functools import cache

from prometheus_client import Counter, Histogram
from starlette.types import Scope

from gateway.http.scope import PROBES
from gateway.telemetry.metrics import REQUEST_FAILURES, REQUEST_SECONDS

_NAMED = "gateway.operation"
_OTHER = ("other", "other")
_STREAM = ("graphql", "stream")
SERVER_ERROR = 500


def name_operation(scope: Scope, entry_point: str, operation: str) -> None:
    """Say what this request is; the last word counts."""
    scope[_NAMED] = (entry_point, operation)


def leave_out(scope: Scope) -> None:
    """This one streams."""
    scope[_NAMED] = None


def named(scope: Scope) -> tuple[str, str]:
    """The entry point and the operation, once the request is over."""
    known: tuple[str, str] | None = scope.get(_NAMED, _OTHER)
    return known or _STREAM


def count(scope: Scope, status: int | None, seconds: float) -> None:
    """Once, when the request is over. No status: its reader went away before there was an answer."""
    known = scope.get(_NAMED, _OTHER)
    if known is None or scope["path"] in PROBES:
        return
    histogram, failures = _counted(known)
    histogram.observe(seconds)
    if status is not None and status >= SERVER_ERROR:
        failures.inc()


@cache
def _counted(known: tuple[str, str]) -> tuple[Histogram, Counter]:
    return REQUEST_SECONDS.labels(*known), REQUEST_FAILURES.labels(*known)
