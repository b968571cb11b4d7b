import time

import pytest
from pydantic import SecretStr

from gateway.domain import errors
from gateway.domain.callers import ANONYMOUS, SIGNED, operator
from gateway.http.signing import sign
from gateway.rest.fields import FIELDS
from gateway.services.checkout.request import CheckoutRequest
from gateway.services.running.admission import Operator

from .stand_in import PRICE, SESSION, StandIn, any_error, assert_envelope, client_of

PATH = "/api/create-checkout-session"


async def test_a_price_id_is_answered_with_url_and_session_id_and_nothing_else() -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        response = await client.post(PATH, json={"priceId": PRICE})
    assert response.status_code == 200
    assert response.json() == {"url": "https://checkout.example/c/pay", "sessionId": SESSION}
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert stand_in.created == [CheckoutRequest(price_id=PRICE)]


async def test_every_optional_input_and_the_idempotency_key_reach_the_service() -> None:
    stand_in = StandIn()
    body = {
        "priceId": PRICE,
        "quantity": 3,
        "clientReferenceId": "order-1",
        "customerEmail": "buyer@shop.example",
        "successUrl": "https://shop.example/ok",
        "cancelUrl": "https://shop.example/no",
        "locale": "pt_BR.utf8",
        "currency": "EUR",
        "allowRepeat": True,
    }
    async with client_of(stand_in) as client:
        await client.post(PATH, json=body, headers={"Idempotency-Key": "k-1"})
    assert stand_in.created == [
        CheckoutRequest(
            price_id=PRICE,
            quantity=3,
            client_reference_id="order-1",
            customer_email="buyer@shop.example",
            success_url="https://shop.example/ok",
            cancel_url="https://shop.example/no",
            locale="pt_BR.utf8",
            idempotency_key="k-1",
            currency="EUR",
            allow_repeat=True,
        )
    ]


async def test_null_counts_as_absent() -> None:
    stand_in = StandIn()
    nothing = dict.fromkeys(FIELDS)
    async with client_of(stand_in) as client:
        response = await client.post(PATH, json={**nothing, "priceId": PRICE})
    assert response.status_code == 200
    assert stand_in.created == [CheckoutRequest(price_id=PRICE)]


@pytest.mark.parametrize("value", [None, "x", {"a": 1}])
async def test_an_unknown_field_is_refused_by_name(value: object) -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        response = await client.post(PATH, json={"priceId": PRICE, "succesUrl": value})
    assert assert_envelope(response, errors.InvalidRequest) == "Unknown field `succesUrl`."
    assert stand_in.created == []


async def test_no_more_of_an_unknown_name_is_quoted_than_a_name_has() -> None:
    async with client_of(StandIn()) as client:
        response = await client.post(PATH, json={"x" * 3000: 1})
    assert len(assert_envelope(response, errors.InvalidRequest)) < 100


