"""What operators read of money and of the desk, and the steps they take there."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.domain.attempts import Attempt, AttemptState, Reported, Source
from gateway.domain.discrepancies import DiscrepancyKind, DiscrepancyState
from gateway.domain.errors import NotFound
from gateway.domain.facts import Asked, BalanceTransaction, Charge, Dispute, DisputeState, DisputeView, Facts, Intent
from gateway.domain.money import Money
from gateway.domain.movements import MovementKind
from gateway.domain.snapshot import visible
from gateway.services.operators.desk import DeskFilter
from gateway.services.operators.views import MovementView
from tests.unit.graphql.scripted import ANN, AT, EVE, ScriptedServices, run
from tests.unit.rest.stand_in import SESSION, UNPAID

FACTS = Facts(
    session_paid=True,
    complete=True,
    asked=frozenset({Asked(500, "usd", 500)}),
    named_intents=frozenset({"pi_1"}),
    intents={"pi_1": Intent(is_paid=True, received={"usd": 500})},
    charges={"ch_1": Charge(intent_id="pi_1", is_paid=True, captured={"usd": 500})},
    disputes={
        "dp_1": Dispute(
            newest=DisputeView(0, 1, DisputeState.NEEDS_RESPONSE, "fraudulent", 1_800_000_000),
            amounts={"usd": 200},
            transactions={"txn_1": BalanceTransaction(-200, "usd", 1_700_000_000)},
            intent_id="pi_1",
        )
    },
)
PAYMENT = replace(UNPAID, facts=FACTS, visible=visible(FACTS), expected=Money(600, "usd"))
MOVEMENT = MovementView(1, "pi_1", MovementKind.CAPTURE, Money(500, "usd"), None, AT, "retrieve")
FAILED = Attempt(
    state=AttemptState.FAILED,
    created=Reported(Source.CHARGE, 1_700_000_000),
    intent_id="pi_1",
    failure=Reported(Source.CHARGE, ("card_declined", "insufficient_funds", "Your card has insufficient funds.")),
)

READ = """
query ($id: ID!) {
  paymentStatus(sessionId: $id) {
    amount { amountMinor } paidAmount { amountMinor } refundedAmount { amountMinor } disputed
    expectedAmount { formatted }
    totals { currency capturedMinor refundedMinor disputedMinor netMinor }
    movements { number stripeId kind amount { formatted } occurredAt recordedAt cause }
    disputes { id state amount { formatted } reason respondBy }
    discrepancies { id }
    attempts { id state at intentId code declineCode message }
  }
}
"""
PUBLIC = """
query ($id: ID!) {
  paymentStatus(sessionId: $id) { status disputed explanation { rule { number name } facts askedAt } }
}
"""
GUARDED = ("expectedAmount { formatted }", "totals { currency }", "movements { number }", "disputes { id }",
           "discrepancies { id }", "attempts { id }")  # fmt: skip
DESK = """
query ($filter: DiscrepancyFilter) {
  discrepancies(filter: $filter, first: 10) {
    edges { cursor node { id kind subject detail state openedAt lastSeenAt payments
      changes { from to by note detail at } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""
ACKNOWLEDGE = """
mutation ($id: ID!, $note: String) { step: acknowledgeDiscrepancy(id: $id, note: $note) {
  __typename ... on Discrepancy { id } ... on Refusal { code } } }
"""
RESOLVE = """
mutation ($id: ID!, $note: String!) { step: resolveDiscrepancy(id: $id, note: $note) {
  __typename ... on Discrepancy { id } ... on Refusal { code } } }
"""
WRITE_OFF = """
mutation ($id: ID!, $note: String!) { step: writeOffPayment(sessionId: $id, note: $note) {
  __typename ... on Payment { sessionId } ... on Refusal { code } } }
"""


@pytest.fixture
def scripted() -> ScriptedServices:
    scripted = ScriptedServices()
    scripted.payments.snapshot = PAYMENT
    scripted.operators.movements = [MOVEMENT]
    scripted.operators.attempts = [("ch_0", FAILED)]
    return scripted


async def test_an_operator_reads_what_a_payment_brought(scripted: ScriptedServices) -> None:
    answer = await run(scripted, READ, operator=EVE, id=SESSION)
    assert answer == {
        "data": {
            "paymentStatus": {
                "amount": {"amountMinor": 500},
                "paidAmount": {"amountMinor": 500},
                "refundedAmount": {"amountMinor": 0},
                "disputed": True,
                "expectedAmount": {"formatted": "$6.00"},
                "totals": [
                    {
                        "currency": "usd",
                        "capturedMinor": 500,
                        "refundedMinor": 0,
                        "disputedMinor": 200,
                        "netMinor": 300,
                    }
                ],
                "movements": [
                    {
                        "number": 1,
                        "stripeId": "pi_1",
                        "kind": "CAPTURE",
                        "amount": {"formatted": "$5.00"},
                        "occurredAt": None,
                        "recordedAt": AT.isoformat(),
                        "cause": "retrieve",
                    }
                ],
                "disputes": [
                    {
                        "id": "dp_1",
                        "state": "NEEDS_RESPONSE",
                        "amount": {"formatted": "$2.00"},
                        "reason": "fraudulent",
                        "respondBy": "2027-01-15T08:00:00+00:00",
                    }
                ],
                "discrepancies": [{"id": "d1"}],
                "attempts": [
                    {
                        "id": "ch_0",
                        "state": "FAILED",
                        "at": "2023-11-14T22:13:20+00:00",
                        "intentId": "pi_1",
                        "code": "card_declined",
                        "declineCode": "insufficient_funds",
                        "message": "Your card has insufficient funds.",
                    }
                ],
            }
        }
    }


@pytest.mark.parametrize("field", GUARDED)
async def test_nobody_else_does(scripted: ScriptedServices, field: str) -> None:
    query = f"query ($id: ID!) {{ paymentStatus(sessionId: $id) {{ {field} }} }}"
    answer = await run(scripted, query, is_signed=True, id=SESSION)
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "unauthenticated"}]
    assert scripted.desk.calls == []


async def test_anybody_with_the_id_reads_why_a_payment_has_its_status(scripted: ScriptedServices) -> None:
    answer = await run(scripted, PUBLIC, id=SESSION)
    assert answer["data"]["paymentStatus"] == {
        "status": "PAID",
        "disputed": True,
        "explanation": {
            "rule": {"number": "1", "name": "money received"},
            "facts": ["MONEY", "SESSION_PAID", "COMPLETE"],
            "askedAt": None,
        },
    }


async def test_the_desk_is_a_connection(scripted: ScriptedServices) -> None:
    given = {"kind": "TOTAL_DIFFERS", "state": "OPEN", "sessionId": SESSION}
    answer = await run(scripted, DESK, operator=EVE, filter=given)
    opened = AT.isoformat()
    (edge,) = answer["data"]["discrepancies"]["edges"]
    assert edge["cursor"] == "c1"
    assert edge["node"] == {
        "id": "d1",
        "kind": "TOTAL_DIFFERS",
        "subject": "0" * 32,
        "detail": "Stripe asked for $4.00, expected $5.00",
        "state": "OPEN",
        "openedAt": opened,
        "lastSeenAt": opened,
        "payments": ["0" * 32],
        "changes": [
            {
                "from": None,
                "to": "OPEN",
                "by": "itself",
                "note": None,
                "detail": "Stripe asked for $4.00",
                "at": opened,
            }
        ],
    }
    place = {"hasNextPage": True, "hasPreviousPage": False, "endCursor": "c1"}
    assert answer["data"]["discrepancies"]["pageInfo"] == place
    where = DeskFilter(kind=DiscrepancyKind.TOTAL_DIFFERS, state=DiscrepancyState.OPEN, session_id=SESSION)
    assert scripted.desk.calls == [("page", where, 10, None)]


async def test_without_a_filter_everything_on_the_desk_is_listed(scripted: ScriptedServices) -> None:
    await run(scripted, DESK, operator=EVE)
    assert scripted.desk.calls == [("page", DeskFilter(), 10, None)]


@pytest.mark.parametrize(
    ("mutation", "note", "call"),
    [
        (ACKNOWLEDGE, None, ("acknowledge", "d1", "ann", None)),
        (ACKNOWLEDGE, "seen", ("acknowledge", "d1", "ann", "seen")),
        (RESOLVE, "a promotion code", ("resolve", "d1", "ann", "a promotion code")),
        (RESOLVE, "", ("resolve", "d1", "ann", "")),
    ],
)
async def test_an_operators_step_carries_its_name_and_note(
    scripted: ScriptedServices, mutation: str, note: str | None, call: tuple[Any, ...]
) -> None:
    answer = await run(scripted, mutation, operator=ANN, id="d1", note=note)
    assert answer["data"]["step"] == {"__typename": "Discrepancy", "id": "d1"}
    assert scripted.desk.calls == [call]


async def test_a_write_off_carries_the_operators_name_and_note(scripted: ScriptedServices) -> None:
    answer = await run(scripted, WRITE_OFF, operator=ANN, id=SESSION, note="the bank closed")
    assert answer["data"]["step"] == {"__typename": "Payment", "sessionId": SESSION}
    assert scripted.checkout.written_off == (SESSION, "ann", "the bank closed")


@pytest.mark.parametrize("mutation", [ACKNOWLEDGE, RESOLVE, WRITE_OFF])
async def test_an_expected_refusal_is_a_type(scripted: ScriptedServices, mutation: str) -> None:
    scripted.desk.fails = scripted.checkout.fails = NotFound()
    answer = await run(scripted, mutation, operator=ANN, id="d1", note="x")
    assert answer["data"]["step"] == {"__typename": "Refusal", "code": "NOT_FOUND"}


@pytest.mark.parametrize("note", ["x" * 2001, "\x00"])
@pytest.mark.parametrize("mutation", [ACKNOWLEDGE, RESOLVE, WRITE_OFF])
async def test_a_note_that_no_database_keeps_is_refused(scripted: ScriptedServices, mutation: str, note: str) -> None:
    answer = await run(scripted, mutation, operator=ANN, id="d1", note=note)
    assert answer["data"]["step"] == {"__typename": "Refusal", "code": "INVALID_REQUEST"}
    assert scripted.desk.calls == []


@pytest.mark.parametrize("operator", [None, EVE])
@pytest.mark.parametrize("mutation", [ACKNOWLEDGE, RESOLVE, WRITE_OFF])
async def test_a_step_needs_a_key_that_may_write(scripted: ScriptedServices, mutation: str, operator: Any) -> None:
    answer = await run(scripted, mutation, operator=operator, id="d1", note="x")
    assert answer["data"] is None
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "unauthenticated"}]
    assert scripted.desk.calls == []
