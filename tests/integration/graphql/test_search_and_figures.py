"""A payment is found by whatever is in hand; figures over a window agree with the payments; Stripe is asked at will."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.graphql.conftest import STARTER, ServedGateway, ask, buy, opened
from tests.integration.graphql.operators import KEY, admin, until

SEARCH = "query Search($clue: String!) { search(clue: $clue) { sessionId } }"
MOVED = """query Moved($id: ID!) { paymentStatus(sessionId: $id) {
  movements { stripeId } attempts { id } operator { paymentId intentIds } } }"""
FIGURES = """{
  paymentSeries(window: HOUR) { from created succeeded failed }
  declineReasons(window: HOUR) { code declineCode count }
  packageStats(window: HOUR) { priceId paidCount captured { amountMinor currency } }
}"""
REFETCH = """mutation Refetch($id: ID!) { refetchPayment(sessionId: $id) {
  __typename ... on Payment { status explanation { askedAt } } ... on Refusal { code } } }"""


@pytest.fixture
async def gateway(folder: Path) -> AsyncIterator[ServedGateway]:
    async with opened(folder, admin_keys=KEY) as gateway:
        yield gateway


async def found(gateway: ServedGateway, clue: str) -> list[str]:
    return [one["sessionId"] for one in (await admin(gateway, SEARCH, clue=clue))["search"]]


async def pay(gateway: ServedGateway, session_id: str, method: str) -> None:
    form, key = {"payment_method": method}, {"Authorization": "Bearer sk_test_anything"}
    answer = await gateway.buyer.post(f"/v1/payment_pages/{session_id}/confirm", data=form, headers=key)
    assert answer.status_code in {200, 402}, answer.text


async def test_each_kind_of_clue_leads_to_the_payment(gateway: ServedGateway) -> None:
    session_id = await buy(gateway, clientReferenceId="order-118", customerEmail="Jenny@Example.com")
    other = await buy(gateway, clientReferenceId="order-119")
    await pay(gateway, session_id, "pm_card_visa")
    await until(gateway, session_id, "PAID")
    payment = (await admin(gateway, MOVED, id=session_id))["paymentStatus"]
    events = (await admin(gateway, "{ webhookEvents { edges { node { id paymentId } } } }"))["webhookEvents"]["edges"]
    clues = [
        session_id,
        f"  {session_id}  ",
        "order-118",
        "jenny@example.com",
        "JENNY@EXAMPLE.COM",
        payment["operator"]["paymentId"],
        *payment["operator"]["intentIds"],
        *(one["id"] for one in payment["attempts"]),
        *(edge["node"]["id"] for edge in events if edge["node"]["paymentId"] == payment["operator"]["paymentId"]),
    ]
    assert len(clues) >= 8
    assert {clue: await found(gateway, clue) for clue in clues} == {clue: [session_id] for clue in clues}
    assert await found(gateway, "order-119") == [other]


@pytest.mark.parametrize("clue", ["5", "5.00", "$5.00", "5.00 USD", "500"])
async def test_an_amount_leads_to_whoever_paid_it(gateway: ServedGateway, clue: str) -> None:
    session_id = await buy(gateway)
    await pay(gateway, session_id, "pm_card_visa")
    await until(gateway, session_id, "PAID")
    assert await found(gateway, clue) == [session_id]


@pytest.mark.parametrize(
    "clue",
    ["", "   ", "cs_test_nobody", "pi_nobody", "evt_", "_", "nobody@x.com", "%", "a" * 256, "\x00", "7.77"],
)
async def test_what_leads_to_nothing_is_answered_with_nothing(gateway: ServedGateway, clue: str) -> None:
    await buy(gateway)
    assert await found(gateway, clue) == []


async def test_figures_over_a_window_are_those_of_its_payments(gateway: ServedGateway) -> None:
    outcomes = ["pm_card_visa", "pm_card_visa", "pm_card_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclined"]
    statuses = {"pm_card_visa": "PAID"}
    for method in outcomes:
        session_id = await buy(gateway)
        await pay(gateway, session_id, method)
        await until(gateway, session_id, statuses.get(method, "FAILED"))
    three = await buy(gateway, quantity=3)
    await pay(gateway, three, "pm_card_visa")
    await until(gateway, three, "PAID")
    await buy(gateway)
    figures = await admin(gateway, FIGURES)
    points = figures["paymentSeries"]
    assert [sum(point[part] for point in points) for part in ("created", "succeeded", "failed")] == [6, 3, 2]
    assert [point["from"] for point in points] == sorted(point["from"] for point in points)
    assert sorted((one["declineCode"], one["count"]) for one in figures["declineReasons"]) == [
        ("generic_decline", 1),
        ("insufficient_funds", 1),
    ]
    sold = [(one["priceId"], one["paidCount"], one["captured"]["amountMinor"]) for one in figures["packageStats"]]
    assert sold == [(STARTER, 3, 2500)]


async def test_an_operator_has_stripe_asked_now(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    await pay(gateway, session_id, "pm_card_visa")
    answer = (await admin(gateway, REFETCH, id=session_id))["refetchPayment"]
    assert (answer["__typename"], answer["status"]) == ("Payment", "PAID")
    assert answer["explanation"]["askedAt"] is not None
    missing = (await admin(gateway, REFETCH, id="cs_test_nobody"))["refetchPayment"]
    assert missing == {"__typename": "Refusal", "code": "SESSION_NOT_FOUND"}
    anonymous = (await ask(gateway, REFETCH, id=session_id)).json()
    assert anonymous["errors"][0]["extensions"]["code"] == "unauthenticated"


async def test_an_event_is_read_as_stripe_sent_it(gateway: ServedGateway) -> None:
    session_id = await buy(gateway)
    await pay(gateway, session_id, "pm_card_visa")
    await until(gateway, session_id, "PAID")
    page = (await admin(gateway, "{ webhookEvents { edges { node { id type } } } }"))["webhookEvents"]
    event = page["edges"][0]["node"]
    read = "query Body($id: ID!) { webhookEventBody(id: $id) }"
    body = json.loads((await admin(gateway, read, id=event["id"]))["webhookEventBody"])
    assert (body["id"], body["type"]) == (event["id"], event["type"])
    assert (await admin(gateway, read, id="evt_nobody"))["webhookEventBody"] is None
    assert (
        "errors"
        in (await ask(gateway, read, {"Authorization": "Bearer wrong-wrong-wrong-wrong"}, id=event["id"])).json()
    )
