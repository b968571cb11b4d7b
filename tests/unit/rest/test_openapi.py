from gateway.domain import errors
from gateway.rest.fields import FIELDS

from .stand_in import StandIn, door

NOT_OVER_REST = {errors.NotFound, errors.MethodNotAllowed}


async def test_the_document_holds_the_three_calls_and_an_example_of_every_error_code() -> None:
    async with door(StandIn()) as client:
        document = (await client.get("/api/openapi.json")).json()
    calls = {(method, path) for path, item in document["paths"].items() for method in item}
    assert calls == {
        ("post", "/api/create-checkout-session"),
        ("get", "/api/check-payment-status/{sessionId}"),
        ("post", "/api/stripe/webhook"),
    }
    examples = {
        code: example["value"]["error"]
        for item in document["paths"].values()
        for operation in item.values()
        for response in operation["responses"].values()
        for code, example in response.get("content", {}).get("application/json", {}).get("examples", {}).items()
    }
    assert set(examples) == {error.code for error in errors.ALL_ERRORS if error not in NOT_OVER_REST}
    assert all("{" not in example["message"] for example in examples.values() if example["code"] != "x")


async def test_the_document_describes_the_body_and_the_answers() -> None:
    async with door(StandIn()) as client:
        document = (await client.get("/api/openapi.json")).json()
    create = document["paths"]["/api/create-checkout-session"]["post"]
    body = create["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["priceId"]
    assert "422" not in create["responses"]
    assert set(create["responses"]["409"]["headers"]) == {"Gateway-Session-Id"}
    assert body["additionalProperties"] is False
    assert set(body["properties"]) == set(FIELDS)
    schemas = document["components"]["schemas"]
    assert set(schemas["CheckoutSessionAnswer"]["properties"]) == {"url", "sessionId"}
    assert len(schemas["Status"]["enum"]) == 7


async def test_the_interactive_page_is_at_api_docs_alone() -> None:
    async with door(StandIn()) as client:
        assert "/api/openapi.json" in (await client.get("/api/docs")).text
        assert [(await client.get(path)).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404] * 3
