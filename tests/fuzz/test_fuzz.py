"""Each fuzzer, small; by command it takes any size."""

import random

import pytest

from tests.fuzz import documents, frame_flood, frames, raw_http, schemas, webhooks
from tests.fuzz.serving import open_serving
from tests.fuzz.wire import Wire

CASES = 150
WEBHOOK = b"POST /api/stripe/webhook HTTP/1.1\r\nHost: x\r\n"
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
FOUND = {
    "a WebSocket asked for while an answer is under way": WEBHOOK + b"Content-Length: 2\r\n\r\n{}" + UPGRADE,
    "a WebSocket asked for behind two requests": (WEBHOOK + b"Content-Length: 2\r\n\r\n{}") * 2 + UPGRADE,
    "no chunk, of a body that waits to be asked for": (
        WEBHOOK + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "no request behind a body that waits to be asked for": (
        WEBHOOK + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}\x00\r\n\r\n"
    ),
}
"""What a fuzzer has found, or what is like it. Each is refused in the order of the requests, and logs no traceback."""


@pytest.mark.parametrize("fuzzer", [webhooks, documents, frames, schemas], ids=lambda it: it.__name__)
async def test_anonymous_clients_break_no_promise(fuzzer: object) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    bench = await fuzzer.fuzz(cases=CASES, seed=seed)  # type: ignore[attr-defined]
    bench.judge(seed=seed)


@pytest.mark.parametrize(("fuzzer", "cases"), [(raw_http, CASES), (frame_flood, 10)], ids=["raw_http", "frame_flood"])
async def test_the_real_server_answers_hostile_bytes_and_honest_clients(fuzzer: object, cases: int) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    bench = await fuzzer.fuzz(cases=cases, seed=seed)  # type: ignore[attr-defined]
    bench.judge(seed=seed)


async def test_what_the_fuzzers_found_is_refused() -> None:
    async with open_serving() as bench:
        for name, raw in FOUND.items():
            async with Wire(bench.port) as wire:
                answer, keeps = await wire.exchange(raw)
            assert (answer.status, answer.body, keeps) == (400, b"", False), name
    bench.judge(seed=0)
