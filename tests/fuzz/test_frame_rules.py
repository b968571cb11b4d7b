"""The judgement of conversations finds what it is there for."""

import asyncio
from typing import Any

import pytest

from tests.fuzz.frame_rules import faults_of
from tests.fuzz.socket import Talk, encoded

INIT = encoded(b'{"type":"connection_init"}')
ASK = encoded(b'{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}')
ACK, NEXT = '{"type":"connection_ack"}', '{"type":"next","id":"1","payload":{"data":{}}}'


@pytest.mark.parametrize(
    ("case", "heard", "code", "fault"),
    [
        ([INIT, ASK], [ACK, NEXT], 1000, None),
        ([INIT, ASK], [NEXT], 1000, "before connection_ack"),
        ([INIT], [ACK, NEXT], 1000, "nobody asked for"),
        ([INIT], [ACK, ACK], 1000, "2 times connection_ack"),
        ([INIT], [ACK, '{"type":"pong"}', '{"type":"pong"}'], 1000, "2 pongs for 0 pings"),
        ([INIT, ASK], [ACK], 1011, "closed with 1011"),
        ([INIT, ASK], [ACK], 4409, "closed with 4409"),
        ([INIT, ASK, ASK], [ACK], 4409, None),
        ([INIT, encoded(b"\xff")], [ACK], 1007, None),
    ],
)
async def test_only_what_was_asked_for_may_be_answered(
    case: list[bytes], heard: list[str], code: int, fault: str | None
) -> None:
    nothing: Any = None
    talk = Talk(asyncio.StreamReader(), nothing, heard=heard, close_code=code)
    found = list(faults_of(talk, case))
    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]
