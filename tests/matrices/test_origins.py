"""Who may call from a browser's page: POST, GET, event streams, WebSocket and preflights, one table for all."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import structlog

from tests.fuzz.socket import Refused, shaken
from tests.harness.served_gateway import ServedGateway, folder, migrated, opened
from tests.unit.rest.stand_in import StandIn, client_of

__all__ = ["folder", "migrated"]

OWN, ALLOWED = "https://pay.example.com", "https://shop.example.com"

ORIGINS = {
    "missing": (None, True),
    "own": (OWN, True),
    "own, its port spelt out": (f"{OWN}:443", True),
    "own, in capitals": ("HTTPS://PAY.EXAMPLE.COM", True),
    "allowed": (ALLOWED, True),
    "allowed, its port spelt out": (f"{ALLOWED}:443", True),
    "allowed with a slash": (f"{ALLOWED}/", True),
    "foreign": ("https://evil.example", False),
    "null": ("null", False),
    "empty": ("", False),
    "own, other port": (f"{OWN}:8443", False),
    "allowed, other port": (f"{ALLOWED}:8443", False),
    "allowed, other scheme": ("http://shop.example.com", False),
    "subdomain of the allowed": ("https://a.shop.example.com", False),
    "allowed as a subdomain": ("https://shop.example.com.evil.example", False),
    "allowed as a suffix": ("https://evilshop.example.com", False),
    "parent of the allowed": ("https://example.com", False),
    "allowed with a trailing dot": ("https://shop.example.com.", False),
    "allowed as userinfo": ("https://shop.example.com@evil.example", False),
    "allowed as a path": ("https://evil.example/https://shop.example.com", False),
    "allowed behind a backslash": ("https://evil.example\\shop.example.com", False),
    "two at once": (f"{ALLOWED}, https://evil.example", False),
    "wildcard": ("*", False),
    "an extension": ("chrome-extension://abcdefghijklmnop", False),
    "a file": ("file://", False),
    "not even a url": ("http://[", False),
    "not ASCII": ("https://sh\u00f6p.example.com", False),
}
ROWS = pytest.mark.parametrize(("origin", "is_ours"), ORIGINS.values(), ids=ORIGINS)
SETTINGS = {"public_url": OWN, "allowed_origins": ALLOWED}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(StandIn(), **SETTINGS) as client:
        client.headers["Host"] = "pay.example.com"
        yield client


def _headers(origin: str | None, **more: str) -> list[tuple[bytes, bytes]]:
    named = {"Origin": origin, **more}
    return [(name.encode(), value.encode("utf-8")) for name, value in named.items() if value is not None]


@ROWS
async def test_graphql_hears_only_our_own_pages(origin: str | None, is_ours: bool, client: httpx.AsyncClient) -> None:
    body, query = {"query": "{ prices { id } }"}, {"query": "{ prices { id } }"}
    stream = {"Accept": "text/event-stream"}
    for answer in (
        await client.post("/graphql", json=body, headers=_headers(origin)),
        await client.get("/graphql", params=query, headers=_headers(origin)),
        await client.post("/graphql", json=body, headers=_headers(origin, **stream)),
        await client.get("/graphql", params=query, headers=_headers(origin, **stream)),
    ):
        assert answer.status_code == (200 if is_ours else 403), answer.text
        if not is_ours:
            assert answer.json()["errors"][0]["extensions"]["code"] == "invalid_request"
            assert "access-control-allow-origin" not in answer.headers


@ROWS
@pytest.mark.parametrize("path", ["/graphql", "/api/create-checkout-session", "/api/check-payment-status/cs_test_a"])
async def test_a_preflight_is_for_allowed_origins(
    path: str, origin: str | None, is_ours: bool, client: httpx.AsyncClient
) -> None:
    """A browser asks nothing for its page's own origin, so our own needs no entry; it writes the others' exactly."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,idempotency-key"}
    answer = await client.options(path, headers=_headers(origin, **asked))
    if origin == ALLOWED:
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == ALLOWED
        assert "access-control-allow-credentials" not in answer.headers
    else:
        assert answer.status_code in {400, 403, 405}
        assert answer.headers.get("access-control-allow-origin") is None


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", "content-type", 204),
        ("POST", "Content-Type, Authorization, Idempotency-Key, If-None-Match, Prefer", 204),
        ("GET", "prefer", 204),
        ("DELETE", "content-type", 400),
        ("POST", "x-anything", 400),
        ("POST", "content-type, cookie", 400),
    ],
)
async def test_a_preflight_allows_the_documented_methods_and_headers(
    method: str, headers: str, status: int, client: httpx.AsyncClient
) -> None:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    answer = await client.options("/graphql", headers=_headers(ALLOWED, **asked))
    assert answer.status_code == status


@ROWS
async def test_rest_lets_only_allowed_pages_read(origin: str | None, is_ours: bool, client: httpx.AsyncClient) -> None:
    """It reads exact JSON alone, which no other page can send without asking first; errors may be read as well."""
    for path in ("/api/check-payment-status/cs_test_a1B2c3", "/api/check-payment-status/nothing", "/api/nowhere"):
        answer = await client.get(path, headers=_headers(origin))
        allowed = answer.headers.get("access-control-allow-origin")
        assert allowed == (ALLOWED if origin == ALLOWED else None)
        assert "origin" in answer.headers["vary"].lower()
        if allowed:
            assert "ETag" in answer.headers["access-control-expose-headers"]


async def test_a_websocket_is_held_to_the_same_table(folder: Path) -> None:
    async with opened(folder, **SETTINGS) as gateway:
        with structlog.testing.capture_logs() as lines:
            for name, (origin, is_ours) in ORIGINS.items():
                assert await _is_shaken(gateway, origin) is is_ours, name
    (warning,) = [line for line in lines if line.get("action") == "refused.socket_origin"]
    assert "GATEWAY_ALLOWED_ORIGINS" in warning["event"]
    assert warning["refused"] == "https://evil.example"


async def _is_shaken(gateway: ServedGateway, origin: str | None) -> bool:
    extra = "" if origin is None else f"Origin: {origin}\r\n"
    try:
        talk = await shaken(int(gateway.url.rpartition(":")[2]), extra=extra, host="pay.example.com")
    except Refused as refused:
        return refused.status != 403
    talk.writer.close()
    return True
