"""A caller's success and cancel url as they are sent to Stripe. Whether they are allowed, the service judges."""

from gateway.domain.placeholder import with_plain_placeholder
from gateway.web_addresses import ascii_url


def read_redirect(url: str | None) -> str | None:
    """The placeholder plain, a host that is written in Unicode in ASCII; everything else as it came."""
    return None if url is None else ascii_url(with_plain_placeholder(url))
