"""File descriptors: as many as the system allows, with a reserve that connections never get."""

import resource
from dataclasses import replace

from gateway.serving.bounds import Bounds

RESERVED = 256
"""For the database (17), Redis (64), Stripe (20), log and files; doubled."""
BACKLOG = 2048
"""Connections that the system accepts for us in advance; the loop may take all of them in one go."""


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


def backlog_for(descriptors: int) -> int:
    return max(16, min(BACKLOG, _known(descriptors) // 8))


def bounds_for(descriptors: int, bounds: Bounds, *, sites: int = 1) -> Bounds:
    """Bounds that leave the reserve, and one backlog, whatever all sites of the process accept."""
    known = _known(descriptors)
    reserved = min(RESERVED, known // 4) + bounds.most_spare_connections * sites + backlog_for(descriptors) * sites
    most = min(bounds.most_connections, max(16, (known - reserved) // sites))
    return replace(
        bounds, most_connections=most, most_idle_per_address=min(bounds.most_idle_per_address, most // 2 or 1)
    )


def _known(descriptors: int) -> int:
    return 1 << 20 if descriptors == resource.RLIM_INFINITY else descriptors
