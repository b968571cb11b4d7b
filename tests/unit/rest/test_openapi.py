from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from gateway import __version__
from gateway.domain import errors
from gateway.rest.documentation_page import create_documentation
from gateway.rest.fields import FIELDS
from gateway.settings import Settings

from .stand_in import StandIn, client_of

NOT_OVER_REST = {errors.NotFound, errors.MethodNotAllowed, errors.NotRefundable, errors.RefundTooLarge}


async def test_the_document_holds_the_three_calls_and_an_example_of_every_error_code() -> None:
    async with client_of(StandIn()) as client:
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
    assert document["info"]["version"] == __version__
    assert set(examples) == {error.code for error in errors.ALL_ERRORS if error not in NOT_OVER_REST}
    assert all("{" not in example["message"] for example in examples.values() if example["code"] != "x")


async def test_the_document_describes_the_body_and_the_answers() -> None:
    async with client_of(StandIn()) as client:
        document = (await client.get("/api/openapi.json")).json()
    create = document["paths"]["/api/create-checkout-session"]["post"]
    body = create["requestBody"]["content"]["application/json"]["schema"]
    assert "required" not in body  # `items` may stand in the place of `priceId`.
    assert "$defs" not in body
    assert "422" not in create["responses"]
    assert set(create["responses"]["409"]["headers"]) == {"Gateway-Session-Id"}
    assert body["additionalProperties"] is False
    assert set(body["properties"]) == set(FIELDS)
    schemas = document["components"]["schemas"]
    assert set(schemas["CheckoutSessionAnswer"]["properties"]) == {"url", "sessionId"}
    assert len(schemas["Status"]["enum"]) == 7


async def test_the_interactive_page_is_at_api_docs_alone() -> None:
    async with client_of(StandIn(), docs=True) as client:
        page = await client.get("/api/docs")
        assert 'href="openapi.json"' in page.text
        assert "script-src 'self';" in page.headers["content-security-policy"]
        assert [(await client.get(path)).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404] * 3


@pytest.mark.parametrize(("settings", "status"), [({}, 404), ({"docs": True}, 200), ({"development": True}, 200)])
async def test_the_interactive_page_is_there_in_dev_or_when_asked_for(settings: dict[str, bool], status: int) -> None:
    async with client_of(StandIn(), **settings) as client:
        answers = [await client.get(path) for path in ("/api/docs", "/api/docs/start.js")]
        assert [answer.status_code for answer in answers] == [status, status]
        assert (await client.get("/api/openapi.json")).status_code == 200


async def test_without_its_files_the_page_says_how_to_get_them(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"STRIPE_API_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1", "development": True}
    )
    app = Starlette(routes=create_documentation(settings, tmp_path))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        html = (await client.get("/api/docs")).text
    assert "<code>gateway assets</code>" in html
    assert "<script" not in html
    assert '<link rel="stylesheet"' not in html
