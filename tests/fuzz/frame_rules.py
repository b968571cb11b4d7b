"""What each kind of frame may be answered, and which close codes it may bring about: judged from what was sent."""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.fuzz.socket import Talk

ENDS = frozenset({1000, 1001, 1005, None})
"""Our own close, or none: the client hung up first, or the server cut a line whose framing made no sense."""
OF_FRAMING = frozenset({1002, 1003, 1007, 1009})
OF_MESSAGES = frozenset({4400})


@dataclass
class Sent:
    """A conversation's frames, as the server may understand them."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    is_well_framed: bool = True
    raw: bytes = b""

    @property
    def ids(self) -> Counter[str]:
        """Of all operations that were asked for."""
        asked = [one.get("id") for one in self.messages if one.get("type") == "subscribe"]
        return Counter(one for one in asked if isinstance(one, str))

    def count(self, kind: str) -> int:
        """At most so many messages of this type; where frames are broken nobody knows how they are put together."""
        return (
            sum(one.get("type") == kind for one in self.messages)
            if self.is_well_framed
            else self.raw.count(kind.encode())
        )


def sent(case: Sequence[bytes]) -> Sent:
    """Read the frames of a case again."""
    found = Sent(raw=b"".join(case))
    for frame in case:
        body = _text(frame)
        try:
            message = None if body is None else orjson.loads(body)
        except orjson.JSONDecodeError:
            message = None
        if isinstance(message, dict):
            found.messages.append(message)
        else:
            found.is_well_framed = False
    return found


def faults_of(talk: Talk, case: Sequence[bytes]) -> Iterator[str]:
    """What was answered though nobody had asked, and closes that nothing sent brings about."""
    asked = sent(case)
    if talk.close_code not in allowed_codes(asked):
        yield f"closed with {talk.close_code} {talk.close_reason!r}"
    is_acknowledged, answers = False, Counter[str]()
    for message in map(orjson.loads, talk.heard):
        kind = str(message.get("type"))
        answers[kind] += 1
        is_acknowledged = is_acknowledged or kind == "connection_ack"
        if kind in {"next", "error", "complete"}:
            if not is_acknowledged:
                yield f"{kind} before connection_ack"
            if asked.is_well_framed and message.get("id") not in asked.ids:
                yield f"{kind} for {message.get('id')!r}, which nobody asked for"
    if answers["connection_ack"] > min(1, asked.count("connection_init")):
        yield f"{answers['connection_ack']} times connection_ack"
    if answers["pong"] > asked.count("ping") + 1:  # One more for the ping that ends every conversation.
        yield f"{answers['pong']} pongs for {asked.count('ping')} pings"


def allowed_codes(asked: Sent) -> frozenset[int | None]:
    """By the protocol: 4401 without an acknowledged connection, 4409 for an id in use, 4429 for a second init."""
    codes: set[int | None] = {*ENDS, *OF_MESSAGES}
    if not asked.is_well_framed:
        return frozenset(codes | OF_FRAMING | {4401, 4409, 4429, *_own_close(asked)})
    if asked.ids and asked.messages[0].get("type") != "connection_init":
        codes.add(4401)
    if any(times > 1 for times in asked.ids.values()):
        codes.add(4409)
    if asked.count("connection_init") > 1:
        codes.add(4429)
    return frozenset(codes)


def _own_close(asked: Sent) -> set[int]:
    """A close that the client sent is given back as it came."""
    return {1011} if struct.pack("!H", 1011) in asked.raw else set()


def _text(frame: bytes) -> bytes | None:
    """The text of a whole, masked text frame (the mask is zeros); None for any other."""
    if len(frame) < 6 or frame[0] != 0x81 or not frame[1] & 0x80:
        return None
    length, start = frame[1] & 127, 2
    if length == 126:
        length, start = struct.unpack("!H", frame[2:4])[0], 4
    elif length == 127:
        return None
    return frame[start + 4 :] if len(frame) == start + 4 + length else None
