"""Reading an ASGI scope without building a request object: the middlewares do it on every call."""

from starlette.types import Scope

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by address and every few seconds, by balancers and Prometheus."""


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that lower-case name, decoded as Latin-1, which cannot fail."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return None


def headers(scope: Scope, name: bytes) -> list[str]:
    """Every header of that lower-case name, in order."""
    return [str(value, "latin-1") for key, value in scope["headers"] if key == name]
