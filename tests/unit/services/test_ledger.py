"""Stripe's side of the ledger is read from its objects alone; ours from the facts, which the journal equals."""

from typing import Any

import pytest

from gateway.domain.facts import Asked, Charge, Facts, Refund, RefundState
from gateway.domain.facts_json import facts_to_json
from gateway.models import Payment
from gateway.services.payments.portrait import Portrait
from gateway.services.reconciliation.ledger import (
    Ledger,
    LedgerLine,
    agree,
    kept_here,
    kept_there,
    lines_from_json,
    lines_to_json,
    words,
)

USD = "usd"


def session(payment_status: str, *, charge: dict[str, Any] | None = None, intent: str = "succeeded") -> dict[str, Any]:
    expanded = {"id": "pi_1", "status": intent, "amount_received": 500, "currency": USD, "latest_charge": charge}
    return {
        "amount_total": 500,
        "currency": USD,
        "payment_status": payment_status,
        "payment_intent": expanded if charge is not None else None,
    }


CAPTURED = {
    "id": "ch_1",
    "payment_intent": "pi_1",
    "paid": True,
    "captured": True,
    "amount": 500,
    "amount_captured": 500,
    "amount_refunded": 0,
    "currency": USD,
}
REFUND = {"id": "re_1", "charge": "ch_1", "amount": 200, "currency": USD, "status": "succeeded"}
GONE = {"id": "txn_1", "amount": -500, "currency": USD}


@pytest.mark.parametrize(
    ("shown", "kept_minor"),
    [
        (session("unpaid"), 0),
        (session("paid"), 500),
        (session("no_payment_required"), 0),
        (session("paid", charge=CAPTURED), 500),
        (session("paid", charge=CAPTURED | {"amount_refunded": 200}), 300),
        (session("paid", charge=CAPTURED | {"amount": 700, "amount_refunded": 200}), 500),
        (session("unpaid", charge=CAPTURED), 500),
        (session("unpaid", charge=CAPTURED | {"captured": False}, intent="requires_capture"), 0),
        (session("unpaid", charge=CAPTURED | {"paid": False}, intent="requires_payment_method"), 0),
        (session("unpaid", charge={}, intent="succeeded"), 500),
    ],
)
def test_what_a_session_brought_is_read_from_what_stripe_shows(shown: dict[str, Any], kept_minor: int) -> None:
    assert agree(kept_there(Portrait(shown)), {USD: kept_minor})


@pytest.mark.parametrize(
    ("refunds", "disputes", "kept_minor"),
    [
        ([REFUND | {"balance_transaction": "txn_2"}], [], 300),
        ([REFUND | {"balance_transaction": None}], [], 500),
        ([REFUND], [], 300),
        ([REFUND | {"balance_transaction": "txn_2", "status": "failed"}], [], 500),
        ([], [{"charge": "ch_1", "amount": 500, "balance_transactions": [GONE]}], 0),
        ([], [{"charge": "ch_1", "amount": 500, "balance_transactions": [GONE, GONE | {"amount": 200}]}], 200),
        ([], [{"charge": "ch_1", "amount": 500, "balance_transactions": [GONE | {"currency": "eur"}]}], 0),
        ([REFUND | {"charge": "ch_2", "balance_transaction": "txn_2"}], [], 500),
    ],
)
def test_refunds_and_disputes_count_one_by_one_where_they_were_asked_for(
    refunds: list[dict[str, Any]], disputes: list[dict[str, Any]], kept_minor: int
) -> None:
    shown = Portrait(session("paid", charge=CAPTURED), refunds=tuple(refunds), disputes=tuple(disputes))
    assert agree(kept_there(shown), {USD: kept_minor})


def test_a_subscription_brings_what_its_first_invoice_does() -> None:
    intent = {"id": "pi_1", "status": "succeeded", "amount_received": 900, "currency": USD, "latest_charge": None}
    assert kept_there(Portrait(session("paid"), intents=(intent,))) == {USD: 900}


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        (Facts(), {}),
        (Facts(complete=True), {}),
        (Facts(session_paid=True, asked=frozenset({Asked(500, USD, 500)})), {USD: 500}),
        (
            Facts(
                named_intents=frozenset({"pi_1"}),
                charges={"ch_1": Charge("pi_1", is_paid=True, captured={USD: 500})},
                refunds={"re_1": Refund(RefundState.SUCCEEDED, {USD: 200}, has_moved=True, intent_id="pi_1")},
            ),
            {USD: 300},
        ),
        (Facts(charges={"ch_1": Charge("pi_foreign", is_paid=True, captured={USD: 500})}), {}),
    ],
)
def test_what_a_payment_brought_is_read_from_its_facts(facts: Facts, kept: dict[str, int]) -> None:
    assert kept_here(Payment(currency=USD, facts=facts_to_json(facts))) == kept


def test_each_currency_has_a_line_of_its_own() -> None:
    ledger = Ledger()
    ledger.add(here={USD: 500}, there={USD: 500})
    ledger.add(here={"jpy": 300})
    ledger.add(there={USD: 200})
    lines = ledger.lines()
    assert lines == (LedgerLine("jpy", 300, 0), LedgerLine(USD, 500, 700))
    assert [line.drift_minor for line in lines] == [300, -200]
    assert lines_from_json(lines_to_json(lines)) == lines


def test_nothing_is_nothing_in_any_currency() -> None:
    assert agree({USD: 0}, {"jpy": 0})
    assert not agree({USD: 1}, {"jpy": 1})
    assert words({}) == "nothing"
    assert words({USD: 500, "jpy": 300}) == "¥300, $5.00"
