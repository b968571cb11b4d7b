"""Refunds, notices, several items and metadata as callers of GraphQL and REST meet them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.back_end import SECRET, BackEnd, back_end
from tests.harness.served_gateway import STARTER, ServedGateway, opened
from tests.harness.waiting import eventually

WRITER, READER = "ann:a-key-that-may-write", "bob:a-key-that-may-read:read"
REFUND = """mutation ($id: ID!, $amount: MinorUnits, $reason: RefundReason, $key: String) {
  refundPayment(sessionId: $id, amount: $amount, reason: $reason, idempotencyKey: $key) {
    __typename
    ... on Payment { status refundedAmount { amountMinor } refundRequests { by state amount { amountMinor } } }
    ... on Refusal { code message } } }"""
CREATE = """mutation ($input: CreateCheckoutSessionInput!) { createCheckoutSession(input: $input) {
  __typename ... on CheckoutSession { sessionId } ... on Refusal { code message } } }"""
SEEN = """query ($id: ID!) { paymentStatus(sessionId: $id) {
  status fulfilment { state at } operator { items { priceId quantity } metadata { key value } }
  deliveries { id type state } } }"""


@pytest.fixture
async def shop() -> AsyncIterator[BackEnd]:
    async with back_end() as shop:
        yield shop


@pytest.fixture
async def gateway(folder: Path, shop: BackEnd) -> AsyncIterator[ServedGateway]:
    keys = f"{WRITER},{READER}"
    async with opened(folder, admin_keys=keys, notify_urls=shop.url, notify_secrets=SECRET) as gateway:
        yield gateway


async def ask(gateway: ServedGateway, query: str, who: str | None = WRITER, **variables: Any) -> Any:
    headers = {"Authorization": f"Bearer {who.split(':')[1]}"} if who is not None else {}
    answer = await gateway.shop.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    body = answer.json()
    return body["data"] if "errors" not in body else body


async def paid(gateway: ServedGateway, **fields: Any) -> str:
    made = await gateway.create(**fields)
    session_id = str(made.json()["sessionId"])
    await gateway.pay(session_id)

    async def is_paid() -> bool:
        return bool((await gateway.status(session_id)).json()["status"] == "paid")

    await eventually(is_paid, what="it is paid")
    return session_id


async def test_an_operator_refunds_once_and_it_is_audited_by_name(gateway: ServedGateway) -> None:
    session_id = await paid(gateway)
    for _ in range(2):
        made = (await ask(gateway, REFUND, id=session_id, amount=200, reason="DUPLICATE", key="ticket"))[
            "refundPayment"
        ]
        assert made["refundedAmount"] == {"amountMinor": 200}
    assert made["status"] == "PAID"
    assert made["refundRequests"] == [{"by": "ann", "state": "MADE", "amount": {"amountMinor": 200}}]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"amount": 0}, "INVALID_REQUEST"),
        ({"amount": -1}, "INVALID_REQUEST"),
        ({"amount": 501}, "REFUND_TOO_LARGE"),
        ({"key": ""}, "INVALID_REQUEST"),
        ({"id": "cs_test_unknown"}, "SESSION_NOT_FOUND"),
    ],
)
async def test_what_cannot_be_refunded_is_a_refusal_that_says_why(
    gateway: ServedGateway, variables: dict[str, Any], code: str
) -> None:
    session_id = await paid(gateway)
    refusal = (await ask(gateway, REFUND, **({"id": session_id} | variables)))["refundPayment"]
    assert (refusal["__typename"], refusal["code"]) == ("Refusal", code)
    assert refusal["message"]


@pytest.mark.parametrize("amount", [1.5, "200", 2**60, True])
async def test_an_amount_that_is_no_whole_number_is_named(gateway: ServedGateway, amount: object) -> None:
    session_id = await paid(gateway)
    answer = await ask(gateway, REFUND, id=session_id, amount=amount)
    assert "$amount" in answer["errors"][0]["message"]


async def test_only_a_key_that_may_write_refunds(gateway: ServedGateway) -> None:
    session_id = await paid(gateway)
    for key in (None, READER):
        answer = await ask(gateway, REFUND, key, id=session_id)
        assert answer["errors"][0]["extensions"] == {"code": "unauthenticated"}


async def test_an_unpaid_payment_is_not_refunded(gateway: ServedGateway) -> None:
    session_id = (await gateway.create()).json()["sessionId"]
    refusal = (await ask(gateway, REFUND, id=session_id))["refundPayment"]
    assert (refusal["code"], "not paid" in refusal["message"]) == ("NOT_REFUNDABLE", True)


async def test_the_news_is_delivered_and_seen_by_the_buyer_and_by_operators(
    gateway: ServedGateway, shop: BackEnd
) -> None:
    session_id = await paid(gateway, metadata={"basket": "81"})

    async def is_delivered() -> bool:
        seen = (await ask(gateway, SEEN, id=session_id))["paymentStatus"]
        return bool(seen["fulfilment"]["state"] == "DELIVERED")

    await eventually(is_delivered, what="the back end knows")
    seen = (await ask(gateway, SEEN, id=session_id))["paymentStatus"]
    assert seen["operator"]["metadata"] == [{"key": "basket", "value": "81"}]
    assert ("PAID", "DELIVERED") in {(one["type"], one["state"]) for one in seen["deliveries"]}
    [notice] = [one for one in shop.of(session_id) if one.type == "payment.paid"]
    assert notice.body["metadata"] == {"basket": "81"}
    replay = "mutation ($id: ID!) { replayDelivery(id: $id) { __typename ... on Delivery { state } } }"
    assert (await ask(gateway, replay, id=notice.id))["replayDelivery"] == {
        "__typename": "Delivery",
        "state": "PENDING",
    }
    await eventually(lambda: [one.id for one in shop.notices].count(notice.id) == 2, what="it comes again")
    unknown = (await ask(gateway, replay, id="msg_unknown"))["replayDelivery"]
    assert unknown == {"__typename": "Refusal"}


async def test_deliveries_are_listed_page_by_page(gateway: ServedGateway, shop: BackEnd) -> None:
    sessions = [await paid(gateway) for _ in range(3)]
    await eventually(lambda: {one.body["sessionId"] for one in shop.taken} == set(sessions), what="all are sent")
    page = """query ($where: DeliveryFilter, $after: String) { deliveries(filter: $where, first: 1, after: $after) {
      edges { node { sessionId type state tries } } pageInfo { hasNextPage endCursor } } }"""
    seen, after = [], None
    while True:
        found = (await ask(gateway, page, where={"type": "PAID"}, after=after))["deliveries"]
        seen += [edge["node"]["sessionId"] for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert sorted(seen) == sorted(sessions)
    assert (await ask(gateway, page, where={"sessionId": "cs_test_unknown"}))["deliveries"]["edges"] == []


async def test_several_items_are_created_over_both_ways_in(gateway: ServedGateway) -> None:
    items = [{"priceId": STARTER, "quantity": 2}]
    by_rest = await gateway.shop.post("/api/create-checkout-session", json={"items": items})
    assert by_rest.status_code == 200, by_rest.text
    made = await ask(gateway, CREATE, None, input={"items": items, "metadata": [{"key": "a", "value": "b"}]})
    session_id = made["createCheckoutSession"]["sessionId"]
    seen = (await ask(gateway, SEEN, id=session_id))["paymentStatus"]["operator"]
    assert seen == {"items": items, "metadata": [{"key": "a", "value": "b"}]}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"items": [{"priceId": STARTER}, {"priceId": "price_x", "quantity": 0}]}, "items[1].priceId"),
        ({"items": [{"priceId": STARTER, "quantity": 1000}]}, "items[0].quantity"),
        ({"items": [{"priceId": STARTER, "quantity": "1"}]}, "items[0].quantity"),
        ({"items": [{"priceId": STARTER, "amount": 1}]}, "items[0].amount"),
        ({"items": [{}]}, "items[0].priceId"),
        ({"items": ["x"]}, "items[0]"),
        ({"items": []}, "items"),
        ({"items": [{"priceId": STARTER}], "priceId": STARTER}, "items"),
        ({"priceId": STARTER, "metadata": {"gateway_x": "1"}}, "metadata.gateway_x"),
        ({"priceId": STARTER, "metadata": {"a": 1}}, "metadata"),
        ({"priceId": STARTER, "metadata": {f"k{n}": "v" for n in range(21)}}, "metadata"),
    ],
)
async def test_what_is_wrong_in_a_list_is_named_by_its_place(
    gateway: ServedGateway, body: dict[str, Any], words: str
) -> None:
    answer: httpx.Response = await gateway.shop.post("/api/create-checkout-session", json=body)
    assert answer.status_code == 400
    assert f"`{words}`" in answer.json()["error"]["message"]
