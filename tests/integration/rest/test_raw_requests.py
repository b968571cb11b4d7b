"""What only a raw socket can send: trickling and endless bodies, odd framing, webhooks with every kind of signature."""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlsplit

from tests.harness.served_gateway import WEBHOOK_SECRET, ServedGateway

WEBHOOK = "/api/stripe/webhook"


async def test_an_announced_monster_is_413_before_it_is_sent(gateway: ServedGateway) -> None:
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
    answer = await _exchange(gateway, [head.encode()])
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"payload_too_large"' in answer


async def test_an_endless_chunked_body_is_413_and_the_connection_ends(gateway: ServedGateway) -> None:
    head = b"POST /api/create-checkout-session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await _exchange(gateway, [head, *[b"400\r\n" + b"x" * 1024 + b"\r\n"] * 6])
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()


async def test_webhooks_are_stored_once_and_forgeries_never(gateway: ServedGateway) -> None:
    event = json.dumps(
        {
            "id": "evt_test_1",
            "object": "event",
            "type": "product.created",
            "created": int(time.time()),
            "livemode": False,
            "data": {"object": {"id": "prod_1", "object": "product"}},
        }
    ).encode()
    now = int(time.time())
    good = {"Stripe-Signature": _signature(event, now)}
    first = await gateway.shop.post(WEBHOOK, content=event, headers=good | {"Content-Type": "text/plain"})
    second = await gateway.shop.post(WEBHOOK, content=event, headers=good)
    assert (first.status_code, first.json()) == (200, {"received": True, "state": "ignored"})
    assert (second.status_code, second.json()) == (200, {"received": True, "state": "duplicate"})
    forged: list[dict[str, str]] = [
        {},
        {"Stripe-Signature": "t=é,v1=é".encode().decode("latin-1")},
        {"Stripe-Signature": _signature(event, now, secret="whsec_other")},
        {"Stripe-Signature": _signature(event, now - 400)},
        {"Stripe-Signature": _signature(event, now + 400)},
    ]
    for headers in forged:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        answer = await gateway.shop.post(WEBHOOK, content=event, headers=raw)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
        assert "ratelimit-remaining" in answer.headers
    for body in (b"[]", b"null", b"5", b"{}", b"\xff", b"", b"[" * 5000):
        answer = await gateway.shop.post(WEBHOOK, content=body, headers={"Stripe-Signature": _signature(body, now)})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


async def _exchange(gateway: ServedGateway, pieces: list[bytes]) -> bytes:
    """Send the pieces and read until the server ends the connection."""
    address = urlsplit(gateway.url)
    async with asyncio.timeout(15):
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"".join(pieces))
        await writer.drain()
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answer


def _signature(body: bytes, at_seconds: int, *, secret: str = WEBHOOK_SECRET) -> str:
    digest = hmac.new(secret.encode(), f"{at_seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_seconds},v1={digest}"
