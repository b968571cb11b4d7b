"""Which content types each entry point reads. Everything but exact JSON is what a form of another site could send."""

import pytest

from tests.unit.rest.stand_in import PRICE, StandIn, client_of

CREATE, GRAPHQL, WEBHOOK = "/api/create-checkout-session", "/graphql", "/api/stripe/webhook"
BODIES = {CREATE: f'{{"priceId": "{PRICE}"}}', GRAPHQL: '{"query": "{ prices { id } }"}', WEBHOOK: "{}"}

READ = [
    "application/json",
    "Application/JSON",
    " application/json ",
    "application/json;charset=utf-8",
    "application/json; charset=UTF-8",
    'application/json ; charset="utf-8"',
    "application/json; charset=latin1",
    "application/json;",
    'application/json; charset="UTF-8";',
]
REFUSED = [
    None,
    "",
    "text/plain",
    "text/plain,application/json",
    "application/json,text/plain",
    "text/plain; application/json",
    "text/plain; charset=application/json",
    "application/json; charset=utf-8; boundary=x",
    "application/json; boundary=x",
    "application/json;;boundary=x",
    "application/json; text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=application/json",
    "multipart/mixed",
    "application/jsonp",
    "application/json5",
    "application/ld+json",
    "application/graphql",
    "application/graphql-response+json",
    "application/*",
    "*/*",
    "json",
    "application/json\x00",
    "application/json\u00a0",
    "applicat\u0130on/json",
]


@pytest.mark.parametrize("path", [CREATE, GRAPHQL])
@pytest.mark.parametrize(
    ("content_type", "status"), [*((given, 200) for given in READ), *((given, 415) for given in REFUSED)]
)
async def test_only_exact_json_is_read(path: str, content_type: str | None, status: int) -> None:
    headers = [] if content_type is None else [(b"Content-Type", content_type.encode("utf-8"))]
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        answer = await client.post(path, content=BODIES[path].encode(), headers=headers)
    assert answer.status_code == status, answer.text
    assert len(stand_in.created) == (path == CREATE and status == 200)
    if status == 415:
        assert "unsupported_media_type" in answer.text


@pytest.mark.parametrize("path", [CREATE, GRAPHQL])
async def test_two_content_types_are_none(path: str) -> None:
    headers = [(b"Content-Type", b"application/json"), (b"Content-Type", b"text/plain")]
    async with client_of(StandIn()) as client:
        assert (await client.post(path, content=BODIES[path].encode(), headers=headers)).status_code == 415


@pytest.mark.parametrize("content_type", [*READ, *REFUSED])
async def test_the_webhook_reads_the_bytes_whatever_they_are_called(content_type: str | None) -> None:
    """Its signature covers them."""
    headers = [] if content_type is None else [(b"Content-Type", content_type.encode("utf-8"))]
    async with client_of(StandIn()) as client:
        assert (await client.post(WEBHOOK, content=b"{}", headers=headers)).status_code == 200
