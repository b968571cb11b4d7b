"""Clients of HTTP/1.0: every answer ends with its connection, and none comes in chunks, which 1.0 does not have."""

import asyncio
import json
from urllib.parse import quote

import pytest

from tests.fuzz.bench import CREATE, Bench
from tests.fuzz.server import PRICE

WATCH = "subscription ($id: ID!) { paymentStatus(sessionId: $id) { version isFinal } }"
EVENTS = ("Accept: text/event-stream",)


async def test_a_call_is_answered_whole_and_the_connection_ends(bench: Bench) -> None:
    body = json.dumps({"priceId": PRICE})
    json_headers = ("Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: keep-alive")
    head, answered = await _asked(bench, "POST", CREATE, *json_headers, body=body)
    assert head[0].endswith("200 OK")
    assert f"content-length: {len(answered)}" in head
    assert set(json.loads(answered)) == {"url", "sessionId"}
    assert "connection: close" in head


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_every_page_and_file_is_sent_without_chunks(method: str, bench: Bench) -> None:
    for path in ("/", "/storefront/shop.js", "/api/docs", "/healthz", "/metrics", "/nothing"):
        head, _ = await _asked(bench, method, path)
        assert not any(line.startswith("transfer-encoding") for line in head), path
        assert "connection: close" in head, path


async def test_an_event_stream_is_sent_bare_and_ends_with_its_connection(bench: Bench) -> None:
    session_id = await bench.buy()
    query = f"?query={quote(WATCH)}&variables={quote(json.dumps({'id': session_id}))}"
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(_request("GET", f"/graphql{query}", *EVENTS))
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    assert not any(line.startswith("transfer-encoding") for line in head)
    assert "connection: close" in head
    first = await reader.readuntil(b"\n\n")
    assert first == b'event: next\nid: 1\ndata: {"data":{"paymentStatus":{"version":1,"isFinal":false}}}\n\n'
    writer.close()


async def test_a_stream_that_has_an_end_is_read_to_it(bench: Bench) -> None:
    query = f"?query={quote(WATCH)}&variables={quote(json.dumps({'id': 'cs_test_nobody'}))}"
    head, body = await _asked(bench, "GET", f"/graphql{query}", *EVENTS)
    assert not any(line.startswith(("transfer-encoding", "content-length")) for line in head)
    assert body.startswith("event: next\n")
    assert body.endswith("event: complete\ndata:\n\n")


async def _asked(bench: Bench, method: str, target: str, *lines: str, body: str = "") -> tuple[list[str], str]:
    """The head's lines in lower case, and everything until the connection's end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(_request(method, target, *lines) + body.encode())
    async with asyncio.timeout(60):
        whole = await reader.read()
    writer.close()
    head, _, rest = whole.partition(b"\r\n\r\n")
    return [line if line.startswith("HTTP") else line.lower() for line in head.decode().split("\r\n")], rest.decode()


def _request(method: str, target: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.0", "Host: localhost", *lines, "", ""]).encode()
