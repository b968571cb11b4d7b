"""What an operator reads when a page, a host or a body is refused: which setting it is, and what came."""

import structlog

from tests.unit.rest.stand_in import SESSION, StandIn, client_of

STATUS = f"/api/check-payment-status/{SESSION}"
CREATE = "/api/create-checkout-session"
SETTINGS = {"public_url": "https://pay.example.com", "allowed_origins": "https://shop.example"}
PREFLIGHT = {"Access-Control-Request-Method": "POST"}


async def test_each_kind_of_refusal_is_one_warning_that_names_the_setting() -> None:
    with structlog.testing.capture_logs() as lines:
        async with client_of(StandIn(), **SETTINGS) as client:
            client.headers["Host"] = "pay.example.com"
            for _ in range(3):
                await client.get(STATUS, headers={"Origin": "https://other.example"})
                await client.options(CREATE, headers={"Origin": "null", **PREFLIGHT})
                await client.get(STATUS, headers={"Host": "old.example.com"})
                await client.post(CREATE, content=b"{}", headers={"Content-Type": "text/plain\t; x"})
                await client.post("/graphql", content=b"{}", headers={"Content-Type": "text/plain"})
    warnings = {line["action"]: line for line in lines if line["log_level"] == "warning"}
    assert len([line for line in lines if line["log_level"] == "warning"]) == 3
    assert "GATEWAY_ALLOWED_ORIGINS" in warnings["refused.origin"]["event"]
    assert warnings["refused.origin"]["refused"] == "https://other.example"
    assert "GATEWAY_PUBLIC_URL" in warnings["refused.host"]["event"]
    assert warnings["refused.host"]["refused"] == "old.example.com"
    assert "application/json" in warnings["refused.content_type"]["event"]
    assert warnings["refused.content_type"]["refused"] == "text/plain?; x"


async def test_our_own_pages_and_allowed_ones_cause_no_warning() -> None:
    with structlog.testing.capture_logs() as lines:
        async with client_of(StandIn(), **SETTINGS) as client:
            client.headers["Host"] = "pay.example.com"
            for origin in ("https://pay.example.com", "https://shop.example"):
                await client.get(STATUS, headers={"Origin": origin})
                await client.post(CREATE, json={}, headers={"Origin": origin})
        async with client_of(StandIn()) as client:
            client.headers["Host"] = "localhost:3002"
            await client.post(CREATE, json={}, headers={"Origin": "http://localhost:3002"})
    assert [line for line in lines if line["log_level"] == "warning"] == []