@pytest.mark.parametrize("encoded", ["%7BCHECKOUT_SESSION_ID%7D", "%7bCHECKOUT_SESSION_ID%7d", "{CHECKOUT_SESSION_ID}"])
async def test_an_encoded_placeholder_reaches_the_service_plain(encoded: str) -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        await client.post(PATH, json={"priceId": PRICE, "successUrl": f"https://shop.example/ok?a=%20b&id={encoded}"})
    (request,) = stand_in.created
    assert request.success_url == "https://shop.example/ok?a=%20b&id={CHECKOUT_SESSION_ID}"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "empty"),
        (b"{", "JSON"),
        (b"\xff", "JSON"),
        (b"[]", "object"),
        (b"null", "object"),
        (b"{}", "priceId"),
        (b'{"priceId": 5}', "priceId"),
        (b'{"priceId": "p", "quantity": "2"}', "quantity"),
        (b'{"priceId": "p", "quantity": true}', "quantity"),
        (b'{"priceId": "p", "quantity": 1.0}', "quantity"),
        (b'{"priceId": "p", "successUrl": ["x"]}', "successUrl"),
        (b'{"priceId": "p", "currency": 5}', "currency"),
        (b'{"priceId": "p", "allowRepeat": "true"}', "allowRepeat"),
        (b'{"priceId": "p", "allowRepeat": 1}', "allowRepeat"),
        (b'{"priceId": "p", "quantity": NaN}', "JSON"),
        (b'{"priceId": "p", "quantity": 1' + b"0" * 30 + b"}", "digits"),
        (b'{"priceId": "\\ud800"}', "JSON"),
        (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "nested"),
    ],
)
async def test_a_malformed_body_is_an_invalid_request_whose_message_says_what_is_wrong(body: bytes, named: str) -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        response = await client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert named in assert_envelope(response, errors.InvalidRequest)
    assert stand_in.created == []


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "text/plain,application/json",
        "application/json5",
        "",
        "a/b;c",
        "application/json; charset=",
        "application/json; version=1",
        "application/json;" + ";" * 5000 + "x",
        "application/json, application/json",
    ],
)
async def test_any_other_content_type_is_refused_before_the_body_is_looked_at(media_type: str) -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        response = await client.post(PATH, content=b'{"priceId": "p"}', headers={"Content-Type": media_type})
    assert_envelope(response, errors.UnsupportedMediaType)
    assert stand_in.created == []


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        'application/json;charset="UTF-8"',
        'APPLICATION/JSON ; CHARSET="utf-8"',
        "application/json;",
        "application/json; ",
        "application/json; charset=utf-8;",
        "application/json;;charset=utf-8",
    ],
)
async def test_a_charset_may_follow_the_content_type(media_type: str) -> None:
    async with client_of(StandIn()) as client:
        response = await client.post(PATH, content=b'{"priceId": "p"}', headers={"Content-Type": media_type})
    assert response.status_code == 200


@pytest.mark.parametrize("error", errors.ALL_ERRORS)
async def test_every_error_of_the_tree_travels_in_the_envelope(error: type[errors.GatewayError]) -> None:
    raised = any_error(error)
    async with client_of(StandIn(fails=raised)) as client:
        response = await client.post(PATH, json={"priceId": PRICE})
    assert_envelope(response, error)
    assert response.headers["cache-control"] == "no-store"
    assert ("retry-after" in response.headers) == (raised.retry_after_seconds is not None)
    assert response.headers["ratelimit-remaining"] == "99"


@pytest.mark.parametrize(
    ("accept_language", "message"),
    [
        (None, "There is no such checkout session."),
        ("en-GB", "There is no such checkout session."),
        ("zh-CN,zh;q=0.9", "支付会话不存在。"),
        ("fr", "There is no such checkout session."),
    ],
)
async def test_messages_follow_accept_language_and_are_english_without_one(
    accept_language: str | None, message: str
) -> None:
    headers = {"Accept-Language": accept_language} if accept_language else {}
    async with client_of(StandIn(fails=errors.SessionNotFound())) as client:
        response = await client.post(PATH, json={"priceId": PRICE}, headers=headers)
    assert response.json()["error"]["message"] == message
    assert response.headers["vary"].startswith("Accept-Language")


async def test_the_call_after_the_last_token_is_refused_with_its_window() -> None:
    stand_in = StandIn(limit=1)
    async with client_of(stand_in) as client:
        allowed = await client.post(PATH, json={"priceId": PRICE})
        refused = await client.post(PATH, content=b"not even json")
    assert allowed.headers["ratelimit-limit"] == "1"
    assert allowed.headers["ratelimit-remaining"] == "0"
    assert_envelope(refused, errors.RateLimitExceeded)
    assert refused.headers["retry-after"] == "30"
    assert refused.headers.get_list("ratelimit-limit") == ["1"]
    assert refused.headers["ratelimit-remaining"] == "0"
    assert refused.headers["ratelimit-reset"] == "30"
    assert len(stand_in.created) == 1


