import pytest
import structlog

from gateway.domain import errors

from .stand_in import PRICE, SESSION, StandIn, assert_envelope, client_of

STATUS = f"/api/check-payment-status/{SESSION}"
CREATE = "/api/create-checkout-session"


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nothing", "/api/create-checkout-session/", "/nothing", "//api"]
)
async def test_an_unknown_address_is_not_found_in_the_envelope(path: str) -> None:
    async with client_of(StandIn()) as client:
        assert_envelope(await client.get(f"http://localhost:3002{path}"), errors.NotFound)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", CREATE, "POST"),
        ("DELETE", CREATE, "POST"),
        ("POST", STATUS, "GET"),
        ("GET", "/api/stripe/webhook", "POST"),
        ("OPTIONS", CREATE, "POST"),
        ("PUT", "/healthz", "GET, HEAD"),
    ],
)
async def test_another_method_is_refused_with_the_allowed_ones(method: str, path: str, allowed: str) -> None:
    async with client_of(StandIn()) as client:
        response = await client.request(method, path)
    assert_envelope(response, errors.MethodNotAllowed)
    assert response.headers["allow"] == allowed


async def test_the_unexpected_is_masked_and_carries_the_request_id_and_every_header() -> None:
    failure = RuntimeError("the password is sk_live_canary")
    async with client_of(StandIn(fails=failure), allowed_origins="https://shop.example") as client:
        headers = {"Origin": "https://shop.example", "X-Request-Id": "request-0001"}
        with structlog.testing.capture_logs() as lines:
            response = await client.post(CREATE, json={"priceId": PRICE}, headers=headers)
    assert "request-0001" in assert_envelope(response, errors.InternalError)
    assert "canary" not in response.text
    assert response.headers["x-request-id"] == "request-0001"
    assert response.headers["access-control-allow-origin"] == "https://shop.example"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["ratelimit-remaining"] == "99"
    masked = [line for line in lines if line.get("action") == "error.masked"]
    assert len(masked) == 1


async def test_a_body_beyond_the_cap_is_too_large() -> None:
    async with client_of(StandIn()) as client:
        response = await client.post(CREATE, json={"priceId": "p" * 5000})
    assert_envelope(response, errors.PayloadTooLarge)
    assert response.headers["connection"] == "close"
