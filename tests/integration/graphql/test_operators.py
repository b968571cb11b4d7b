"""What operators ask and do: lists with cursors, figures, replays, reconciliations, and nothing of it for others."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema

from gateway.graphql.schema import print_sdl
from tests.integration.graphql.conftest import STARTER, ServedGateway, ask, buy, events, opened, raw_socket, socket
from tests.integration.graphql.operators import ADMIN, KEY, admin, until
from tests.unit.graphql.walk import guarded_fields

LIST = """query List($filter: PaymentFilter, $first: Int, $after: String) {
  payments(filter: $filter, first: $first, after: $after) {
    feedCursor
    edges { cursor node {
      sessionId status
      operator { paymentId clientReferenceId priceId quantity creation caller allowRepeat livemode intentIds }
    } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
EVENTS = """query Events($filter: WebhookEventFilter, $first: Int) {
  webhookEvents(filter: $filter, first: $first) {
    edges { node { id type state paymentId livemode createdAt receivedAt tries nextTryAt error } }
    pageInfo { hasNextPage endCursor }
  }
}"""
REPLAY = """mutation Replay($id: ID!) {
  replayWebhookEvent(id: $id) {
    ... on WebhookEventReplay { changed event { id state } }
    ... on Refusal { code message }
  }
}"""
RECONCILE = """mutation Reconcile($window: ReconciliationWindow) {
  reconcile(window: $window) {
    id trigger outcome sessions differenceCount repaired from to
    ledger { here { amountMinor currency } drift { amountMinor } }
    differences(first: 5) { kind sessionId repaired }
  }
}"""
STATS = """{ paymentStats(window: HOUR) {
  total final successRate discrepancies refused byStatus { status count }
  currencies {
    currency paidCount captured { amountMinor formatted } refunded { amountMinor } disputed { amountMinor }
  }
} }"""

GUARDED_PAYMENT_FIELDS = {
    "expectedAmount": "{ amountMinor }",
    "totals": "{ netMinor }",
    "movements": "{ number }",
    "disputes": "{ id }",
    "discrepancies": "{ id }",
    "attempts": "{ id }",
    "refundRequests": "{ id }",
    "deliveries": "{ id }",
}


@pytest.fixture
async def gateway(folder: Path) -> AsyncIterator[ServedGateway]:
    async with opened(folder, admin_keys=KEY, rate_limit="1000/minute") as gateway:
        yield gateway


async def test_payments_are_listed_newest_first_and_page_by_page(gateway: ServedGateway) -> None:
    bought = [await buy(gateway, clientReferenceId=f"order-{number}") for number in range(5)]
    seen: list[str] = []
    after, pages = None, 0
    while True:
        page = (await admin(gateway, LIST, first=2, after=after))["payments"]
        seen += [edge["node"]["sessionId"] for edge in page["edges"]]
        pages += 1
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert (seen, pages) == (bought[::-1], 3)


async def test_an_operator_sees_whose_payment_it_is(gateway: ServedGateway) -> None:
    session_id = await buy(gateway, clientReferenceId="order-7", quantity=2)
    await buy(gateway)
    edges = (await admin(gateway, LIST, filter={"clientReferenceId": "order-7", "status": "UNPAID"}))["payments"][
        "edges"
    ]
    reported = edges[0]["node"]["operator"]
    assert [edge["node"]["sessionId"] for edge in edges] == [session_id]
    assert (reported["clientReferenceId"], reported["priceId"], reported["quantity"]) == ("order-7", STARTER, 2)
    assert (reported["creation"], reported["caller"], reported["allowRepeat"]) == ("LINKED", "anonymous", False)
    assert (reported["livemode"], reported["intentIds"]) == (False, [])
    read = "query ($id: ID!) { paymentStatus(sessionId: $id) { operator { paymentId } } }"
    assert (await admin(gateway, read, id=session_id))["paymentStatus"]["operator"] == {
        "paymentId": reported["paymentId"]
    }


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 0},
        {"first": 201},
        {"first": -1},
        {"after": "nonsense"},
        {"after": "x" * 5000},
        {"filter": {"clientReferenceId": "\x00"}},
        {"filter": {"createdFrom": "0001-01-01T00:00:00+14:00"}},
    ],
)
async def test_a_list_refuses_what_it_cannot_page_by(gateway: ServedGateway, variables: dict[str, Any]) -> None:
    answer = (await ask(gateway, LIST, ADMIN, **variables)).json()
    assert answer["errors"][0]["extensions"] == {"code": "invalid_request"}


