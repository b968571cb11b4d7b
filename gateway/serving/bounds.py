"""How much one peer, one address and one process may take, in one place so that a test can ask for other figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Defaults are far above what browsers and load generators do; what each protects is written beside it.

    WebSocket: a client of graphql-ws sends a ping every 10 s, and at most five operations are open at once; with the
    default rate limit of 100 operations a minute it needs fewer than 4 frames a second. It gets 32, and 128 at once.
    """

    most_connections: int = 16_384
    """In one process. The number of descriptors may allow fewer (`descriptors.py`)."""
    most_spare_connections: int = 32
    """Beyond those, for health checks alone."""
    most_idle_per_address: int = 2048
    """Connections of one address without a request in progress; a load generator opens hundreds before it asks."""
    frames_a_second: int = 32
    frames_at_once: int = 128
    bytes_a_second: int = 64 * 1024
    bytes_at_once: int = 256 * 1024
    pause_seconds: float = 1.0
    """For so long nothing is read from a WebSocket that has used up what it may send."""
    most_pauses: int = 6
    """In a row, without the peer being quiet in between; the next one closes the WebSocket with 1008."""
    most_fragments: int = 256
    """Of one message of at most 64 KiB."""
