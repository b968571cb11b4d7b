"""WebSocket peers that send more than anybody needs: control frames, fragments, messages, in runs of random length.

What must hold: each peer is served or closed with a code of the protocol, in bounded memory, and an honest client
hardly notices.
"""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import suppress

from tests.attack.kinds import FRAME_CLOSES, Target
from tests.attack.peer import Gone, Peer
from tests.attack.socket_kinds import INIT, WATCH, shake
from tests.fuzz.bench import run
from tests.fuzz.serving import ServeBench, open_serving
from tests.fuzz.socket import closing, encoded

LANES = 16
"""Nearly all of them wait: a peer that is paused, or not closed yet, costs nothing."""
MOST_BYTES = 256 * 1024
"""Of one run of frames; a conversation has a few runs."""
BLOCK = 16 * 1024
END_SECONDS = 30.0
CODES = FRAME_CLOSES | {1000, 1001, 1003, 1005, 4400, 4409}
STATUSES = frozenset({101, 429, 503})
ADDRESSES = 200


async def fuzz(*, cases: int, seed: int) -> ServeBench:
    generator = random.Random(seed)
    async with open_serving() as bench:
        queue = _cases(generator, bench.session, cases)
        target = Target(f"127.0.0.1:{bench.port}", (bench.session,))
        flooded = [await _flood(bench, target, [encoded(b"", opcode=9) * 200_000], number=0)]

        async def lane() -> None:
            for number, runs in queue:
                flooded.append(await _flood(bench, target, runs, number=number))

        await asyncio.gather(*(lane() for _ in range(LANES)))
        if not bench.answers["closed 1008"]:
            bench.fault(f"proved nothing, for no peer was closed for its frames: {bench.answers}")
        bench.answers["MB sent"] = sum(flooded) // 2**20
    return bench


def _cases(generator: random.Random, session: str, cases: int) -> Iterator[tuple[int, list[bytes]]]:
    for number in range(cases):
        yield number, [INIT, *(_run(generator, session) for _ in range(generator.choice([1, 2, 3])))]


def _run(generator: random.Random, session: str) -> bytes:
    """The same frame, or the same few, so many times."""
    watch = {"type": "subscribe", "id": "1", "payload": {"query": WATCH, "variables": {"id": session}}}
    part = {"opcode": 0, "is_last": False}
    frames = generator.choice(
        [
            encoded(b"", opcode=generator.choice([9, 10])),
            encoded(generator.randbytes(generator.choice([1, 125])), opcode=generator.choice([9, 10])),
            encoded(generator.choice([b"", b" ", b"{}", b"[]", b"\xff"])),
            _message({"type": generator.choice(["ping", "pong"])}),
            _message({"type": "complete", "id": str(generator.randrange(5))}),
            _message(watch) + _message({"type": "complete", "id": "1"}),
            _message({"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}),
            _message({"type": "connection_init"}),
            encoded(generator.choice([b"", b"x"]), **part),  # type: ignore[arg-type]
            encoded(b"{", is_last=False) + encoded(b" ", **part) * 50 + encoded(b"}", opcode=0),  # type: ignore[arg-type]
            encoded(b"", is_last=False) + encoded(b"", opcode=9) * 20 + encoded(b"", opcode=0),
            encoded(b"x" * generator.choice([1000, 60_000, 70_000]), opcode=generator.choice([1, 2])),
            closing(generator.choice([1000, 1001])),
        ]
    )
    times = generator.choice([1, 10, 100, 1000, 100_000])
    return frames * max(1, min(times, MOST_BYTES // len(frames)))


async def _flood(bench: ServeBench, target: Target, runs: list[bytes], *, number: int) -> int:
    """All of it as fast as it is taken, then a close. Answers how many bytes were sent."""
    peer = await Peer.connected(bench.port, f"127.0.7.{1 + number % ADDRESSES}")
    try:
        with suppress(Gone):
            await shake(peer, target)
            for frames in runs:
                for start in range(0, len(frames), BLOCK):
                    await peer.send(frames[start : start + BLOCK])
            await peer.send(closing(1000))
        has_ended = await peer.wait_until_ended(seconds=END_SECONDS)
    finally:
        peer.hang_up()
    meeting = peer.meeting
    for code in meeting.codes:
        bench.answers[f"closed {code}"] += 1
    if not meeting.codes:
        bench.answers["cut"] += 1
    if strange := (set(meeting.codes) - CODES) | (set(meeting.statuses) - STATUSES):
        bench.fault(f"answered with {strange} after {[frames[:80] for frames in runs]!r}")
    if not has_ended:
        bench.fault(f"still open after {END_SECONDS:.0f} s: {[(frames[:80], len(frames)) for frames in runs]!r}")
    return meeting.sent


def _message(message: object) -> bytes:
    return encoded(json.dumps(message).encode())


if __name__ == "__main__":
    run(fuzz, cases=2000)
