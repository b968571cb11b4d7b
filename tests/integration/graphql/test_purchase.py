"""A purchase through GraphQL alone: created, watched over both streams, paid, explained."""

import asyncio
import itertools
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.integration.graphql.conftest import (
    CANCEL,
    CREATE,
    STARTER,
    WATCH,
    ServedGateway,
    ask,
    buy,
    events,
    opened,
    socket,
)
from tests.integration.graphql.operators import ADMIN, KEY

READ = """query Read($id: ID!) {
  paymentStatus(sessionId: $id) {
    sessionId status isFinal version disputed checkoutUrl createdAt updatedAt expiresAt
    price { id name unitAmount { amountMinor currency formatted } }
    amount { amountMinor currency formatted }
    paidAmount { amountMinor currency formatted }
    refundedAmount { amountMinor }
    lastFailure { code declineCode message advice at }
    history { version from to cause at occurredAt }
    explanation { rule { number name } facts askedAt }
  }
}"""
OPTIONAL = [
    "quantity",
    "clientReferenceId",
    "customerEmail",
    "currency",
    "allowRepeat",
    "successUrl",
    "cancelUrl",
    "locale",
]
RANDOM_KEY = "3f1c6d2e-8a54-4b0e-9d77-2f5b1c0a9e63"
GENEROUS_SECONDS = 20


