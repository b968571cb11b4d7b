"""WebSocket conversations at random: frames of graphql-transport-ws in the wrong order and shape, and frames that are
none.

What must hold: no traceback, every error with a code of the contract, nothing answered that nobody asked for, no close
code that nothing sent brings about (`tests/fuzz/frame_rules.py`), and the server still answers when the last of them
has hung up.
"""

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import orjson

from gateway.graphql.schema import build_schema
from tests.fuzz.bench import Bench, open_bench, run, spread
from tests.fuzz.documents import CODES
from tests.fuzz.frame_rules import faults_of
from tests.fuzz.grammar import Grammar
from tests.fuzz.socket import Refused, Talk, closing, encoded, shaken
from tests.fuzz.values import any_value, mutated, weird_text, writable
from tests.fuzz.wire import Wire

WATCH = "subscription ($a: ID!, $v: Int) { paymentStatus(sessionId: $a, sinceVersion: $v) { status version } }"


async def fuzz(*, cases: int, seed: int) -> Bench:
    generator = random.Random(seed)
    with open_bench() as bench:
        sessions = [await bench.buy() for _ in range(5)]
        grammar = Grammar(build_schema()._schema, generator, sessions)

        async def converse(wire: Wire, case: list[bytes]) -> None:
            try:
                talk = await shaken(bench.port, **_handshake(generator))
            except Refused as refusal:
                bench.answers[f"handshake {refusal.status}"] += 1
                if refusal.status >= 500:
                    bench.fault(str(refusal))
                return
            except (ConnectionError, asyncio.IncompleteReadError):
                bench.answers["handshake cut"] += 1
                return
            async with asyncio.timeout(30):
                await talk.say(case, hang_up=generator.random() < 0.3)
            bench.answers[f"closed {talk.close_code}"] += 1
            for fault in (*_faults_of(talk), *faults_of(talk, case)):
                bench.fault(f"{fault} after {case!r}")

        await spread(bench, _cases(grammar, generator, cases), converse)
        async with Wire(bench.port) as wire:
            bench.count(await wire.get("/readyz"), "/readyz")
    return bench


def _cases(grammar: Grammar, generator: random.Random, cases: int) -> Iterator[list[bytes]]:
    for _ in range(cases):
        frames: list[bytes] = []
        if generator.random() < 0.85:
            frames.append(encoded(_json({"type": "connection_init", "payload": generator.choice([{}, {}, None])})))
        for _ in range(generator.choice([0, 1, 2, 3, 6])):
            frames.append(_frame(grammar, generator))
        if generator.random() < 0.1:
            frames.append(closing(generator.choice([1000, 1001, 1011])))
        yield frames


def _handshake(generator: random.Random) -> dict[str, str]:
    """Mostly a good one."""
    if generator.random() < 0.9:
        return {}
    targets = ["/graphql", "/graphql?query=%ff", "/graphql/", "/", "/graph\xe9ql", "//", "/" + "x" * 9000, "*", "/%00"]
    extras = [
        "",
        "X-A: " + "a" * 9000 + "\r\n",
        "X-B: b\r\n" * 200,
        "X-C: \xe9\xff\r\n",
        "Authorization: Bearer \xe9\r\n",
        "Sec-WebSocket-Protocol: graphql-ws, \xe9\r\n",
        "Sec-WebSocket-Key: x\r\n",
        "Sec-WebSocket-Version: 5\r\n",
        'Sec-WebSocket-Extensions: permessage-deflate; x="\r\n',
        "Origin: \xe9\r\n",
        "Origin: http://[\r\n",
        "X-Forwarded-For: " + "1," * 2000 + "\r\n",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
    ]
    return {"target": generator.choice(targets), "extra": generator.choice(extras)}


def _frame(grammar: Grammar, generator: random.Random) -> bytes:
    draw = generator.random()
    if draw < 0.45:
        return encoded(_json(_message(grammar, generator)))
    if draw < 0.75:
        return encoded(_json(mutated(generator, _message(grammar, generator), chance=0.3)))
    if draw < 0.85:
        return encoded(_json(any_value(generator)))
    if draw < 0.92:
        return encoded(_junk(generator))
    return _misframed(generator)


def _message(grammar: Grammar, generator: random.Random) -> dict[str, Any]:
    """A message of the protocol, its operation's id often one that is in use."""
    operation = generator.choice(["1", "1", "2", "3", weird_text(generator)])
    match generator.randrange(7):
        case 0:
            return {"type": "connection_init", "payload": {"authorization": generator.choice(["Bearer x", 5, None])}}
        case 1:
            return {"type": generator.choice(["ping", "pong"]), "payload": generator.choice([{}, {"a": 1}, None, 5])}
        case 2:
            return {"type": "complete", "id": operation}
        case 3:
            return {"type": "subscribe", "id": operation, "payload": grammar.request()}
        case 4:
            return {"type": generator.choice(["start", "stop", "next", "error", "connection_ack"]), "id": operation}
        case _:
            variables = {
                "a": generator.choice([*grammar.sessions, "cs_test_unknown"]),
                "v": generator.choice([0, 1, 99]),
            }
            return {"type": "subscribe", "id": operation, "payload": {"query": WATCH, "variables": variables}}


def _junk(generator: random.Random) -> bytes:
    return generator.choice(
        [
            b"",
            b"{",
            b"[" * 60_000,
            b'{"type":"ping","payload":' * 900 + b"{}" + b"}" * 900,
            b'{"type":"ping"}' + b" " * 64_000,
            b'{"type":"subscribe","id":"1","payload":{"query":"\\ud800"}}',
            b'{"type":"ping","type":"pong"}',
            generator.randbytes(30).hex().encode(),
        ]
    )


def _misframed(generator: random.Random) -> bytes:
    """Frames that break RFC 6455, or stretch it."""
    body = _json({"type": "ping"})
    return generator.choice(
        [
            encoded(body, opcode=2),
            encoded(body, opcode=3),
            encoded(body, opcode=9),
            encoded(b"x" * 126, opcode=9),
            encoded(body, opcode=10),
            encoded(body, opcode=0),
            encoded(body[:5], is_last=False) + encoded(body[5:], opcode=0),
            encoded(body[:5], is_last=False) + encoded(body),
            encoded(body, masked=False),
            encoded(b"\xff\xfe"),
            encoded(body, reserved=0x40),
            encoded(b"y" * 70_000),
            b"\x81\xff\x7f" + b"\xff" * 7 + b"\x00" * 4,
            encoded(b"\x03", opcode=8),
            encoded(b"\x00\x05", opcode=8),
            generator.randbytes(40),
        ]
    )


def _faults_of(talk: Talk) -> Iterator[str]:
    for text in talk.heard:
        message = orjson.loads(text)
        if message.get("type") not in {"connection_ack", "ping", "pong", "next", "error", "complete"}:
            yield f"no message of the protocol: {text[:200]!r}"
            continue
        payload = message.get("payload")
        errors = payload if message["type"] == "error" else (payload or {}).get("errors", ())
        for error in errors:
            if error.get("extensions", {}).get("code") not in CODES:
                yield f"an error without a code of the contract: {text[:300]!r}"


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(writable(value))
    except TypeError:  # an integer of more than 64 bits
        return (
            b'{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":{"a":' + b"9" * 40 + b"}}}"
        )


if __name__ == "__main__":
    run(fuzz, cases=20_000)
