"""The placeholder in a caller's success url, which Stripe replaces with the session's id only where it is plain."""

import re

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
_ENCODED = re.compile(r"(?:\{|%(?:25)?7B)CHECKOUT(?:_|%5F)SESSION(?:_|%5F)ID(?:\}|%(?:25)?7D)", re.IGNORECASE)


def with_plain_placeholder(url: str) -> str:
    """The url with a percent-encoded placeholder decoded: many url builders encode braces, some of them twice."""
    return _ENCODED.sub(PLACEHOLDER, url)
