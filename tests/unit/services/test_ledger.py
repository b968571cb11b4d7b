"""Stripe's side of the ledger is read from its objects alone; ours from the facts of a row."""

from typing import Any

import pytest

from gateway.domain.money import Money
from gateway.models import Payment
from gateway.services.reconciliation.ledger import (
    Ledger,
    LedgerLine,
    agree,
    kept_here,
    kept_there,
    lines_from_json,
    lines_to_json,
)


def session(payment_status: str, *, charge: dict[str, Any] | None = None, intent: str = "succeeded") -> dict[str, Any]:
    expanded = {"status": intent, "amount_received": 500, "currency": "usd", "latest_charge": charge}
    return {
        "amount_total": 500,
        "currency": "usd",
        "payment_status": payment_status,
        "payment_intent": expanded if charge is not None else None,
    }


CAPTURED = {"paid": True, "captured": True, "amount_captured": 500, "amount_refunded": 0, "currency": "usd"}


@pytest.mark.parametrize(
    ("shown", "kept_minor"),
    [
        (session("unpaid"), 0),
        (session("paid"), 500),
        (session("no_payment_required"), 0),
        (session("paid", charge=CAPTURED), 500),
        (session("paid", charge=CAPTURED | {"amount_refunded": 200}), 300),
        (session("unpaid", charge=CAPTURED), 500),
        (session("unpaid", charge=CAPTURED | {"captured": False}, intent="requires_capture"), 0),
        (session("unpaid", charge=CAPTURED | {"paid": False}, intent="requires_payment_method"), 0),
        (session("unpaid", charge={}, intent="succeeded"), 500),
    ],
)
def test_what_a_session_brought_is_read_from_what_stripe_shows(shown: dict[str, Any], kept_minor: int) -> None:
    assert kept_there(shown) == Money(kept_minor, "usd")


@pytest.mark.parametrize(
    ("facts", "kept_minor"),
    [
        ({}, 0),
        ({"complete": True}, 0),
        ({"money": True}, 500),
        ({"money": True, "refunded_peak_minor": 200}, 300),
        ({"wrong_money": [[700, "usd"]]}, 0),
    ],
)
def test_what_a_payment_brought_is_read_from_its_facts(facts: dict[str, Any], kept_minor: int) -> None:
    row = Payment(amount_minor=500, currency="usd", facts=facts)
    assert kept_here(row) == Money(kept_minor, "usd")


def test_each_currency_has_a_line_of_its_own() -> None:
    ledger = Ledger()
    ledger.add(here=Money(500, "usd"), there=Money(500, "usd"))
    ledger.add(here=Money(300, "jpy"))
    ledger.add(there=Money(200, "usd"))
    lines = ledger.lines()
    assert lines == (LedgerLine("jpy", 300, 0), LedgerLine("usd", 500, 700))
    assert [line.drift_minor for line in lines] == [300, -200]
    assert lines_from_json(lines_to_json(lines)) == lines


def test_nothing_is_nothing_in_any_currency() -> None:
    assert agree(Money(0, "usd"), Money(0, "jpy"))
    assert not agree(Money(1, "usd"), Money(1, "jpy"))