@pytest.mark.parametrize("error", [errors.AlreadyPaid, errors.PaymentInProgress])
async def test_a_purchase_that_has_a_session_names_it_in_a_header(
    error: type[errors.AlreadyPaid | errors.PaymentInProgress],
) -> None:
    async with client_of(StandIn(fails=error(SESSION)), allowed_origins="https://shop.example") as client:
        response = await client.post(PATH, json={"priceId": PRICE}, headers={"Origin": "https://shop.example"})
    assert_envelope(response, error)
    assert response.status_code == 409
    assert response.headers["gateway-session-id"] == SESSION
    assert "Gateway-Session-Id" in response.headers["access-control-expose-headers"]


async def test_any_other_refusal_names_no_session() -> None:
    async with client_of(StandIn(fails=errors.IdempotencyConflict())) as client:
        response = await client.post(PATH, json={"priceId": PRICE})
    assert "gateway-session-id" not in response.headers


async def test_with_signing_secrets_only_a_signed_create_passes() -> None:
    stand_in, body = StandIn(), b'{"priceId": "price_1"}'
    signature = sign(body, secret="s3cret", at_seconds=int(time.time()))
    json = {"Content-Type": "application/json"}
    async with client_of(stand_in, signing_secrets=(SecretStr("older"), SecretStr("s3cret"))) as client:
        unsigned = await client.post(PATH, content=body, headers=json)
        forged = await client.post(PATH, content=body + b" ", headers=json | {"Gateway-Signature": signature})
        signed = await client.post(PATH, content=body, headers=json | {"Gateway-Signature": signature})
    assert_envelope(unsigned, errors.Unauthenticated)
    assert unsigned.headers["www-authenticate"] == "Gateway-Signature"
    assert_envelope(forged, errors.Unauthenticated)
    assert signed.status_code == 200
    assert len(stand_in.created) == 1
    assert [request.caller for request in stand_in.created] == [SIGNED]


async def test_without_signing_secrets_a_signature_says_nothing() -> None:
    stand_in, body = StandIn(), b'{"priceId": "price_1"}'
    headers = {
        "Content-Type": "application/json",
        "Gateway-Signature": sign(body, secret="", at_seconds=int(time.time())),
    }
    async with client_of(stand_in) as client:
        await client.post(PATH, content=body, headers=headers)
    assert [request.caller for request in stand_in.created] == [ANONYMOUS]


OPERATORS = {"Bearer ann-key": Operator("ann", may_write=True), "bearer eve-key": Operator("eve", may_write=False)}


@pytest.mark.parametrize("secrets", [(), (SecretStr("s3cret"),)])
async def test_an_operators_create_needs_no_signature(secrets: tuple[SecretStr, ...]) -> None:
    stand_in = StandIn(operators=OPERATORS)
    async with client_of(stand_in, signing_secrets=secrets) as client:
        response = await client.post(PATH, json={"priceId": PRICE}, headers={"Authorization": "Bearer ann-key"})
    assert response.status_code == 200
    assert [request.caller for request in stand_in.created] == [operator("ann")]


@pytest.mark.parametrize("authorization", ["Bearer wrong", "bearer wrong", "Bearer", "bearer eve-key"])
async def test_a_key_that_is_wrong_or_may_only_read_creates_nothing(authorization: str) -> None:
    stand_in = StandIn(operators=OPERATORS)
    async with client_of(stand_in) as client:
        response = await client.post(PATH, json={"priceId": PRICE}, headers={"Authorization": authorization})
    assert_envelope(response, errors.Unauthenticated)
    assert response.headers["www-authenticate"] == "Bearer"
    assert stand_in.created == []


async def test_another_scheme_of_authorization_is_somebody_elses() -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        response = await client.post(PATH, json={"priceId": PRICE}, headers={"Authorization": "Basic dTpw"})
    assert response.status_code == 200
    assert [request.caller for request in stand_in.created] == [ANONYMOUS]
