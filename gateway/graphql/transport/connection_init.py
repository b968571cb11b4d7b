"""What a WebSocket client says of itself in `connection_init`, where a browser cannot set headers.

Clients spell it in many ways: `authorization`, `Authorization`, `acceptLanguage`, or an object `headers` with any of
them. A key that is no text, or `headers` that are no object, are a client's mistake: `fault_in` names it. `null` counts
as absent, and other values that are no text say nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MOST_NAMES = 50
_KEY = "authorization"


def parameter(parameters: Mapping[str, Any], header: str) -> str | None:
    """The value meant for an HTTP header of this name; what stands beside `headers` is read first."""
    wanted = _plain(header)
    for named in (parameters, _headers_in(parameters)):
        for name, value in _first(named):
            if isinstance(name, str) and isinstance(value, str) and _plain(name) == wanted:
                return value
    return None


def fault_in(parameters: Mapping[str, Any]) -> str | None:
    """Why a key in there cannot be read, as the reason of the close frame; None where it can, or there is none."""
    headers = _headers_in(parameters)
    if not isinstance(headers, Mapping | None):
        return "`payload.headers` must be an object"
    for named in (parameters, headers):
        for name, value in _first(named):
            if isinstance(name, str) and _plain(name) == _KEY and not isinstance(value, str | None):
                return "`payload.authorization` must be a string"
    return None


def _headers_in(parameters: Mapping[str, Any]) -> object:
    return next((value for name, value in _first(parameters) if str(name).lower() == "headers"), None)


def _first(named: object) -> Iterator[tuple[object, object]]:
    if isinstance(named, Mapping) and len(named) <= MOST_NAMES:
        yield from named.items()


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()
