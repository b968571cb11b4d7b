"""A gateway under a path serves and links everything below it, and nothing beside it but the probes."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Message

from gateway.http.base_path import BasePath
from tests.unit.rest.stand_in import PRICE, SESSION, StandIn, client_of

BASES = {"plain": "/pay", "deep": "/shop/pay", "like one of ours": "/api", "not ASCII": "/\u652f\u4ed8"}
LINK = re.compile(r'(?:href|src|action)="(/[^"]*)"')


@pytest.fixture(params=list(BASES.values()), ids=list(BASES))
async def client(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    public_url = f"https://shop.example{request.param}"
    async with client_of(StandIn(), public_url=public_url, playground=True, docs=True, storefront=True) as client:
        client.base_url = httpx.URL(public_url)
        yield client


async def test_everything_answers_below_the_path(client: httpx.AsyncClient) -> None:
    created = await client.post("/api/create-checkout-session", json={"priceId": PRICE})
    status = await client.get(f"/api/check-payment-status/{SESSION}")
    webhook = await client.post("/api/stripe/webhook", content=b"{}")
    asked = await client.post("/graphql", json={"query": "{ prices { id } }"})
    pages = [await client.get(path) for path in ("", "/", "/success", "/cancel", "/api/docs", "/api/openapi.json")]
    probes = [await client.get(path) for path in ("/healthz", "/readyz", "/metrics")]
    answers = [created, status, webhook, asked, *pages, *probes]
    assert {answer.status_code for answer in answers} == {200}


async def test_the_probes_answer_at_the_root_as_well_and_nothing_else_does(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await client.get(f"https://shop.example{path}")).status_code == 200
    for path in ("/graphql", "/success", "/storefront/shop.js", "/payments", "/pay2/graphql", "//pay/graphql"):
        answer = await client.get(f"https://shop.example{path}")
        assert (answer.status_code, "not_found" in answer.text) == (404, True)


async def test_every_link_of_every_page_leads_below_the_path(client: httpx.AsyncClient) -> None:
    base = client.base_url.raw_path.decode().rstrip("/")
    for page in ("/", "/success", "/cancel"):
        links = LINK.findall((await client.get(page)).text)
        assert len(links) > 3
        assert [link for link in links if not link.startswith(f"{base}/")] == []
        for link in links:
            followed = await client.get(f"https://shop.example{link}", headers={"Accept": "text/html"})
            assert followed.status_code == 200, link


async def test_the_scripts_find_the_gateway_by_their_own_address(client: httpx.AsyncClient) -> None:
    for script in ("shop", "success", "cancel", "watch", "graphql"):
        text = (await client.get(f"/storefront/{script}.js")).text
        assert re.findall(r"[\"`']/(?:graphql|success|cancel|api)", text) == [], script


async def test_the_docs_and_the_playground_name_their_files_from_where_they_are(client: httpx.AsyncClient) -> None:
    base = client.base_url.raw_path.decode().rstrip("/")
    for page in ("/api/docs", "/graphql"):
        assert LINK.findall((await client.get(page, headers={"Accept": "text/html"})).text) == []
    assert 'url: "openapi.json"' in (await client.get("/api/docs/start.js")).text
    assert (await client.get("/api/openapi.json")).json()["servers"] == [{"url": f"https://shop.example{base}"}]


async def test_the_language_is_kept_for_the_path_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", params={"lang": "zh"})
    assert f"Path={client.base_url.raw_path.decode().rstrip('/')};" in answer.headers["set-cookie"]


async def test_a_socket_beside_the_path_is_closed_before_it_is_accepted() -> None:
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        raise AssertionError("it was listened to")

    async def unreachable(*_: object) -> None:
        raise AssertionError("it was let through")

    await BasePath(unreachable, path="/pay")({"type": "websocket", "path": "/graphql", "headers": []}, receive, send)
    assert [message["type"] for message in said] == ["websocket.close"]


async def test_a_session_id_is_hashed_in_the_log_below_a_path_too(capsys: pytest.CaptureFixture[str]) -> None:
    async with client_of(StandIn(), public_url="https://shop.example/pay") as client:
        await client.get("https://shop.example/pay/api/check-payment-status/not-even-one-canary")
    assert "canary" not in capsys.readouterr().out
