"""The whole stack around stand-in services: who may call, what every answer carries, what the log says."""

import httpx
import pytest
import structlog
from starlette.types import Message

from gateway.domain.errors import InvalidRequest
from gateway.http.access_log import loggable_path
from gateway.http.cors import EXPOSED
from gateway.http.hosts import Hosts
from tests.unit.rest.stand_in import PRICE, SESSION, StandIn, assert_envelope, client_of

SHOP = "https://shop.example"
STATUS = f"/api/check-payment-status/{SESSION}"
CREATE = "/api/create-checkout-session"


async def test_every_answer_carries_the_security_headers_and_hsts_only_with_a_live_key() -> None:
    async with client_of(StandIn()) as client:
        answers = [await client.get(path) for path in (STATUS, "/nothing", "/healthz", "/api/docs")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
        assert "strict-transport-security" not in answer.headers
    live = {"stripe_api_key": "sk_live_1234567890", "public_url": "https://pay.example.com"}
    async with client_of(StandIn(), **live) as client:
        answer = await client.get("/healthz")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("offered", "kept"),
    [("abcdef12-3456", True), ("short", False), ("x" * 65, False), ("sk_live_canary", False), ("a b c d e f", False)],
)
async def test_a_sane_request_id_is_kept_and_any_other_replaced(offered: str, kept: bool) -> None:
    async with client_of(StandIn()) as client:
        answer = await client.get(STATUS, headers={"X-Request-Id": offered})
    given = answer.headers["x-request-id"]
    assert (given == offered) == kept
    assert 8 <= len(given) <= 64


@pytest.mark.parametrize(
    ("path", "status"), [(STATUS, 200), ("/api/check-payment-status/cs_test_x", 404), (CREATE, 405), ("/nothing", 404)]
)
async def test_an_allowed_origin_may_read_answers_and_errors_and_a_foreign_one_neither(path: str, status: int) -> None:
    async with client_of(StandIn(), allowed_origins=SHOP) as client:
        allowed = await client.get(path, headers={"Origin": SHOP})
        foreign = await client.get(path, headers={"Origin": "https://evil.example"})
    assert allowed.status_code == foreign.status_code == status
    assert allowed.headers["access-control-allow-origin"] == SHOP
    assert set(allowed.headers["access-control-expose-headers"].split(", ")) == set(EXPOSED)
    assert "access-control-allow-origin" not in foreign.headers
    assert "Origin" in foreign.headers["vary"]


async def test_a_refused_body_carries_cors_headers_too() -> None:
    async with client_of(StandIn(limit=0), allowed_origins=SHOP) as client:
        large = await client.post(CREATE, content=b"x" * 5000, headers={"Origin": SHOP})
        limited = await client.post(CREATE, json={"priceId": PRICE}, headers={"Origin": SHOP})
    assert [large.status_code, limited.status_code] == [413, 429]
    assert large.headers["access-control-allow-origin"] == limited.headers["access-control-allow-origin"] == SHOP


TRACED = (
    "content-type, traceparent, tracestate, baggage, sentry-trace, x-datadog-trace-id, x-datadog-origin, b3, "
    "x-b3-traceid, x-requested-with, apollographql-client-name, apollographql-client-version, "
    "apollo-require-preflight, x-apollo-operation-name, newrelic, request-id, traceresponse, last-event-id"
)


async def _preflight(headers: str, **settings: str) -> httpx.Response:
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    async with client_of(StandIn(), allowed_origins=SHOP, **settings) as client:
        return await client.options(CREATE, headers=asked)


async def test_an_instrumented_page_may_send_its_tracing_headers() -> None:
    answer = await _preflight(TRACED)
    assert (answer.status_code, answer.headers["access-control-allow-headers"]) == (204, TRACED)


async def test_a_header_that_is_not_allowed_is_named_and_not_echoed() -> None:
    answer = await _preflight("Traceparent, X-Acme-Key, cookie, <b>")
    assert answer.headers["access-control-allow-headers"] == "traceparent"
    said = assert_envelope(answer, InvalidRequest)
    assert "GATEWAY_CORS_HEADERS): x-acme-key, cookie." in said


