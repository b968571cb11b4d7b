"""All entry points of the real application together: GraphQL at its address, the shop's pages, canary secrets."""

import json
from pathlib import Path

import httpx
import pytest
import structlog
import websockets

from gateway.telemetry.logs import redact
from tests.harness.served_gateway import STARTER, ServedGateway, opened

CANARIES = ("sk_live_canary0001", "whsec_canary0002", "cs_live_canary0003", "buyer@canary0004.example")


async def test_graphql_answers_at_its_exact_path_over_http_and_websocket(gateway: ServedGateway) -> None:
    answer = await gateway.shop.post("/graphql", json={"query": "{ prices { id } }"})
    assert answer.status_code == 200
    assert STARTER in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    url = gateway.url.replace("http", "ws") + "/graphql"
    async with websockets.connect(url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send('{"type": "connection_init"}')
        assert json.loads(await socket.recv())["type"] == "connection_ack"


@pytest.mark.parametrize("development", [True, False])
async def test_the_pages_that_the_default_redirect_urls_name_are_always_there(folder: Path, development: bool) -> None:
    async with opened(folder, development=development, storefront=True) as gateway:
        for path in ("/", "/success", "/cancel"):
            page = await gateway.shop.get(path)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_readiness_tells_the_database_and_the_migrations(gateway: ServedGateway) -> None:
    answer = await gateway.shop.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok"}


@pytest.mark.parametrize("canary", CANARIES)
async def test_a_secret_sent_to_us_comes_back_in_no_answer_and_no_log(gateway: ServedGateway, canary: str) -> None:
    with structlog.testing.capture_logs() as lines:
        answers = await _everywhere(gateway, canary)
    assert all(answer.status_code < 500 for answer in answers)
    seen = [answer for answer in answers if canary in answer.text or canary in str(answer.headers)]
    assert seen == []
    # Capturing leaves the last processor out; it is applied here as `configure_logs` does.
    assert lines
    assert canary not in redact(str(lines))


async def _everywhere(gateway: ServedGateway, canary: str) -> list[httpx.Response]:
    headers = {"Authorization": f"Bearer {canary}", "X-Request-Id": canary, "Idempotency-Key": canary}
    create = "/api/create-checkout-session"
    return [
        await gateway.shop.get(f"/api/check-payment-status/{canary}?key={canary}", headers=headers),
        await gateway.shop.get(f"/{canary}", headers=headers),
        await gateway.shop.post(create, json={"priceId": canary}, headers=headers),
        await gateway.shop.post(create, json={"priceId": STARTER, "locale": canary}, headers=headers),
        await gateway.shop.post(create, json={"priceId": STARTER, "customerEmail": canary * 20}, headers=headers),
        await gateway.shop.post(create, content=canary, headers=headers | {"Content-Type": "application/json"}),
        await gateway.shop.post("/api/stripe/webhook", content=canary, headers=headers | {"Stripe-Signature": canary}),
    ]
