"""A request that offers another protocol than WebSocket is answered as if it had not: body, chunks and all."""

import pytest

from tests.fuzz.bench import CREATE, Bench
from tests.fuzz.server import PRICE
from tests.fuzz.socket import shaken
from tests.fuzz.wire import Wire, read_answer

BODY = f'{{"priceId":"{PRICE}"}}'.encode()
H2C = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
)
OFFERS = {
    "h2c": H2C,
    "TLS": b"Connection: upgrade\r\nUpgrade: TLS/1.0\r\n",
    "two protocols": b"Connection: upgrade\r\nUpgrade: h2c, websocket\r\n",
    "none": b"",
}


def _create(offer: bytes, *, is_chunked: bool, version: str = "1.1") -> bytes:
    head = f"POST {CREATE} HTTP/{version}\r\nHost: x\r\nContent-Type: application/json\r\n".encode() + offer
    if is_chunked:
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with a length", "chunked"])
@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
async def test_the_body_of_a_request_that_offers_another_protocol_is_read(
    offer: bytes, is_chunked: bool, bench: Bench
) -> None:
    async with Wire(bench.port) as wire:
        answer, keeps = await wire.exchange(_create(offer, is_chunked=is_chunked))
        assert (answer.status, keeps) == (200, True), answer
        assert (await wire.get("/healthz")).status == 200


async def test_requests_that_offer_another_protocol_may_come_in_one_go_and_byte_by_byte(bench: Bench) -> None:
    request = _create(H2C, is_chunked=False)
    async with Wire(bench.port) as wire:
        reader, writer = await wire._connected()
        writer.write(request * 3)
        assert [(await read_answer(reader))[0].status for _ in range(3)] == [200] * 3
        for place in range(len(request)):
            writer.write(request[place : place + 1])
            await writer.drain()
        assert (await read_answer(reader))[0].status == 200


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="the preface of HTTP/2"),
        pytest.param(b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", id="CONNECT"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500, id="a TLS handshake"),
        pytest.param(b"\x00" * 1000, id="zeros"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\r\n folded\r\n\r\n", id="a folded header"),
    ],
)
async def test_what_is_no_request_is_refused(request_: bytes, bench: Bench) -> None:
    async with Wire(bench.port) as wire:
        answer, keeps = await wire.exchange(request_)
    assert (answer.status, keeps) == (400, False)


async def test_a_websocket_is_still_one(bench: Bench) -> None:
    talk = await shaken(bench.port)
    await talk.say([])
    assert talk.heard == ['{"type":"pong"}']
