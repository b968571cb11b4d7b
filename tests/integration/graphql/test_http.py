"""GraphQL over HTTP: what is accepted, in which form, and how each refusal looks."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.domain.errors import ALL_ERRORS
from gateway.http.assets import PLAYGROUND
from tests.integration.graphql.conftest import CREATE, STARTER, WATCH, ServedGateway, ask, buy, events, opened

PRICES = "{ prices { id } }"
RESPONSE = "application/graphql-response+json"
CODES = {error.code for error in ALL_ERRORS}
UNKNOWN = ["cs_test_unknown", "cs_live_foreign", "nonsense", "", "cs_test_" + "x" * 5_000, "\u0000"]


async def test_media_types_decide_the_form_and_the_status(gateway: ServedGateway) -> None:
    rows = [
        ("application/json", PRICES, 200, "application/json"),
        ("application/json", "{", 200, "application/json"),
        ("application/json", "{ nothing }", 200, "application/json"),
        (RESPONSE, PRICES, 200, RESPONSE),
        (RESPONSE, "{", 400, RESPONSE),
        (RESPONSE, "{ nothing }", 400, RESPONSE),
        (RESPONSE, "query ($id: ID!) { paymentStatus(sessionId: $id) { status } }", 400, RESPONSE),
        ("*/*", PRICES, 200, "application/json"),
        ("text/event-stream", PRICES, 200, "text/event-stream"),
        ("text/event-stream", "{ nothing }", 200, "text/event-stream"),
    ]
    for accept, query, status, media in rows:
        answer = await gateway.shop.post("/graphql", json={"query": query}, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, media), (accept, query)
        if status == 400:
            assert set(answer.json()) == {"errors"}


async def test_only_exact_json_is_read(gateway: ServedGateway) -> None:
    body = json.dumps({"query": PRICES})
    for content_type, status in [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain,application/json", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/graphql", 415),
        ("application/jsonp", 415),
    ]:
        answer = await gateway.shop.post("/graphql", content=body, headers={"Content-Type": content_type})
        assert answer.status_code == status, content_type


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"5",
        b"null",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{}",
        b'{"query": 5}',
        b'{"query": ""}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "operationName": {}}',
        b'{"query": "{ __typename }", "extensions": 1}',
        b'{"query": "\\ud800"}',
        b'{"query": "\xff"}',
        b'{"query": NaN}',
        b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 60 + b"1" + b"}" * 61,
    ],
)
async def test_a_body_that_is_no_request_is_a_400_with_a_code(body: bytes, gateway: ServedGateway) -> None:
    answer = await gateway.shop.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "invalid_request"


async def test_get_reads_and_never_writes(gateway: ServedGateway) -> None:
    read = await gateway.shop.get("/graphql", params={"query": PRICES})
    assert read.status_code == 200
    session_id = await buy(gateway)
    query = f'mutation {{ cancelCheckoutSession(sessionId: "{session_id}") {{ __typename }} }}'
    write = await gateway.shop.get("/graphql", params={"query": query})
    assert (write.status_code, write.headers["allow"]) == (405, "POST")
    assert write.json()["errors"][0]["extensions"]["code"] == "method_not_allowed"
    assert (await gateway.status(session_id)).json() == {"status": "unpaid"}
    for method in ("PUT", "DELETE", "PATCH", "HEAD"):
        assert (await gateway.shop.request(method, "/graphql")).status_code == 405


async def test_get_takes_variables_as_json(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    query = "query Read($id: ID!) { paymentStatus(sessionId: $id) { status } }"
    good = {"query": query, "variables": json.dumps({"id": session_id}), "operationName": "Read"}
    assert (await gateway.shop.get("/graphql", params=good)).json() == {"data": {"paymentStatus": {"status": "UNPAID"}}}
    bad = await gateway.shop.get("/graphql", params={"query": query, "variables": "{"})
    assert bad.status_code == 400


async def test_an_event_source_can_subscribe_by_get(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    await gateway.pay(session_id)
    params = {"query": WATCH, "variables": json.dumps({"id": session_id})}
    answer = await gateway.shop.get("/graphql", params=params, headers={"Accept": "text/event-stream"})
    assert answer.text.startswith("event: next\nid: ")
    assert answer.text.endswith("event: complete\ndata:\n\n")


async def test_an_event_source_resumes_by_version_and_is_sent_away_after_the_end(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    await gateway.pay(session_id)
    params = {"query": WATCH, "variables": json.dumps({"id": session_id})}
    stream = {"Accept": "text/event-stream"}

    async def opened_after(event_id: str) -> httpx.Response:
        return await gateway.shop.get("/graphql", params=params, headers=stream | {"Last-Event-ID": event_id})

    whole = (await gateway.shop.get("/graphql", params=params, headers=stream)).text
    ids = [line.removeprefix("id: ") for line in whole.splitlines() if line.startswith("id: ")]
    assert ids == [str(json.loads(data)["data"]["paymentStatus"]["version"]) for data in _data_of(whole)]
    resumed = await opened_after(str(int(ids[-1]) - 1))
    assert (resumed.status_code, _data_of(resumed.text)) == (200, _data_of(whole)[-1:])
    over = await opened_after(ids[-1])
    assert (over.status_code, over.content) == (204, b"")
    for nonsense in ("x", "0", "99", "-1", "1" * 50):
        assert (await opened_after(nonsense)).text.endswith("event: complete\ndata:\n\n")


async def test_an_event_source_that_was_refused_for_good_is_sent_away(gateway: ServedGateway) -> None:
    params = {"query": WATCH, "variables": json.dumps({"id": "cs_test_nobody"})}
    refused = await gateway.shop.get("/graphql", params=params, headers={"Accept": "text/event-stream"})
    assert "\nid: complete\n" in refused.text
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "complete"}
    assert (await gateway.shop.get("/graphql", params=params, headers=headers)).status_code == 204


def _data_of(stream: str) -> list[str]:
    return [line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data: ")]


HASH_ALONE: dict[str, Any] = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
NOT_SUPPORTED = [
    {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}},
]


@pytest.mark.parametrize("accept", ["*/*", RESPONSE, "application/json"])
async def test_a_hash_alone_is_declined_in_apollos_words_and_a_document_with_one_is_executed(
    accept: str, gateway: ServedGateway
) -> None:
    headers = {"Accept": accept}
    in_url = {"extensions": json.dumps(HASH_ALONE["extensions"])}
    by_hash = {"operationName": None, "variables": {}, **HASH_ALONE}
    for declined in (
        await gateway.shop.post("/graphql", json=by_hash, headers=headers),
        await gateway.shop.post("/graphql", json=by_hash | {"query": None}, headers=headers),
        await gateway.shop.get("/graphql", params=in_url, headers=headers),
    ):
        assert (declined.status_code, declined.json()) == (200, {"errors": NOT_SUPPORTED})
    for executed in (
        await gateway.shop.post("/graphql", json=by_hash | {"query": PRICES}, headers=headers),
        await gateway.shop.get("/graphql", params=in_url | {"query": PRICES}, headers=headers),
    ):
        assert executed.json()["data"]["prices"]


async def test_declining_a_hash_costs_one_call(folder: Path) -> None:
    async with opened(folder, rate_limit="1/minute") as gateway:
        answers = [await gateway.shop.post("/graphql", json=HASH_ALONE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


async def test_a_subscription_over_plain_json_is_answered_where_to_go(gateway: ServedGateway) -> None:
    answer = await ask(gateway, WATCH, id="cs_test_a")
    assert answer.status_code == 400
    assert "text/event-stream" in answer.json()["errors"][0]["message"]


async def test_unknown_sessions_answer_alike(gateway: ServedGateway) -> None:
    read = "query ($id: ID!) { paymentStatus(sessionId: $id) { status } }"
    cancel = "mutation ($id: ID!) { cancelCheckoutSession(sessionId: $id) { ... on Refusal { code } } }"
    for session_id in UNKNOWN:
        assert (await ask(gateway, read, id=session_id)).json() == {"data": {"paymentStatus": None}}
        reported = (await ask(gateway, cancel, id=session_id)).json()
        assert reported == {"data": {"cancelCheckoutSession": {"code": "SESSION_NOT_FOUND"}}}
        found = [event async for event in events(gateway, WATCH, id=session_id)]
        assert [name for name, _ in found] == ["next", "complete"]
        assert found[0][1]["errors"][0]["extensions"] == {"code": "session_not_found"}


async def test_refusals_speak_the_callers_language(gateway: ServedGateway) -> None:
    english = await ask(gateway, CREATE, input={"priceId": "price_None"})
    chinese = await ask(gateway, CREATE, {"Accept-Language": "zh-CN,zh;q=0.9"}, input={"priceId": "price_None"})
    reported = [answer.json()["data"]["createCheckoutSession"] for answer in (english, chinese)]
    assert [error["code"] for error in reported] == ["INVALID_PRICE_ID"] * 2
    assert [error["type"] for error in reported] == ["invalid_request_error"] * 2
    assert reported[0]["message"].startswith("The price id")
    assert reported[1]["message"].startswith("无效的价格")


async def test_every_error_has_a_code_of_the_contract(gateway: ServedGateway) -> None:
    for query in (
        "{",
        "{ nothing }",
        "{ __schema { types { name } } }",
        "{ a " * 50,
        "query A { prices { id } } query B { __typename }",
    ):
        for error in (await ask(gateway, query)).json()["errors"]:
            assert error["extensions"]["code"] in CODES, error


async def test_suggestions_and_introspection_are_off(gateway: ServedGateway) -> None:
    answer = await ask(gateway, "{ price { id } }")
    assert "Did you mean" not in answer.text
    assert "Introspection is off" in (await ask(gateway, "{ __schema { queryType { name } } }")).text
    page = await gateway.shop.get("/graphql", headers={"Accept": "text/html"})
    assert page.status_code == 400


async def test_origins(folder: Path) -> None:
    async with opened(folder, allowed_origins="https://shop.example") as gateway:
        rows = [
            (None, 200),
            (gateway.url, 200),
            ("https://shop.example", 200),
            ("https://evil.example", 403),
            ("null", 403),
        ]
        for origin, status in rows:
            headers = {"Origin": origin} if origin else None
            answer = await ask(gateway, PRICES, headers)
            assert answer.status_code == status, origin
            assert ("errors" in answer.json()) is (status == 403)


async def test_the_limit_counts_root_fields_and_is_reported(folder: Path) -> None:
    async with opened(folder, rate_limit="10/minute") as gateway:
        three = "{ a: prices { id } ... on Query { b: prices { id } } __typename }"
        answers = [await ask(gateway, query) for query in (three, three, "{", "{ nothing }", three)]
        assert [answer.headers.get("ratelimit-remaining") for answer in answers[:2]] == ["7", "4"]
        refused = answers[4]
        assert refused.status_code == 429
        assert refused.json()["errors"][0]["extensions"]["code"] == "rate_limit_exceeded"
        assert int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit-limit"] == "10"
        assert (await ask(gateway, PRICES)).status_code == 200
        stream = await gateway.shop.post("/graphql", json={"query": three}, headers={"Accept": "text/event-stream"})
        assert stream.status_code == 429


async def test_the_playground_is_there_when_asked_for(folder: Path) -> None:
    async with opened(folder, playground=True) as gateway:
        page = await gateway.shop.get("/graphql", headers={"Accept": "text/html,*/*;q=0.8"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.text.count('integrity="sha384-') == (5 if PLAYGROUND.is_installed() else 0)
        assert ("gateway assets" in page.text) is not PLAYGROUND.is_installed()
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert (await ask(gateway, "{ __schema { queryType { name } } }")).json()["data"]
        assert "Did you mean" in (await ask(gateway, "{ price { id } }")).text


async def test_creates_want_a_signature_where_secrets_are_set(folder: Path) -> None:
    async with opened(folder, signing_secrets="a-long-enough-shared-secret") as gateway:
        answer = await ask(gateway, CREATE, input={"priceId": STARTER})
        assert _code(answer, "createCheckoutSession") == "UNAUTHENTICATED"


def _code(answer: httpx.Response, field: str) -> Any:
    return answer.json()["data"][field]["code"]
