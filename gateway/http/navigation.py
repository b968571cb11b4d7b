"""Whether a person looks at a page: a browser's address bar or link, and not a program that asks for data."""

from starlette.types import Scope

from gateway.http.scope import header

_FOR_PROGRAMS = ("/api/", "/graphql")


def is_navigation(scope: Scope) -> bool:
    """Browsers say so themselves (`Sec-Fetch-Mode`, https://www.w3.org/TR/fetch-metadata/), on https and on localhost.

    Elsewhere `text/html` in `Accept` says it, but not on the paths of programs: some HTTP libraries send it with
    every call, and what they read is the envelope.
    """
    if scope["method"] not in {"GET", "HEAD"} or "text/html" not in (header(scope, b"accept") or "").lower():
        return False
    mode = header(scope, b"sec-fetch-mode")
    return mode == "navigate" if mode is not None else not scope["path"].startswith(_FOR_PROGRAMS)