async def test_the_shop_may_allow_more_headers_by_name_and_by_beginning() -> None:
    allowed = await _preflight("x-acme-key,x-trace-one", cors_headers="X-Acme-Key, x-trace-*")
    assert (allowed.status_code, allowed.headers["access-control-allow-headers"]) == (204, "x-acme-key, x-trace-one")
    assert (await _preflight("x-acme-keys", cors_headers="X-Acme-Key")).status_code == 400


async def test_a_preflight_names_the_headers_clients_may_send_and_costs_nothing() -> None:
    stand_in = StandIn()
    asked = {
        "Origin": SHOP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,authorization,idempotency-key,if-none-match,prefer",
    }
    async with client_of(stand_in, allowed_origins=SHOP) as client:
        allowed = await client.options(CREATE, headers=asked)
        foreign = await client.options(CREATE, headers=asked | {"Origin": "https://evil.example"})
        method = await client.options(CREATE, headers=asked | {"Access-Control-Request-Method": "DELETE"})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == SHOP
    assert_envelope(foreign, InvalidRequest)
    assert "access-control-allow-origin" not in foreign.headers
    assert_envelope(method, InvalidRequest)
    assert stand_in.used == 0


@pytest.mark.parametrize(
    ("public_url", "host", "accepted"),
    [
        (None, "anything.example", True),
        ("https://pay.example.com", "pay.example.com", True),
        ("https://pay.example.com", "PAY.example.com:443", True),
        ("https://pay.example.com", "pay.example.com:80", False),
        ("https://pay.example.com", "evil.example", False),
        ("https://pay.example.com", "pay.example.com.evil.example", False),
        ("https://pay.example.com", "", False),
        ("http://localhost:3002", "localhost:3002", True),
        ("http://localhost:3002", "localhost", False),
        ("http://[::1]:3002", "[::1]:3002", True),
        ("http://[::1]", "[::1]:80", True),
        ("https://店.example", "xn--hxt.example", True),
        ("https://xn--hxt.example", "店.example", True),
        ("https://店.example", "店.EXAMPLE:443", True),
        ("https://店.example", "店。example", False),
        ("https://shop.example", "ｓhop.example", False),
    ],
)
async def test_only_our_own_host_is_accepted_once_the_public_url_is_set(
    public_url: str | None, host: str, accepted: bool
) -> None:
    async with client_of(StandIn(), public_url=public_url) as client:
        answer = await client.get(STATUS, headers=[(b"Host", host.encode())])
    if accepted:
        assert answer.status_code == 200
    else:
        assert "Host" in assert_envelope(answer, InvalidRequest)


async def test_a_websocket_for_another_host_is_closed_before_it_is_accepted() -> None:
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        raise AssertionError("it was listened to")

    async def unreachable(*_: object) -> None:
        raise AssertionError("the endpoint was reached")

    scope = {"type": "websocket", "path": "/graphql", "headers": [(b"host", b"evil.example")]}
    await Hosts(unreachable, public_url="https://pay.example.com")(scope, receive, send)
    assert [message["type"] for message in said] == ["websocket.close"]


async def test_one_line_per_request_without_query_and_without_a_session_id_in_clear() -> None:
    with structlog.testing.capture_logs() as lines:
        async with client_of(StandIn()) as client:
            await client.get(STATUS + "?token=sk_live_canary")
    (line,) = [line for line in lines if line.get("action") == "request"]
    assert (line["method"], line["status"], line["log_level"]) == ("GET", 200, "info")
    assert line["milliseconds"] > 0
    assert SESSION not in str(line)
    assert "canary" not in str(line)
    assert line["path"].startswith("/api/check-payment-status/cs#")


@pytest.mark.parametrize("canary", ["cs_live_canary", "sk_live_canary", "a/b/canary", "%canary"])
def test_whatever_stands_for_a_session_id_is_hashed_in_the_log(canary: str) -> None:
    assert "canary" not in loggable_path(f"/api/check-payment-status/{canary}")


def test_other_paths_are_logged_cut_and_with_session_ids_hashed() -> None:
    assert loggable_path("/api/stripe/webhook") == "/api/stripe/webhook"
    assert "canary" not in loggable_path("/shop/cs_test_canary/x")
    assert len(loggable_path("/" + "x" * 5000)) == 200
