"""Canary secrets down every path, the broken ones too: none in a log, an error, a metric or a page."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import prometheus_client
import pytest
import stripe
import structlog
from tortoise.exceptions import OperationalError

from gateway.telemetry.logs import configure_logs, get_logger
from tests.harness.child import ROOT, clean_environment
from tests.unit.rest.stand_in import PRICE, SESSION, StandIn, client_of

CANARIES = {
    "secret key": "sk_live_CANARYcanary1",
    "restricted key": "rk_test_CANARYcanary2",
    "webhook secret": "whsec_CANARYcanary3",
    "session id": "cs_live_CANARYcanary4",
    "client secret": "pi_3CANARY_secret_CANARYcanary5",
    "session's client secret": "cs_test_CANARY_secret_CANARYcanary6",
    "operator's key": "Bearer CANARYcanary7",
    "e-mail": "canary.canary8@example.com",
    "odd e-mail": "o'canary!8@exämple.com",
    "database password": "postgres://shop:CANARYcanary9@db.internal/shop",
    "Redis password": "rediss://:CANARYcanary10@cache.internal:6379/0",
}
PARTS = ("CANARY", "canary")


def _chained(secret: str) -> Exception:
    error = RuntimeError("second")
    error.__cause__ = OSError(f"first {secret}")
    return error


FAULTS: dict[str, Any] = {
    "unexpected": lambda secret: RuntimeError(f"cannot do {secret}"),
    "chained": _chained,
    "SQL": lambda secret: OperationalError(f"INSERT INTO payment VALUES ('{secret}')"),
    "Stripe": lambda secret: stripe.RateLimitError(f"Invalid value: {secret}"),
    "Stripe's authentication": lambda secret: stripe.AuthenticationError(f"Invalid API Key provided: {secret}"),
    "bytes": lambda secret: ValueError(secret.encode()),
    "nested": lambda secret: KeyError({"headers": [("authorization", secret)]}),
}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that any logger writes, as `gateway serve` writes it."""
    monkeypatch.setattr("gateway.telemetry.logs.JSON_LINES.handler", None)  # `configure_logs` sets it for good.
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers, logging.getLogger().level
    configure_logs(json=True, level=logging.DEBUG)
    text = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(text)
    root.setLevel(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # The client of these tests is no part of the gateway.
    yield text
    root.handlers, root.level = handlers, level
    logging.getLogger("gateway").setLevel(logging.NOTSET)
    structlog.reset_defaults()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("secret", CANARIES.values(), ids=CANARIES)
async def test_a_secret_in_an_exception_leaves_by_no_entry_point(fault: str, secret: str, log: io.StringIO) -> None:
    """Even if a service breaks with it in its message."""
    async with client_of(StandIn(fails=FAULTS[fault](secret))) as client:
        answers = await _everywhere(client)
    assert [answer.status_code for answer in answers[:3]] == [500, 500, 500]
    assert "Traceback" in log.getvalue()
    _assert_clean(log.getvalue())
    for answer in answers:
        _assert_clean(answer.text + str(answer.headers))


@pytest.mark.parametrize("secret", CANARIES.values(), ids=CANARIES)
async def test_a_secret_sent_to_us_is_neither_logged_nor_sent_back(secret: str, log: io.StringIO) -> None:
    async with client_of(StandIn(), development=True) as client:
        answers = [*await _everywhere(client, secret=secret), *await _asked(client, secret)]
    for answer in answers:
        assert answer.status_code < 500
        _assert_clean(answer.text + str(answer.headers))
    _assert_clean(log.getvalue())
    _assert_clean(prometheus_client.generate_latest().decode())


@pytest.mark.parametrize("path", ["/", "/success", "/cancel", "/graphql", "/api/docs"])
@pytest.mark.parametrize("secret", CANARIES.values(), ids=CANARIES)
async def test_a_page_shows_nothing_but_its_viewers_own_session_id(secret: str, path: str, log: io.StringIO) -> None:
    raw = secret.encode()
    headers = [(b"Accept", b"text/html"), (b"Cookie", b"lang=" + raw), (b"Authorization", raw), (b"Referer", raw)]
    asked = {"session_id": secret, "lang": secret}
    async with client_of(StandIn(), development=True, admin_keys="CANARY-operator-key-of-some-length") as client:
        answer = await client.get(path, params=asked, headers=headers)
    assert answer.status_code == 200
    _assert_clean(log.getvalue())
    is_own = secret == CANARIES["session id"] and path in {"/success", "/cancel"}
    _assert_clean(answer.text.replace(secret, "") if is_own else answer.text)


@pytest.mark.parametrize("secret", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize("logger", ["uvicorn.error", "asyncio", "tortoise", "stripe", "aiohttp.access", "gateway.any"])
def test_no_logger_spells_a_secret_out(logger: str, secret: str, log: io.StringIO) -> None:
    logging.getLogger(logger).setLevel(logging.NOTSET)  # The server of another test may have set another.
    logging.getLogger(logger).error("It broke: %s", secret, exc_info=RuntimeError(secret))
    logging.getLogger(logger).error({"secret": [secret.encode()]})
    get_logger(logger).error("It broke.", text=secret, raw=secret.encode(), many=[{"a": secret}], error=OSError(secret))
    assert "It broke" in log.getvalue()
    _assert_clean(log.getvalue())


@pytest.mark.parametrize("verb", [["doctor"], ["serve"], ["migrate"], ["payments", "list"], ["reconcile", "--json"]])
def test_a_command_that_fails_keeps_its_settings_to_itself(verb: list[str], tmp_path: Path) -> None:
    environment = {
        "STRIPE_API_KEY": "sk_test_CANARY",
        "STRIPE_WEBHOOK_SECRET": "whsec_CANARY",
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "GATEWAY_STOREFRONT": "on",
        "DATABASE_URL": "postgres://shop:CANARY@127.0.0.1:9/shop",
        "REDIS_URL": "redis://:CANARY@127.0.0.1:9/0",
        "GATEWAY_ADMIN_KEYS": "CANARY-operator-key-of-some-length",
        "GATEWAY_SIGNING_SECRETS": "CANARY-signing-secret-of-some-length",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "gateway", *verb],
        cwd=tmp_path,
        env=clean_environment() | environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode != 0
    _assert_clean(ran.stdout + ran.stderr)


async def _everywhere(client: httpx.AsyncClient, *, secret: str = "") -> list[httpx.Response]:
    """The entry points, each with the secret wherever a caller may put it."""
    raw = secret.encode().decode("latin-1").encode("latin-1")
    headers = [(name, raw) for name in (b"Authorization", b"X-Request-Id", b"Idempotency-Key", b"Referer", b"Cookie")]
    headers = headers if secret else []
    create, status = "/api/create-checkout-session", "/api/check-payment-status/"
    post = client.post
    return [
        await post(create, json={"priceId": PRICE, "locale": secret or "en"}, headers=headers),
        await client.get(status + (secret or SESSION), headers=headers, params={"key": secret}),
        await post("/api/stripe/webhook", content=secret or "{}", headers=[*headers, (b"Stripe-Signature", raw)]),
        await post(create, content=secret, headers=[*headers, (b"Content-Type", b"application/json")]),
        await post(create, json={secret: secret, "priceId": {"a": secret}}, headers=headers),
        await client.get(f"/{secret}", headers=headers),
        await client.get("/readyz", params={"a": secret}, headers=headers),
        await client.request("OPTIONS", create, headers=[*headers, (b"Origin", raw)]),
        await post("/graphql", json={"query": "{ prices { id } }", "variables": {"a": secret}}, headers=headers),
    ]


async def _asked(client: httpx.AsyncClient, secret: str) -> list[httpx.Response]:
    """GraphQL quotes what it refuses: names, values, variables. An alias is the caller's own and is left out."""
    word = secret if secret.isidentifier() else "nothing"
    quoted = '"' + secret.replace('"', "") + '"'
    queries = [
        f"{{ {word} }}",
        f"{{ prices(a: {quoted}) {{ id }} }}",
        f"{{ prices {{ id }} {quoted} }}",
        f"query ($a: {word}) {{ prices {{ id }} }}",
        f"{{ prices @{word} {{ id }} }}",
        f"{{ ...{word} }} fragment {word} on Query {{ ...{word} }}",
        f"{{ paymentStatus(sessionId: {quoted}, sinceVersion: {quoted}) {{ status }} }}",
        f"mutation {{ createCheckoutSession(input: {{quantity: {quoted}, {word}: 1}}) {{ __typename }} }}",
        f"mutation {{ createCheckoutSession(input: {word}) {{ __typename }} }}",
        "query ($q: Int!) { paymentStatus(sessionId: $q) { status } }",
    ]
    variables = {"q": secret, "input": {secret: secret}}
    answers = [await client.post("/graphql", json={"query": query, "variables": variables}) for query in queries]
    answers.append(await client.post("/graphql", json={"query": "{ prices { id } }", "operationName": secret}))
    answers.append(await client.get("/graphql", params={"query": queries[0], "variables": secret}))
    return answers


def _assert_clean(text: str) -> None:
    found = [text[max(0, text.find(part) - 80) : text.find(part) + 80] for part in PARTS if part in text]
    assert found == []
