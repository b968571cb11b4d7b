"""An honest client in a process of its own: reads one status again and again, and writes how long each answer took.

Started by `tests.sweeps.nested_reads` as `python -m tests.sweeps.honest_reader PORT SESSION LEAST`: a line when the
first answer has come, and when its standard input has ended and LEAST answers are there a list of milliseconds. Exit 1
when an answer was not 200.
"""

import asyncio
import sys
import time

import orjson

from tests.fuzz.wire import Wire


async def read(port: int, session_id: str, least: int) -> int:
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    waits: list[float] = []
    statuses: set[int] = set()
    async with Wire(port) as wire:
        await wire.get(f"/api/check-payment-status/{session_id}")
        _say(b"reading")
        while not ended.done() or len(waits) < least:
            began = time.perf_counter()
            answer = await wire.get(f"/api/check-payment-status/{session_id}")
            waits.append((time.perf_counter() - began) * 1000)
            statuses.add(answer.status)
    _say(orjson.dumps(waits))
    return int(statuses != {200})


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(asyncio.run(read(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
