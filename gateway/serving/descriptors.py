"""File descriptors: as many as the system allows, with a reserve that connections never get."""

import resource
from dataclasses import replace

from gateway.serving.bounds import Bounds

RESERVED = 256
"""For the database (17), Redis (64), Stripe (20), log and files, and what is accepted before an idle one has gone."""


def raise_descriptor_limit() -> int:
    """The soft limit becomes the hard one, where that is allowed; what holds then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # An unlimited number is refused by some systems.
            return soft
        return hard
    return soft


def bounds_for(descriptors: int, bounds: Bounds, *, sites: int = 1) -> Bounds:
    """Bounds that leave the reserve, whatever all sites of the process accept."""
    known = _known(descriptors)
    reserved = min(RESERVED, known // 3) + bounds.most_spare_connections * sites
    most = min(bounds.most_connections, max(16, (known - reserved) // sites))
    return replace(
        bounds, most_connections=most, most_idle_per_address=min(bounds.most_idle_per_address, most // 2 or 1)
    )


def _known(descriptors: int) -> int:
    return 1 << 20 if descriptors == resource.RLIM_INFINITY else descriptors
