"""What operators see of money, and what they do about what somebody has to look at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.graphql.conftest import ServedGateway, buy, opened
from tests.integration.graphql.operators import KEY, admin, until

DISCREPANCIES = """query Discrepancies($filter: DiscrepancyFilter) {
  discrepancies(filter: $filter) {
    edges { node { id kind subject detail state payments changes { from to by note } } }
    pageInfo { hasNextPage }
  }
}"""
MONEY = """query Money($id: ID!) { paymentStatus(sessionId: $id) {
  expectedAmount { amountMinor currency }
  totals { currency capturedMinor refundedMinor disputedMinor netMinor }
  movements { number kind amount { amountMinor currency } cause stripeId }
  disputes { id }
  discrepancies { kind }
  attempts { state }
} }"""
WRITE_OFF = """mutation WriteOff($id: ID!, $note: String!) {
  writeOffPayment(sessionId: $id, note: $note) {
    __typename
    ... on Payment { status isFinal }
    ... on Refusal { code message }
  }
}"""


@pytest.fixture
async def gateway(folder: Path) -> AsyncIterator[ServedGateway]:
    async with opened(folder, admin_keys=KEY) as gateway:
        yield gateway


async def test_an_operator_sees_the_money_of_a_payment(gateway: ServedGateway) -> None:
    session_id = await buy(gateway, quantity=2)
    await gateway.pay(session_id)
    await until(gateway, session_id, "PAID")
    payment = (await admin(gateway, MONEY, id=session_id))["paymentStatus"]
    (movement,) = [line for line in payment.pop("movements") if line["stripeId"].startswith("pi_")]
    assert (movement["kind"], movement["amount"]) == ("CAPTURE", {"amountMinor": 1000, "currency": "usd"})
    assert movement["cause"]
    assert payment == {
        "expectedAmount": {"amountMinor": 1000, "currency": "usd"},
        "totals": [
            {"currency": "usd", "capturedMinor": 1000, "refundedMinor": 0, "disputedMinor": 0, "netMinor": 1000}
        ],
        "disputes": [],
        "discrepancies": [],
        "attempts": [{"state": "SUCCEEDED"}],
    }


async def test_a_payment_that_is_not_complete_is_not_written_off_and_an_unknown_one_is_not_found(
    gateway: ServedGateway,
) -> None:
    paid = await buy(gateway)
    await gateway.pay(paid)
    await until(gateway, paid, "PAID")
    rows = {paid: "INVALID_REQUEST", "cs_test_unknown": "SESSION_NOT_FOUND"}
    for session_id, code in rows.items():
        refused = (await admin(gateway, WRITE_OFF, id=session_id, note="The buyer has left."))["writeOffPayment"]
        assert refused["code"] == code
        assert refused["message"]


async def test_writing_off_an_open_session_expires_it(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    ended = (await admin(gateway, WRITE_OFF, id=session_id, note="Not wanted any more."))["writeOffPayment"]
    assert ended == {"__typename": "Payment", "status": "EXPIRED", "isFinal": True}


async def test_the_same_purchase_paid_twice_is_a_discrepancy_that_an_operator_resolves(gateway: ServedGateway) -> None:
    """For anonymous callers a reference is a label, so that both can be paid; somebody has to look."""
    both = [await buy(gateway, clientReferenceId="order-9") for _ in range(2)]
    for session_id in both:
        await gateway.pay(session_id)
        await until(gateway, session_id, "PAID")
    edges = (await admin(gateway, DISCREPANCIES, filter={"sessionId": both[0]}))["discrepancies"]["edges"]
    (found,) = [edge["node"] for edge in edges]
    assert (found["kind"], found["state"], len(found["payments"])) == ("DUPLICATE_PURCHASE", "OPEN", 2)
    acknowledge = "mutation ($id: ID!) { acknowledgeDiscrepancy(id: $id) { ... on Discrepancy { state } } }"
    resolve = """mutation ($id: ID!, $note: String!) { resolveDiscrepancy(id: $id, note: $note) {
      ... on Discrepancy { state changes { from to by note } } ... on Refusal { code } } }"""
    seen = (await admin(gateway, acknowledge, id=found["id"]))["acknowledgeDiscrepancy"]
    assert seen == {"state": "ACKNOWLEDGED"}
    assert (await admin(gateway, resolve, id=found["id"], note=" "))["resolveDiscrepancy"] == {
        "code": "INVALID_REQUEST"
    }
    resolved = (await admin(gateway, resolve, id=found["id"], note="Both were wanted."))["resolveDiscrepancy"]
    assert resolved["state"] == "RESOLVED"
    assert [change["to"] for change in resolved["changes"]] == ["OPEN", "ACKNOWLEDGED", "RESOLVED"]
    assert resolved["changes"][-1]["note"] == "Both were wanted."
    assert (await admin(gateway, DISCREPANCIES, filter={"state": "OPEN"}))["discrepancies"]["edges"] == []


@pytest.mark.parametrize("mutation", ["acknowledgeDiscrepancy", "resolveDiscrepancy"])
async def test_a_discrepancy_that_is_not_there_is_a_refusal(gateway: ServedGateway, mutation: str) -> None:
    for identity, code in (("0" * 32, "NOT_FOUND"), ("\x00", "INVALID_REQUEST")):
        query = f'mutation ($id: ID!) {{ {mutation}(id: $id, note: "n") {{ ... on Refusal {{ code }} }} }}'
        assert (await admin(gateway, query, id=identity))[mutation]["code"] == code
