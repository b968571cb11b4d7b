"""Who is handed whose session: every caller, with everything that somebody may hold, over REST and GraphQL.

Two gateways share one database: `plain` has no signing secrets, so that anybody may call it, and `signing` takes signed
calls. A session id is a capability, so nothing that can be guessed may yield one.
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from gateway.http.refusals import SESSION_HEADER
from gateway.http.signing import HEADER, sign
from tests.fuzz.bench import Bench, open_bench, signature
from tests.fuzz.server import PRICE
from tests.harness.served_gateway import ServedGateway
from tests.integration.graphql.conftest import CREATE

SECRET = "a-signing-secret-of-the-tests-0123456789"
ADMIN_KEYS = {"desk": "key-of-the-desk-0123456789", "night": "key-of-the-night-0123456789"}
READER_KEY = "key-of-the-auditor-0123456789"
SETTINGS = {
    "admin_keys": ",".join([*(f"{name}:{key}" for name, key in ADMIN_KEYS.items()), f"auditor:{READER_KEY}:read"]),
    "rate_limit": "100000/minute",
}
STRIPE = {"Authorization": "Bearer sk_test_anything"}
GENEROUS_SECONDS = 30
REST, GRAPHQL = "REST", "GraphQL"
ENTRY_POINTS = pytest.mark.parametrize("entry_point", [REST, GRAPHQL])

ANONYMOUS, SIGNED, OPERATOR, OTHER_OPERATOR, READER = "anonymous", "signed", "operator", "another operator", "reader"
CALLERS = (ANONYMOUS, SIGNED, OPERATOR, OTHER_OPERATOR, READER)
KNOWN = {SIGNED, OPERATOR, OTHER_OPERATOR}
VICTIMS = (ANONYMOUS, SIGNED, OPERATOR)

REFERENCE, SHORT_KEY, LONG_KEY, SESSION_ID = "the reference", "a short key", "the key", "the session id"
SAME, OWN, READS = "the same session", "a session of its own", "the status"


@dataclass(frozen=True)
class Gateways:
    """The same database, without and with signing secrets."""

    plain: ServedGateway
    signing: ServedGateway


@dataclass(frozen=True)
class Answer:
    """What a create call was answered: a session, or a code and perhaps the session that there is already."""

    session_id: str | None
    code: str | None
    existing: str | None
    status: int
    text: str
    """Everything that left: body and headers."""


@pytest.fixture(scope="module")
def benches() -> Iterator[tuple[Bench, Bench]]:
    """Each in a process of its own, for a process has one database."""
    with open_bench(**SETTINGS) as plain:
        shared = {
            "database_url": f"sqlite://{plain.database}",
            "stripe_api_base": f"http://127.0.0.1:{plain.sandbox_port}",
            "signing_secrets": SECRET,
        }
        with open_bench(**SETTINGS, **shared) as signing:
            yield plain, signing


@pytest.fixture
async def gateways(benches: tuple[Bench, Bench]) -> AsyncIterator[Gateways]:
    plain, signing = benches
    async with _gateway(plain, plain) as plain_gateway, _gateway(signing, plain) as signing_gateway:
        yield Gateways(plain_gateway, signing_gateway)


@asynccontextmanager
async def _gateway(gateway: Bench, stripe: Bench) -> AsyncIterator[ServedGateway]:
    url, stripe_url = f"http://127.0.0.1:{gateway.port}", f"http://127.0.0.1:{stripe.sandbox_port}"
    async with (
        httpx.AsyncClient(base_url=url, timeout=30) as shop,
        httpx.AsyncClient(base_url=stripe_url, timeout=30) as buyer,
    ):
        yield ServedGateway(url, shop, buyer)


@ENTRY_POINTS
async def test_every_caller_gets_what_is_its_own_and_nothing_of_another(entry_point: str, gateways: Gateways) -> None:
    found: dict[tuple[str, str, str], str] = {}
    for victim in VICTIMS:
        for held in (REFERENCE, SHORT_KEY, LONG_KEY, SESSION_ID):
            if (victim, held) == (ANONYMOUS, SHORT_KEY):
                continue  # Refused when it is made; the row of the anonymous callers below says so.
            for caller in CALLERS:
                request = _request(held)
                made = await _create(gateways, entry_point, victim, **request)
                assert made.session_id, made
                if held == SESSION_ID:
                    found[victim, held, caller] = await _read(gateways, entry_point, caller, made.session_id)
                else:
                    found[victim, held, caller] = await _attempt(gateways, entry_point, caller, made, request)
    assert found == {cell: _expected(*cell) for cell in found}


def _expected(victim: str, held: str, caller: str) -> str:
    if held == SESSION_ID:
        return READS
    if caller == READER:
        return "unauthenticated"
    if held == REFERENCE:
        return SAME if {victim, caller} <= KNOWN else OWN
    if held == SHORT_KEY and caller == ANONYMOUS:
        return "invalid_request"
    return SAME if victim == caller else OWN


@ENTRY_POINTS
async def test_a_paid_purchase_is_not_sold_again_and_only_known_callers_learn_its_session(
    entry_point: str, gateways: Gateways
) -> None:
    request = _request(REFERENCE)
    paid = (await _create(gateways, entry_point, SIGNED, **request)).session_id
    assert paid
    await gateways.plain.pay(paid)
    await _until(gateways, paid, "paid")
    for caller in KNOWN:
        refused = await _create(gateways, entry_point, caller, **request)
        assert (refused.code, refused.existing) == ("already_paid", paid), caller
        assert refused.status == (409 if entry_point == REST else 200)
    await _assert_others_learn_nothing(gateways, entry_point, request, paid)
    again = await _create(gateways, entry_point, OPERATOR, **request, allowRepeat=True)
    assert again.session_id not in {None, paid}


@ENTRY_POINTS
async def test_a_purchase_whose_money_is_on_its_way_is_not_sold_again(entry_point: str, gateways: Gateways) -> None:
    request = _request(REFERENCE)
    pending = (await _create(gateways, entry_point, OPERATOR, **request)).session_id
    assert pending
    await _complete_unpaid(gateways.plain, pending)
    for caller in KNOWN:
        refused = await _create(gateways, entry_point, caller, **request)
        assert (refused.code, refused.existing) == ("payment_in_progress", pending), caller
        assert refused.status == (409 if entry_point == REST else 200)
    await _assert_others_learn_nothing(gateways, entry_point, request, pending)


@ENTRY_POINTS
async def test_a_purchase_of_an_anonymous_caller_blocks_nobody(entry_point: str, gateways: Gateways) -> None:
    """Otherwise anybody could stop a shop from selling an order whose number is known."""
    request = _request(REFERENCE)
    paid = (await _create(gateways, entry_point, ANONYMOUS, **request)).session_id
    assert paid
    await gateways.plain.pay(paid)
    await _until(gateways, paid, "paid")
    for caller in (ANONYMOUS, SIGNED):
        created = await _create(gateways, entry_point, caller, **request)
        assert created.session_id not in {None, paid}, caller
        assert paid not in created.text


@ENTRY_POINTS
async def test_an_anonymous_caller_may_neither_repeat_nor_use_a_key_that_can_be_guessed(
    entry_point: str, gateways: Gateways
) -> None:
    rows: dict[str, dict[str, Any]] = {
        "allowRepeat": {"allowRepeat": True},
        "idempotencyKey": {"idempotencyKey": "a" * 21},
    }
    for field, request in rows.items():
        refused = await _create(gateways, entry_point, ANONYMOUS, **request)
        assert (refused.session_id, refused.code) == (None, "invalid_request")
        assert field in refused.text
    assert (await _create(gateways, entry_point, ANONYMOUS, idempotencyKey="a" * 22)).session_id


@ENTRY_POINTS
async def test_a_wrong_key_or_signature_opens_nothing_of_anybodys(entry_point: str, gateways: Gateways) -> None:
    request = _request(REFERENCE)
    made = (await _create(gateways, entry_point, OPERATOR, **request)).session_id
    assert made
    bearer = {"Authorization": "Bearer key-of-nobody-0123456789"}
    for gateway in (gateways.plain, gateways.signing):
        for headers in (bearer, {HEADER: f"t={int(time.time())},v1={'0' * 64}"}):
            answer = await _send(gateway, entry_point, headers, **request)
            assert answer.session_id != made
            assert made not in answer.text
    refused = await _send(gateways.signing, entry_point, bearer, **request)
    assert (refused.session_id, refused.code) == (None, "unauthenticated")


async def _assert_others_learn_nothing(
    gateways: Gateways, entry_point: str, request: dict[str, Any], session_id: str
) -> None:
    created = await _create(gateways, entry_point, ANONYMOUS, **request)
    assert created.session_id is not None
    refused = await _create(gateways, entry_point, READER, **request)
    assert (refused.session_id, refused.code) == (None, "unauthenticated")
    for answer in (created, refused):
        assert session_id not in answer.text
        assert answer.existing is None


def _request(held: str) -> dict[str, Any]:
    """What the owner of the session sends, and whoever holds the same of it."""
    number = uuid.uuid4().hex[:8]
    return {
        REFERENCE: {"clientReferenceId": f"order-{number}"},
        SHORT_KEY: {"idempotencyKey": f"order-{number}"},
        LONG_KEY: {"idempotencyKey": str(uuid.uuid4())},
        SESSION_ID: {},
    }[held]


async def _attempt(gateways: Gateways, entry_point: str, caller: str, made: Answer, request: dict[str, Any]) -> str:
    """What a caller gets that sends the same request as the owner of `made`."""
    answer = await _create(gateways, entry_point, caller, **request)
    if answer.session_id == made.session_id:
        return SAME
    assert made.session_id is not None
    assert made.session_id not in answer.text
    return OWN if answer.session_id else str(answer.code)


async def _create(gateways: Gateways, entry_point: str, caller: str, **fields: Any) -> Answer:
    keys = {OPERATOR: ADMIN_KEYS["desk"], OTHER_OPERATOR: ADMIN_KEYS["night"], READER: READER_KEY}
    headers = {"Authorization": f"Bearer {keys[caller]}"} if caller in keys else {}
    gateway = gateways.signing if caller == SIGNED else gateways.plain
    return await _send(gateway, entry_point, headers, is_signed=caller == SIGNED, **fields)


async def _send(
    gateway: ServedGateway, entry_point: str, headers: dict[str, str], *, is_signed: bool = False, **fields: Any
) -> Answer:
    """One create call for one package."""
    headers = {"Content-Type": "application/json", **headers}
    if entry_point == REST:
        if (key := fields.pop("idempotencyKey", None)) is not None:
            headers["Idempotency-Key"] = key
        path, body = "/api/create-checkout-session", json.dumps({"priceId": PRICE, **fields}).encode()
    else:
        variables = {"input": {"priceId": PRICE, **fields}}
        path, body = "/graphql", json.dumps({"query": CREATE, "variables": variables}).encode()
    if is_signed:
        headers[HEADER] = sign(body, secret=SECRET, at_seconds=int(time.time()))
    return _answer(await gateway.shop.post(path, content=body, headers=headers))


def _answer(answer: httpx.Response) -> Answer:
    document = answer.json()
    text = answer.text + str(answer.headers)
    if "data" in document:
        result = document["data"]["createCheckoutSession"]
        code = result["code"].lower() if "code" in result else None
        return Answer(result.get("sessionId"), code, result.get("existing"), answer.status_code, text)
    code = document["error"]["code"] if "error" in document else None
    existing = answer.headers.get(SESSION_HEADER)
    return Answer(document.get("sessionId"), code, existing, answer.status_code, text)


async def _read(gateways: Gateways, entry_point: str, caller: str, session_id: str) -> str:
    """A session id is enough to read by, whoever holds it."""
    headers = {"Authorization": f"Bearer {READER_KEY}"} if caller == READER else {}
    if entry_point == REST:
        return READS if (await gateways.plain.status(session_id, **headers)).json() == {"status": "unpaid"} else "none"
    query = "query ($id: ID!) { paymentStatus(sessionId: $id) { status } }"
    body = {"query": query, "variables": {"id": session_id}}
    answer = (await gateways.plain.shop.post("/graphql", json=body, headers=headers)).json()
    return READS if answer == {"data": {"paymentStatus": {"status": "UNPAID"}}} else "none"


async def _until(gateways: Gateways, session_id: str, status: str) -> None:
    """Holds the status call until it answers the status."""
    async with asyncio.timeout(GENEROUS_SECONDS):
        while (await gateways.plain.status(session_id, Prefer="wait=5")).json() != {"status": status}:
            pass


async def _complete_unpaid(gateway: ServedGateway, session_id: str) -> None:
    """Stripe's event for a buyer who chose a payment method that takes days."""
    session = (await gateway.buyer.get(f"/v1/checkout/sessions/{session_id}", headers=STRIPE)).json()
    event = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": session | {"status": "complete", "payment_status": "unpaid"}},
    }
    body = json.dumps(event).encode()
    headers = {"Stripe-Signature": signature(body).decode()}
    answer = await gateway.shop.post("/api/stripe/webhook", content=body, headers=headers)
    assert (answer.status_code, answer.json()["state"]) == (200, "stored"), answer.text
