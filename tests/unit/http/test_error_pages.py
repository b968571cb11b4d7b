"""Who gets a page and who gets the envelope when something is refused."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.domain.errors import NotFound, ServiceUnavailable
from gateway.http.answer_headers import AnswerHeaders
from gateway.http.refusals import Refusals
from gateway.storefront.error_page import create_error_page
from tests.unit.storefront.conftest import a_setting

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
JAVA = "text/html, image/gif, image/jpeg, */*; q=0.2"


async def _refuse(request: Request) -> Response:
    match request.path_params["path"]:
        case path if path.endswith("busy"):
            raise ServiceUnavailable
        case path if path.endswith("broken"):
            raise RuntimeError("a secret of ours")
        case _:
            raise NotFound


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    settings = a_setting(development=False)
    middleware = [Middleware(AnswerHeaders, livemode=False), Middleware(Refusals, page=create_error_page(settings))]
    app = Starlette(routes=[Route("/{path:path}", _refuse, methods=["GET", "POST"])], middleware=middleware)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://pay.test") as client:
        yield client


def kind(answer: httpx.Response) -> str:
    return answer.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Mode": "navigate"}])
async def test_a_browser_gets_a_page_with_the_same_status(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.get("/nowhere", headers={"Accept": BROWSER} | headers)
    assert (answer.status_code, kind(answer)) == (404, "text/html")
    assert "There is no page here" in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_the_page_speaks_the_visitor_s_language(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere", headers={"Accept": BROWSER, "Accept-Language": "zh-CN"})
    assert "找不到此页面" in answer.text
    assert "There is no page" not in answer.text


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/nowhere", {}),
        ("/nowhere", {"Accept": "application/json"}),
        ("/nowhere", {"Accept": BROWSER, "Sec-Fetch-Mode": "cors"}),
        ("/api/check-payment-status/cs_test_x", {"Accept": JAVA}),
        ("/graphql", {"Accept": JAVA}),
    ],
)
async def test_a_program_gets_the_envelope(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> None:
    answer = await client.get(path, headers=headers)
    assert (answer.status_code, kind(answer)) == (404, "application/json")


async def test_a_browser_s_own_word_counts_on_the_paths_of_programs_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/docs", headers={"Accept": BROWSER, "Sec-Fetch-Mode": "navigate"})
    assert kind(answer) == "text/html"


async def test_a_form_that_is_posted_gets_the_envelope(client: httpx.AsyncClient) -> None:
    assert kind(await client.post("/nowhere", headers={"Accept": BROWSER})) == "application/json"


async def test_other_errors_are_pages_with_their_sentence_and_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/busy", headers={"Accept": BROWSER})
    assert (answer.status_code, kind(answer)) == (503, "text/html")
    assert int(answer.headers["retry-after"]) > 0


async def test_what_was_not_expected_says_nothing_of_its_cause(client: httpx.AsyncClient) -> None:
    answer = await client.get("/broken", headers={"Accept": BROWSER})
    assert (answer.status_code, kind(answer)) == (500, "text/html")
    assert "a secret of ours" not in answer.text
