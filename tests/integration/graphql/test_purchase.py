"""A purchase through GraphQL alone: created, watched over both streams, paid, explained."""

import asyncio
import itertools
from typing import Any

from tests.integration.graphql.conftest import CANCEL, CREATE, STARTER, WATCH, House, ask, buy, events, socket

READ = """query Read($id: ID!) {
  paymentStatus(sessionId: $id) {
    sessionId status isFinal version disputed checkoutUrl createdAt updatedAt expiresAt
    price { id name unitAmount { amountMinor currency formatted } }
    amount { amountMinor currency formatted }
    refundedAmount { amountMinor }
    lastFailure { code declineCode message advice at }
    history { version from to cause at }
    explanation { rule { number name } facts anomalies askedAt attempts { state at } wrongMoney { formatted } }
  }
}"""
GENEROUS_SECONDS = 20


async def test_a_socket_sees_the_snapshot_each_change_and_the_end(house: House) -> None:
    session_id = await buy(house)
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(GENEROUS_SECONDS), socket(house) as watcher:
        await watcher.subscribe(WATCH, id=session_id)
        while (message := await watcher.receive())["type"] == "next":
            seen.append(message["payload"]["data"]["paymentStatus"])
            if len(seen) == 1:
                await house.pay(session_id)
    assert message == {"id": "1", "type": "complete"}
    _assert_watched(seen)


async def test_an_event_stream_sees_the_same(house: House) -> None:
    session_id = await buy(house)
    seen: list[dict[str, Any]] = []
    names = []
    async with asyncio.timeout(GENEROUS_SECONDS):
        async for name, data in events(house, WATCH, id=session_id):
            names.append(name)
            if data is not None:
                seen.append(data["data"]["paymentStatus"])
            if len(names) == 1:
                await house.pay(session_id)
    assert names == ["next"] * len(seen) + ["complete"]
    _assert_watched(seen)


async def test_a_watch_resumes_after_the_version_it_has(house: House) -> None:
    session_id = await buy(house)
    async with asyncio.timeout(GENEROUS_SECONDS), socket(house) as watcher:
        await watcher.subscribe(WATCH, id=session_id, since=1)
        await house.pay(session_id)
        first = await watcher.receive()
    assert first["payload"]["data"]["paymentStatus"]["version"] > 1


async def test_a_final_payment_is_one_snapshot_and_the_end(house: House) -> None:
    session_id = await buy(house)
    await house.pay(session_id)
    await _until_paid(house, session_id)
    found = [event async for event in events(house, WATCH, id=session_id)]
    assert [name for name, _ in found] == ["next", "complete"]


async def test_a_paid_payment_is_explained(house: House) -> None:
    session_id = await buy(house)
    await house.pay(session_id)
    payment = await _until_paid(house, session_id)
    assert payment["price"]["id"] == STARTER
    assert payment["amount"] == {"amountMinor": 500, "currency": "usd", "formatted": "$5.00"}
    assert payment["checkoutUrl"] is None
    assert payment["explanation"]["rule"] == {"number": 1, "name": "money received"}
    assert {"MONEY", "COMPLETE"} <= set(payment["explanation"]["facts"])
    assert payment["explanation"]["anomalies"] == []
    assert payment["history"][0]["from"] is None
    assert payment["history"][-1]["to"] == "PAID"
    assert [change["version"] for change in payment["history"]] == list(range(1, payment["version"] + 1))


async def test_canceling_closes_an_open_session_and_leaves_a_paid_one(house: House) -> None:
    open_one, paid_one = await buy(house), await buy(house)
    await house.pay(paid_one)
    canceled = (await ask(house, CANCEL, id=open_one)).json()["data"]["cancelCheckoutSession"]
    kept = (await ask(house, CANCEL, id=paid_one)).json()["data"]["cancelCheckoutSession"]
    assert canceled == {"__typename": "Payment", "status": "CANCELED", "isFinal": True}
    assert kept == {"__typename": "Payment", "status": "PAID", "isFinal": True}


async def test_the_same_key_gives_the_same_session_and_another_request_conflicts(house: House) -> None:
    first = await buy(house, idempotencyKey="order-1")
    assert await buy(house, idempotencyKey="order-1") == first
    answer = await ask(house, CREATE, input={"priceId": STARTER, "idempotencyKey": "order-1", "quantity": 2})
    assert answer.json()["data"]["createCheckoutSession"]["code"] == "IDEMPOTENCY_CONFLICT"


async def test_an_open_session_of_the_same_order_is_handed_back(house: House) -> None:
    wish = {"priceId": STARTER, "clientReferenceId": "order-2"}
    answers = [(await ask(house, CREATE, input=wish)).json()["data"]["createCheckoutSession"] for _ in range(2)]
    assert [answer["reused"] for answer in answers] == [False, True]
    assert answers[0]["sessionId"] == answers[1]["sessionId"]


async def test_null_means_left_out(house: House) -> None:
    absent = dict.fromkeys(["quantity", "clientReferenceId", "customerEmail", "successUrl", "cancelUrl", "locale"])
    assert await buy(house, **absent, idempotencyKey=None)


async def _until_paid(house: House, session_id: str) -> dict[str, Any]:
    async with asyncio.timeout(GENEROUS_SECONDS):
        while True:
            payment: dict[str, Any] = (await ask(house, READ, id=session_id)).json()["data"]["paymentStatus"]
            if payment["status"] == "PAID":
                return payment


def _assert_watched(seen: list[dict[str, Any]]) -> None:
    assert seen[0] == {"status": "UNPAID", "version": 1, "isFinal": False}
    assert (seen[-1]["status"], seen[-1]["isFinal"]) == ("PAID", True)
    assert all(one["version"] < other["version"] for one, other in itertools.pairwise(seen))
