"""Bodies and heads that never end, lie about their length, or are too long: an answer in bounded time for each."""

import asyncio
import time
from contextlib import suppress

import pytest

from gateway.http import reader
from gateway.serving import http_protocol
from tests.fuzz.bench import CREATE, Bench, signature
from tests.fuzz.wire import Answer, Wire, read_answer

WEBHOOK = "/api/stripe/webhook"
SLACK_SECONDS = 6.0


LIMITS = [(WEBHOOK, 512 * 1024), ("/graphql", 64 * 1024), (CREATE, 4 * 1024), ("/api/nothing", 4 * 1024)]


@pytest.mark.parametrize(("path", "limit"), LIMITS)
async def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_413(
    path: str, limit: int, bench: Bench
) -> None:
    async with Wire(bench.port) as wire:
        assert (await wire.post_json(path, b"x" * limit)).status in {400, 404}
        refused = await wire.post_json(path, b"x" * (limit + 1))
        assert (refused.status, refused.code) == (413, "payload_too_large")
        assert refused.header("connection") == "close"


@pytest.mark.parametrize(("path", "limit"), LIMITS)
async def test_a_chunked_body_is_measured_as_it_comes(path: str, limit: int, bench: Bench) -> None:
    chunk = b"2000\r\n" + b"x" * 8192 + b"\r\n"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    answer = await _said(bench, head + chunk * (limit // 8192 + 2))
    assert (answer.status, answer.code) == (413, "payload_too_large")


async def test_a_webhook_of_half_a_megabyte_is_verified(bench: Bench) -> None:
    body = b'{"object":"event","id":"evt_big","type":"product.created","created":1,"livemode":false,"x":"'
    body += b"y" * (512 * 1024 - len(body) - 2) + b'"}'
    async with Wire(bench.port) as wire:
        answer = await wire.post(WEBHOOK, body, (b"Stripe-Signature", signature(body)))
    assert (answer.status, answer.json()["state"]) == (200, "ignored")


@pytest.mark.parametrize("length", ["99999999", "9" * 19, "524289"])
async def test_an_announced_monster_is_refused_before_it_is_sent(length: str, bench: Bench) -> None:
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()
    began = time.monotonic()
    assert (await _said(bench, head)).status == 413
    assert time.monotonic() - began < SLACK_SECONDS


async def test_a_byte_a_second_is_ended_when_the_time_is_up(bench: Bench) -> None:
    """Bodies first, then heads; the last of those is a second request on a connection that had a good one."""
    head = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    bodies = [head.format(path).encode() for path in (WEBHOOK, "/graphql", CREATE)]
    good = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    heads = [b"GET /healthz HTTP/1.1\r\nHost: ", good + b"GET /"]
    slow = await asyncio.gather(*(_trickled(bench, start) for start in [*bodies, *heads]))
    for answer, seconds in slow[:3]:
        assert (answer.status, answer.code) == (408, "request_timeout")
        assert reader.READ_SECONDS - 1 < seconds < reader.READ_SECONDS + SLACK_SECONDS
    for answer, seconds in slow[3:]:
        assert answer.status == 408
        assert seconds < http_protocol.HEAD_SECONDS + SLACK_SECONDS


@pytest.mark.parametrize(("count", "is_served"), [(http_protocol.MOST_PIPELINED, True), (200, False)])
async def test_a_few_requests_may_come_in_one_go_and_a_heap_of_them_is_refused(
    count: int, is_served: bool, bench: Bench
) -> None:
    reader_, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * (count - 1))
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    said = await asyncio.wait_for(reader_.read(), SLACK_SECONDS)
    assert (said.count(b"HTTP/1.1 200") == count) is is_served
    assert (b"HTTP/1.1 400" in said) is not is_served
    writer.close()


async def test_a_head_of_a_megabyte_is_431(bench: Bench) -> None:
    reader_, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 2**20)
    # While we are still sending the answer may be lost: the connection is gone all the same.
    with suppress(ConnectionResetError):
        assert (await read_answer(reader_))[0].status == 431
    writer.close()


@pytest.mark.parametrize(
    "lie",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: 0x5\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
    ],
)
async def test_two_lengths_are_never_reconciled(lie: bytes, bench: Bench) -> None:
    """Each reader of such a request would see another one behind it: it is refused, or the connection ends with it."""
    inner = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    head = f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
    reader_, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(head + lie + b"\r\n" + inner)
    writer.write_eof()
    said = await asyncio.wait_for(reader_.read(), 30)
    writer.close()
    assert said.startswith(b"HTTP/1.1 4")
    assert said.count(b"HTTP/1.1 ") == 1 or b"404" not in said


async def test_a_body_shorter_than_it_says_is_nothing_at_all(bench: Bench) -> None:
    head = f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n".encode()
    reader_, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(head + b'{"priceId"')
    writer.write_eof()
    assert await asyncio.wait_for(reader_.read(), 30) in {b"", b"HTTP/1.1 100 Continue\r\n\r\n"}
    writer.close()


async def _said(bench: Bench, request: bytes) -> Answer:
    async with asyncio.timeout(30), Wire(bench.port) as wire:
        return (await wire.exchange(request))[0]


async def _trickled(bench: Bench, start: bytes) -> tuple[Answer, float]:
    """The start, then a byte a second until there is an answer other than 200, and the seconds until then."""
    began = time.monotonic()
    streams = await asyncio.open_connection("127.0.0.1", bench.port)
    streams[1].write(start)
    trickling = asyncio.create_task(_trickle(streams[1]))
    try:
        async with asyncio.timeout(40):
            while (answer := (await read_answer(streams[0]))[0]).status == 200:
                pass
        return answer, time.monotonic() - began
    finally:
        trickling.cancel()
        streams[1].close()


async def _trickle(writer: asyncio.StreamWriter) -> None:
    while True:
        await asyncio.sleep(1)
        writer.write(b"x")