async def test_null_and_times_without_a_zone_are_understood(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    page = (await admin(gateway, LIST, first=None, after=None, filter={"createdFrom": "2020-01-01T00:00:00"}))[
        "payments"
    ]
    assert [edge["node"]["sessionId"] for edge in page["edges"]] == [session_id]


async def test_events_are_listed_and_replayed_without_effect(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    await gateway.pay(session_id)
    await until(gateway, session_id, "PAID")
    first = (await admin(gateway, EVENTS, first=1))["webhookEvents"]
    assert len(first["edges"]) == 1
    assert first["pageInfo"]["hasNextPage"]
    applied = (await admin(gateway, EVENTS, filter={"state": "APPLIED"}))["webhookEvents"]["edges"]
    event = applied[0]["node"]
    mine = (await admin(gateway, EVENTS, filter={"paymentId": event["paymentId"]}))["webhookEvents"]["edges"]
    assert {edge["node"]["paymentId"] for edge in mine} == {event["paymentId"]}
    replay = (await admin(gateway, REPLAY, id=event["id"]))["replayWebhookEvent"]
    assert replay == {"changed": False, "event": {"id": event["id"], "state": "APPLIED"}}


@pytest.mark.parametrize(("event_id", "code"), [("evt_unknown", "NOT_FOUND"), ("\x00", "INVALID_REQUEST")])
async def test_replaying_what_is_not_there_is_a_refusal(gateway: ServedGateway, event_id: str, code: str) -> None:
    refused = (await admin(gateway, REPLAY, id=event_id))["replayWebhookEvent"]
    assert refused["code"] == code
    assert refused["message"]


async def test_stats_count_and_sum(gateway: ServedGateway) -> None:
    paid = await buy(gateway)
    await buy(gateway)
    await gateway.pay(paid)
    await until(gateway, paid, "PAID")
    stats = (await admin(gateway, STATS))["paymentStats"]
    counts = {line["status"]: line["count"] for line in stats["byStatus"]}
    assert len(counts) == 7
    assert {status: count for status, count in counts.items() if count} == {"PAID": 1, "UNPAID": 1}
    assert (stats["total"], stats["final"], stats["successRate"]) == (2, 1, 1.0)
    assert (stats["discrepancies"], stats["refused"]) == (0, 0)
    assert stats["currencies"] == [
        {
            "currency": "usd",
            "paidCount": 1,
            "captured": {"amountMinor": 500, "formatted": "$5.00"},
            "refunded": {"amountMinor": 0},
            "disputed": {"amountMinor": 0},
        }
    ]


async def test_a_key_that_may_only_read_sees_everything_and_changes_nothing(folder: Path) -> None:
    """Every mutation, over HTTP; the list of the schema's own guarded fields keeps the table complete."""
    reader = "a-reading-key-of-the-tests"
    headers = {"Authorization": f"Bearer {reader}"}
    async with opened(folder, admin_keys=f"{KEY},auditor:{reader}:read") as gateway:
        session_id = await buy(gateway)
        for field, document in _documents(session_id).items():
            if field.startswith("Subscription"):
                continue
            answer = (await ask(gateway, document, headers)).json()
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            assert codes == (["unauthenticated"] if field.startswith("Mutation") else []), (field, answer)
        assert (await gateway.status(session_id)).json() == {"status": "unpaid"}


async def test_a_reconciliation_runs_and_is_listed(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    await gateway.pay(session_id)
    await until(gateway, session_id, "PAID")
    run = (await admin(gateway, RECONCILE))["reconcile"]
    assert (run["trigger"], run["outcome"], run["sessions"], run["differences"]) == ("graphql", "CLEAN", 1, [])
    assert run["ledger"] == [{"here": {"amountMinor": 500, "currency": "usd"}, "drift": {"amountMinor": 0}}]
    listed = await admin(gateway, "{ reconciliations { edges { cursor node { id } } pageInfo { hasNextPage } } }")
    assert [edge["node"]["id"] for edge in listed["reconciliations"]["edges"]] == [run["id"]]
    assert listed["reconciliations"]["pageInfo"] == {"hasNextPage": False}


@pytest.mark.parametrize(
    "window",
    [
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2025-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"to": "9999-12-31T23:59:59Z"},
        {"to": "0001-01-01T00:00:00Z"},
    ],
)
async def test_a_window_out_of_bounds_is_refused(gateway: ServedGateway, window: dict[str, str]) -> None:
    answer = (await ask(gateway, RECONCILE, ADMIN, window=window)).json()
    assert answer["errors"][0]["extensions"] == {"code": "invalid_request"}


async def test_no_operator_field_answers_an_anonymous_caller(gateway: ServedGateway) -> None:
    """Every guarded field of the schema, with no key, a wrong one, and a right one in the wrong words."""
    session_id = await buy(gateway, clientReferenceId="secret-order")
    guarded = guarded_fields(build_schema(print_sdl()))
    documents = _documents(session_id)
    assert {*documents} == guarded - {"Reconciliation.differences"}, "the list above lacks a guarded field"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": KEY}, {"Authorization": f"Basic {KEY}"}):
        for field, document in documents.items():
            if field.startswith("Subscription"):
                continue
            answer = await ask(gateway, document, headers)
            (error,) = answer.json()["errors"]
            assert error["extensions"] == {"code": "unauthenticated"}, field
            assert "secret-order" not in answer.text
            assert session_id not in answer.text


async def test_the_feed_begins_for_operators_alone(gateway: ServedGateway) -> None:
    feed = "subscription { payments { sessionId } }"
    (reported, _) = [event async for event in events(gateway, feed)]
    assert reported[1] == {"data": None, "errors": reported[1]["errors"]} or "data" not in reported[1]
    assert reported[1]["errors"][0]["extensions"] == {"code": "unauthenticated"}
    payloads: list[dict[str, Any]] = [{}, {"authorization": "Bearer wrong"}, {"headers": {}}, {"Authorization": KEY}]
    for payload in payloads:
        async with socket(gateway, **payload) as client:
            await client.subscribe(feed)
            refused = await client.receive()
            assert refused["type"] == "error"
            assert refused["payload"][0]["extensions"] == {"code": "unauthenticated"}


@pytest.mark.parametrize("payload", [{"authorization": [KEY]}, {"headers": [KEY]}])
async def test_a_key_of_a_wrong_type_closes_the_socket_with_a_reason(
    payload: dict[str, Any], gateway: ServedGateway
) -> None:
    async with raw_socket(gateway) as client:
        await client.send(type="connection_init", payload=payload)
        code, reason = await client.closed()
    assert (code, reason) in {
        (4400, "`payload.authorization` must be a string"),
        (4400, "`payload.headers` must be an object"),
    }


@pytest.mark.parametrize("where", ["authorization", "Authorization", "headers"])
async def test_a_socket_is_an_operators_by_its_first_message(where: str, gateway: ServedGateway) -> None:
    await buy(gateway)
    key: Any = f"Bearer {KEY}"
    async with socket(gateway, **{where: {"Authorization": key} if where == "headers" else key}) as client:
        await client.subscribe("{ payments { edges { node { status } } } }")
        answer = await client.receive()
        assert answer["payload"] == {"data": {"payments": {"edges": [{"node": {"status": "UNPAID"}}]}}}
    async with raw_socket(gateway) as client:
        await client.send(type="connection_init")
        await client.receive()
        await client.subscribe("{ payments { feedCursor } }")
        assert (await client.receive())["payload"]["errors"][0]["extensions"] == {"code": "unauthenticated"}


async def test_without_keys_nobody_is_an_operator(folder: Path) -> None:
    async with opened(folder) as gateway:
        for key in ("", "Bearer", f"Bearer {KEY}"):
            answer = await ask(gateway, "{ payments { feedCursor } }", {"Authorization": key})
            assert answer.json()["errors"][0]["extensions"] == {"code": "unauthenticated"}


def _documents(session_id: str) -> dict[str, str]:
    return {
        "Query.payments": "{ payments { edges { node { sessionId operator { clientReferenceId } } } } }",
        "Query.paymentStats": "{ paymentStats { total } }",
        "Query.webhookEvents": "{ webhookEvents { edges { node { id } } } }",
        "Query.reconciliations": "{ reconciliations { edges { node { id } } } }",
        "Mutation.replayWebhookEvent": 'mutation { replayWebhookEvent(id: "evt_1") { __typename } }',
        "Mutation.reconcile": "mutation { reconcile { id } }",
        "Subscription.payments": "subscription { payments { sessionId } }",
        "Query.discrepancies": "{ discrepancies { edges { node { id } } } }",
        "Mutation.acknowledgeDiscrepancy": 'mutation { acknowledgeDiscrepancy(id: "1") { __typename } }',
        "Mutation.resolveDiscrepancy": 'mutation { resolveDiscrepancy(id: "1", note: "seen") { __typename } }',
        "Query.search": '{ search(clue: "secret-order") { sessionId } }',
        "Query.paymentSeries": "{ paymentSeries { created } }",
        "Query.declineReasons": "{ declineReasons { code } }",
        "Query.packageStats": "{ packageStats { paidCount } }",
        "Query.webhookEventBody": '{ webhookEventBody(id: "evt_1") }',
        "Mutation.refetchPayment": f'mutation {{ refetchPayment(sessionId: "{session_id}") {{ __typename }} }}',
        "Query.deliveries": "{ deliveries { edges { node { id } } } }",
        "Mutation.replayDelivery": 'mutation { replayDelivery(id: "msg_1") { __typename } }',
        "Mutation.refundPayment": f'mutation {{ refundPayment(sessionId: "{session_id}") {{ __typename }} }}',
        "Mutation.writeOffPayment": (
            f'mutation {{ writeOffPayment(sessionId: "{session_id}", note: "x") {{ __typename }} }}'
        ),
        **{
            f"Payment.{field}": f'{{ paymentStatus(sessionId: "{session_id}") {{ {field} {selection} }} }}'
            for field, selection in GUARDED_PAYMENT_FIELDS.items()
        },
        "Payment.operator": f'{{ paymentStatus(sessionId: "{session_id}") {{ operator {{ clientReferenceId }} }} }}',
    }
