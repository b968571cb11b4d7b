"""What a kind of peer is: what it sends, and what it may be answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from tests.attack.peer import Peer

Script = Callable[[Peer, "Target"], Awaitable[None]]

REFUSALS = frozenset({400, 408, 413, 414, 429, 431, 503})
"""What hostile bytes may be answered. A proxy's own 502 and 504 are allowed beside them where one stands in front."""
FRAME_CLOSES = frozenset({1002, 1007, 1008, 1009, 1011, 1013, 4400, 4429})


@dataclass(frozen=True)
class Target:
    """What a peer may know: sessions that exist."""

    host: str
    sessions: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One way to be hostile.

    `statuses` and `codes` are what it may be answered; a connection that is closed without a word is allowed to all.
    `least_bytes`, times the peers, must have been sent, or the kind proved nothing. `must` is what each peer must
    meet within `seconds`: the end of its connection, or any answer. `held_by_proxy`: a proxy in front may take these
    bytes for itself, for as long as it likes, and the gateway never meets them.
    """

    name: str
    script: Script
    must: Literal["end", "answer"] = "end"
    statuses: frozenset[int] = REFUSALS
    codes: frozenset[int] = frozenset()
    least_bytes: int = 1
    must_be_refused: bool = True
    """At least one refusal, close or refused connection, or nothing was proved."""
    seconds: float = 25.0
    small_buffer: bool = False
    addresses: Literal["own", "one", "proxy"] = "own"
    """Each peer its own, one for all, or one for all that is believed to be a proxy's."""
    most_accepted: int | None = None
    """So many answers of 200 at most, to all peers of a run together."""
    times: int = 1
    """So many connections for each peer that was asked for."""
    open_files: int | None = None
    """The gateway is started with this `ulimit -n`."""
    held_by_proxy: bool = False
