"""The placeholder in a caller's success url, which Stripe replaces with the session's id only where it is plain."""

import re

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
_ENCODED = re.compile("%7BCHECKOUT_SESSION_ID%7D", re.IGNORECASE)


def with_plain_placeholder(url: str | None) -> str | None:
    """The url with a percent-encoded placeholder decoded: many url builders encode braces."""
    return None if url is None else _ENCODED.sub(PLACEHOLDER, url)
