"""Which origins are pages of the same machine."""

import re

LOOPBACK_ORIGIN = re.compile(
    r"https?://(?:(?:[a-z0-9-]{1,63}\.){0,5}localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?",
    re.ASCII | re.IGNORECASE,
)
"""By any port: the development server of a front end chooses its own."""


def is_loopback(origin: str) -> bool:
    return LOOPBACK_ORIGIN.fullmatch(origin) is not None
