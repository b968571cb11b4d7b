"""Exactly `application/json`, with at most a charset: a browser cannot send that across origins without asking first.

Empty parameters (a trailing `;`) are none (RFC 9110 §5.6.6), as some HTTP clients of Java and PHP write them.

A test by substring once let `text/plain,application/json` run a mutation.
"""

import re

from starlette.types import Scope

from gateway.domain.errors import UnsupportedMediaType
from gateway.http.scope import headers

_JSON = re.compile(
    r'application/json(?:[ \t;]{0,8};[ \t]{0,8}charset=(?:[\w.:-]{1,40}|"[\w.:-]{1,40}"))?[ \t;]{0,8}',
    re.ASCII | re.IGNORECASE,
)


def is_json(scope: Scope) -> bool:
    given = headers(scope, b"content-type")
    return len(given) == 1 and _JSON.fullmatch(given[0].strip(" \t")) is not None


def require_json(scope: Scope) -> None:
    """Raises UnsupportedMediaType."""
    if not is_json(scope):
        raise UnsupportedMediaType
