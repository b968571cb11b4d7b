"""What comes around a request's body, or behind an answer that is under way: counted, bounded, and never a header."""

import asyncio

import pytest

from gateway.serving.http_protocol import LONGEST_HEAD_BYTES, MOST_HEADERS
from tests.fuzz.bench import CREATE, Bench
from tests.fuzz.server import ADMIN_KEY
from tests.fuzz.wire import Wire, read_answer

PRICE = b'{"priceId":"price_Fuzz"}'
HEAD = (
    f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
).encode()
CHUNKED = HEAD + f"{len(PRICE):x}\r\n".encode() + PRICE + b"\r\n0\r\n"
FEED = b'{"query":"subscription { payments { version } }"}'
ENOUGH = 64 * 2**20


async def test_a_trailer_is_no_header(bench: Bench) -> None:
    """As a header this key would be refused as too short."""
    async with Wire(bench.port) as wire:
        answer, _ = await wire.exchange(CHUNKED + b"Idempotency-Key: short\r\n\r\n")
    assert answer.status == 200, answer


@pytest.mark.parametrize(
    ("start", "more"),
    [
        pytest.param(CHUNKED, b"X-A: " + b"a" * 1000 + b"\r\n", id="trailers without end"),
        pytest.param(CHUNKED + b"X-A: ", b"a" * 1000, id="one trailer without end"),
        pytest.param(HEAD + b"1;", b"a" * 1000, id="a chunk extension without end"),
    ],
)
async def test_what_surrounds_a_body_is_bounded(start: bytes, more: bytes, bench: Bench) -> None:
    assert await _taken(bench, start, more) < ENOUGH


async def test_a_body_in_chunks_of_one_byte_is_read(bench: Bench) -> None:
    chunks = b"".join(b"1\r\n" + PRICE[place : place + 1] + b"\r\n" for place in range(len(PRICE)))
    async with Wire(bench.port) as wire:
        whole, _ = await wire.exchange(CHUNKED + b"\r\n")
        in_bytes, _ = await wire.exchange(HEAD + chunks + b"0\r\n\r\n")
    assert (in_bytes.status, in_bytes.code) == (whole.status, whole.code)


async def test_a_head_without_end_behind_an_event_stream_ends_the_connection(bench: Bench) -> None:
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN_KEY}\r\n".encode()
    head += b"Content-Type: application/json\r\nAccept: text/event-stream\r\n"
    stream = head + f"Content-Length: {len(FEED)}\r\n\r\n".encode() + FEED
    assert await _taken(bench, stream + b"GET / HTTP/1.1\r\nX-A: ", b"a" * 1000) < ENOUGH


@pytest.mark.parametrize("line_ends", [b"\r\n", b"\n"])
async def test_line_ends_without_a_request_are_a_head_without_end(line_ends: bytes, bench: Bench) -> None:
    assert await _taken(bench, b"", line_ends * 500) < ENOUGH
    assert await _taken(bench, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", line_ends * 500) < ENOUGH


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"GET /" + b"a" * LONGEST_HEAD_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="a long target"),
        pytest.param(b"GET /healthz HTTP/1.1\r\n" + b"a:b\r\n" * (MOST_HEADERS + 1) + b"\r\n", id="many headers"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nA: " + b"a" * LONGEST_HEAD_BYTES + b"\r\n\r\n", id="a long header"),
    ],
)
async def test_a_whole_head_that_is_too_large_is_431(head: bytes, bench: Bench) -> None:
    async with Wire(bench.port) as wire:
        assert (await wire.exchange(head))[0].status == 431


async def test_a_large_body_leaves_the_next_request_on_its_connection_alone(bench: Bench) -> None:
    """The second one's body comes in many reads, and is counted from nothing."""
    async with Wire(bench.port) as wire:
        for _ in range(3):
            assert (await wire.post_json("/api/stripe/webhook", b"x" * 400_000)).code == "invalid_request"


async def test_a_body_that_nobody_reads_ends_the_connection(bench: Bench) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n"
    assert await _taken(bench, head, b"a" * 1000) < ENOUGH


async def test_an_honest_request_behind_another_is_answered(bench: Bench) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * (LONGEST_HEAD_BYTES // 4) + b"\r\n\r\n"
    async with Wire(bench.port) as wire:
        reader, writer = await wire._connected()
        writer.write(one * 3)
        assert [(await read_answer(reader))[0].status for _ in range(3)] == [200, 200, 200]


async def _taken(bench: Bench, start: bytes, more: bytes) -> int:
    """How many bytes the gateway takes before it ends the connection, or all that there are."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(start)
    taken = 0
    try:
        async with asyncio.timeout(30):
            while taken < ENOUGH and not reader.at_eof():
                writer.write(more * 64)
                await writer.drain()
                taken += len(more) * 64
                await asyncio.sleep(0)
    except ConnectionError:
        pass
    finally:
        writer.close()
    return taken