async def test_a_socket_sees_the_snapshot_each_change_and_the_end(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(GENEROUS_SECONDS), socket(gateway) as watcher:
        await watcher.subscribe(WATCH, id=session_id)
        while (message := await watcher.receive())["type"] == "next":
            seen.append(message["payload"]["data"]["paymentStatus"])
            if len(seen) == 1:
                await gateway.pay(session_id)
    assert message == {"id": "1", "type": "complete"}
    _assert_watched(seen)


async def test_an_event_stream_sees_the_same(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    seen: list[dict[str, Any]] = []
    names = []
    async with asyncio.timeout(GENEROUS_SECONDS):
        async for name, data in events(gateway, WATCH, id=session_id):
            names.append(name)
            if data is not None:
                seen.append(data["data"]["paymentStatus"])
            if len(names) == 1:
                await gateway.pay(session_id)
    assert names == ["next"] * len(seen) + ["complete"]
    _assert_watched(seen)


async def test_a_watch_resumes_after_the_version_it_has(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    async with asyncio.timeout(GENEROUS_SECONDS), socket(gateway) as watcher:
        await watcher.subscribe(WATCH, id=session_id, since=1)
        await gateway.pay(session_id)
        first = await watcher.receive()
    assert first["payload"]["data"]["paymentStatus"]["version"] > 1


@pytest.mark.parametrize("transport", ["event stream", "WebSocket"])
async def test_a_version_from_the_future_gets_the_snapshot(transport: str, gateway: ServedGateway) -> None:
    """A client may keep a version of a database that was restored since: it must not wait for a million changes."""
    session_id = await buy(gateway)
    async with asyncio.timeout(GENEROUS_SECONDS):
        payment = await _first(gateway, transport, id=session_id, since=10**6)
    assert payment == {"status": "UNPAID", "version": 1, "isFinal": False}


async def test_a_final_payment_is_one_snapshot_and_the_end(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    await gateway.pay(session_id)
    await _until_paid(gateway, session_id)
    found = [event async for event in events(gateway, WATCH, id=session_id)]
    assert [name for name, _ in found] == ["next", "complete"]


async def test_a_paid_payment_is_explained(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    await gateway.pay(session_id)
    payment = await _until_paid(gateway, session_id)
    assert payment["price"]["id"] == STARTER
    assert payment["amount"] == {"amountMinor": 500, "currency": "usd", "formatted": "$5.00"}
    assert payment["paidAmount"] == payment["amount"]
    assert payment["refundedAmount"] == {"amountMinor": 0}
    assert payment["checkoutUrl"] is None
    assert payment["explanation"]["rule"] == {"number": "1", "name": "money received"}
    assert {"MONEY", "SESSION_PAID", "COMPLETE"} <= set(payment["explanation"]["facts"])
    assert payment["history"][0]["from"] is None
    assert payment["history"][-1]["to"] == "PAID"
    assert [change["version"] for change in payment["history"]] == list(range(1, payment["version"] + 1))
    # Stripe's clock gives whole seconds, and the gateway hears of it later.
    assert payment["history"][0]["occurredAt"] is None
    assert payment["history"][-1]["occurredAt"] <= payment["history"][-1]["at"]
    assert ".000" in payment["history"][-1]["occurredAt"] or "." not in payment["history"][-1]["occurredAt"]


async def test_canceling_closes_an_open_session_and_leaves_a_paid_one(gateway: ServedGateway) -> None:
    open_one, paid_one = await buy(gateway), await buy(gateway)
    await gateway.pay(paid_one)
    canceled = (await ask(gateway, CANCEL, id=open_one)).json()["data"]["cancelCheckoutSession"]
    kept = (await ask(gateway, CANCEL, id=paid_one)).json()["data"]["cancelCheckoutSession"]
    assert canceled == {"__typename": "Payment", "status": "CANCELED", "isFinal": True}
    assert kept == {"__typename": "Payment", "status": "PAID", "isFinal": True}


async def test_the_same_key_gives_the_same_session_and_another_request_conflicts(gateway: ServedGateway) -> None:
    first = await buy(gateway, idempotencyKey=RANDOM_KEY)
    assert await buy(gateway, idempotencyKey=RANDOM_KEY) == first
    answer = await ask(gateway, CREATE, input={"priceId": STARTER, "idempotencyKey": RANDOM_KEY, "quantity": 2})
    assert answer.json()["data"]["createCheckoutSession"]["code"] == "IDEMPOTENCY_CONFLICT"


async def test_an_open_session_of_the_same_order_is_handed_back_to_an_operator(folder: Path) -> None:
    wish = {"priceId": STARTER, "clientReferenceId": "order-2"}
    async with opened(folder, admin_keys=KEY) as gateway:
        answers = [(await ask(gateway, CREATE, ADMIN, input=wish)).json() for _ in range(2)]
        created = [answer["data"]["createCheckoutSession"] for answer in answers]
        assert [answer["reused"] for answer in created] == [False, True]
        assert created[0]["sessionId"] == created[1]["sessionId"]
        assert await buy(gateway, clientReferenceId="order-2") != created[0]["sessionId"]


async def test_the_nearest_language_of_the_checkout_page_is_taken(folder: Path) -> None:
    """And a success address with the placeholder percent-encoded, as many url builders write it."""
    shop = "https://shop.example"
    async with opened(folder, allowed_origins=shop) as gateway:
        encoded = f"{shop}/thanks?session_id=%7BCHECKOUT_SESSION_ID%7D"
        session_id = await buy(gateway, locale="de-AT", successUrl=encoded)
        headers = {"Authorization": "Bearer sk_test_anything"}
        session = (await gateway.buyer.get(f"/v1/checkout/sessions/{session_id}", headers=headers)).json()
    assert session["locale"] == "de"
    assert session["success_url"] == f"{shop}/thanks?session_id={{CHECKOUT_SESSION_ID}}"


async def test_null_means_left_out(gateway: ServedGateway) -> None:
    absent = dict.fromkeys(OPTIONAL)
    assert await buy(gateway, **absent, idempotencyKey=None)


async def test_the_url_names_the_language_where_no_header_can(gateway: ServedGateway) -> None:
    """An EventSource sends the browser's languages, whatever language the page is in."""
    query, headers = "{ payments { pageInfo { hasNextPage } } }", {"Accept-Language": "en"}
    said = {}
    for language in ("zh", "en", "xx"):
        answer = await gateway.shop.get("/graphql", params={"query": query, "lang": language}, headers=headers)
        said[language] = answer.json()["errors"][0]["message"]
    assert not said["zh"].isascii()
    assert said["en"].isascii()
    assert said["xx"] == said["en"]


async def _first(gateway: ServedGateway, transport: str, **variables: Any) -> dict[str, Any]:
    """The first payment that the subscription sends."""
    if transport == "WebSocket":
        async with socket(gateway) as watcher:
            await watcher.subscribe(WATCH, **variables)
            message = await watcher.receive()
    else:
        async with aclosing(events(gateway, WATCH, **variables)) as stream:
            _, data = await anext(stream)
            message = {"payload": data}
    payment: dict[str, Any] = message["payload"]["data"]["paymentStatus"]
    return payment


async def _until_paid(gateway: ServedGateway, session_id: str) -> dict[str, Any]:
    async with asyncio.timeout(GENEROUS_SECONDS):
        while True:
            payment: dict[str, Any] = (await ask(gateway, READ, id=session_id)).json()["data"]["paymentStatus"]
            if payment["status"] == "PAID":
                return payment


def _assert_watched(seen: list[dict[str, Any]]) -> None:
    assert seen[0] == {"status": "UNPAID", "version": 1, "isFinal": False}
    assert (seen[-1]["status"], seen[-1]["isFinal"]) == ("PAID", True)
    assert all(one["version"] < other["version"] for one, other in itertools.pairwise(seen))
