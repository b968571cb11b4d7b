"""Hostile WebSockets: frames and messages without end, and a peer that reads none of what it asked for."""

import base64
import json
import os
from itertools import count

from tests.attack.http_kinds import BLOCK, head
from tests.attack.kinds import FRAME_CLOSES, REFUSALS, Kind, Script, Target
from tests.attack.peer import Gone, Peer
from tests.fuzz.socket import encoded

INIT = encoded(b'{"type":"connection_init"}')
WATCH = "subscription ($id: ID!) { paymentStatus(sessionId: $id) { status version } }"
PRICES = "{ " + " ".join(f"p{number}: prices {{ id name description }}" for number in range(8)) + " }"
STATUSES = REFUSALS | {101}


async def shake(peer: Peer, target: Target) -> None:
    """A good handshake, and the protocol's first message. Raises Gone when it was refused."""
    lines = [
        *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
    ]
    await peer.send(head(target, "GET", "/graphql", *lines))
    await peer.answer()
    if 101 not in peer.meeting.statuses:
        raise Gone
    peer.becomes_socket()
    await peer.send(INIT)


def flood_of(frame: bytes, *, first: bytes = b"") -> Script:
    """The same frame without end, many in one write."""
    block = frame * max(1, BLOCK // len(frame))

    async def script(peer: Peer, target: Target) -> None:
        await shake(peer, target)
        if first:
            await peer.send(first)
        await peer.flood(block)

    return script


def text(**message: object) -> bytes:
    return encoded(json.dumps(message).encode())


async def subscribe_pairs(peer: Peer, target: Target) -> None:
    await shake(peer, target)
    payload = {"query": WATCH, "variables": {"id": target.sessions[0]}}
    for number in count():
        name = str(number)
        await peer.send(text(type="subscribe", id=name, payload=payload) + text(type="complete", id=name))


async def mute(peer: Peer, target: Target) -> None:
    """Asks and asks, and reads none of the answers."""
    await shake(peer, target)
    peer.stop_reading()
    for number in count():
        asked = [text(type="subscribe", id=f"{number}-{one}", payload={"query": PRICES}) for one in range(5)]
        await peer.send(b"".join(asked))
        if await peer.wait_until_ended(seconds=0.1):
            raise Gone


def _kind(name: str, script: Script, *, least_bytes: int = BLOCK, small_buffer: bool = False) -> Kind:
    return Kind(name, script, statuses=STATUSES, codes=FRAME_CLOSES, least_bytes=least_bytes, small_buffer=small_buffer)


SOCKET_KINDS = (
    _kind("empty_pings", flood_of(encoded(b"", opcode=9))),
    _kind("empty_pongs", flood_of(encoded(b"", opcode=10))),
    _kind("full_pings", flood_of(encoded(b"p" * 125, opcode=9))),
    _kind("empty_texts", flood_of(encoded(b"")), least_bytes=100),
    _kind("text_pings", flood_of(text(type="ping"))),
    _kind("text_pongs", flood_of(text(type="pong"))),
    _kind("text_completes", flood_of(text(type="complete", id="1"))),
    _kind("fragments", flood_of(encoded(b"", opcode=0, is_last=False), first=encoded(b"{", is_last=False))),
    _kind("one_byte_fragments", flood_of(encoded(b" ", opcode=0, is_last=False), first=encoded(b"{", is_last=False))),
    _kind("large_frames", flood_of(text(type="ping", payload={"a": "x" * 60_000}))),
    _kind("binary_frames", flood_of(encoded(b"x" * 1000, opcode=2)), least_bytes=1000),
    _kind("too_large_frames", flood_of(encoded(b"x" * 70_000))),
    _kind("subscribe_pairs", subscribe_pairs),
    _kind("mute", mute, small_buffer=True),
)
