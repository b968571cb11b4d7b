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
_SERVER_ERROR = 500


def name_operation(scope: Scope, entry_point: str, operation: str) -> None:
    """Say what this request is; the last word counts."""
    scope[_NAMED] = (entry_point, operation)


def leave_out(scope: Scope) -> None:
    """This one streams."""
    scope[_NAMED] = None


def count(scope: Scope, status: int | None, seconds: float) -> None:
    """Once, when the request is over. No status: its reader went away before there was an answer."""
    named = scope.get(_NAMED, _OTHER)
    if named is None or scope["path"] in PROBES:
        return
    histogram, failures = _counted(named)
    histogram.observe(seconds)
    if status is not None and status >= _SERVER_ERROR:
        failures.inc()


@cache
def _counted(named: tuple[str, str]) -> tuple[Histogram, Counter]:
    return REQUEST_SECONDS.labels(*named), REQUEST_FAILURES.labels(*named)
