"""The short way is the long one: status, headers and body of the same call by both."""

from itertools import product

import pytest
from starlette.routing import BaseRoute
from starlette.types import Scope

from gateway.http.shortcuts import Shortcuts
from tests.unit.rest.stand_in import PRICE, SESSION, StandIn, client_of

STATUS = "/api/check-payment-status/"
PATHS = (
    STATUS + SESSION,
    STATUS + "cs_test_unknown",
    STATUS,
    STATUS.removesuffix("/"),
    STATUS + "a/b",
    STATUS + "a%2Fb%20c%3F",
    STATUS + SESSION + "/",
    "/api/create-checkout-session",
    "/api/create-checkout-session/",
    "/api/stripe/webhook",
    "/graphql",
    "/graphql/",
    "/graphql?query=%7B__typename%7D",
    "/nothing",
)
BODIES = (b"", b'{"priceId":"%b"}' % PRICE.encode(), b'{"query":"{ __typename }"}')
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")


@pytest.mark.parametrize("development", [False, True], ids=["serve", "dev"])
async def test_the_short_way_answers_as_the_application_does(
    development: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = await _answers(development=development)
    monkeypatch.setattr(Shortcuts, "_found", lambda *_: None)
    assert short == await _answers(development=development)
    assert {status for status, _, _ in short.values()} >= {200, 400, 404, 405}


async def test_the_calls_that_come_most_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, found = [], Shortcuts._found

    def noting(shortcuts: Shortcuts, scope: Scope) -> BaseRoute | None:
        route = found(shortcuts, scope)
        if route is not None:
            taken.append((scope["method"], scope["path"], scope["path_params"]))
        return route

    monkeypatch.setattr(Shortcuts, "_found", noting)
    async with client_of(StandIn()) as client:
        for method, path in [("GET", STATUS + "cs_x"), ("POST", "/graphql"), ("PUT", "/graphql"), ("GET", "/")]:
            await client.request(method, path)
    assert taken == [("GET", STATUS + "cs_x", {"sessionId": "cs_x"}), ("POST", "/graphql", {})]


async def _answers(*, development: bool) -> dict[tuple[str, str, bytes], tuple[int, dict[str, str], bytes]]:
    found = {}
    async with client_of(StandIn(limit=10_000), development=development) as client:
        for method, path, body in product(METHODS, PATHS, BODIES):
            headers = {"Content-Type": "application/json", "X-Request-Id": "the-same-one"}
            answer = await client.request(method, path, content=body, headers=headers)
            kept = {name: value for name, value in answer.headers.items() if not name.startswith("ratelimit-")}
            found[method, path, body] = (answer.status_code, kept, answer.content)
    return found
