import json
from dataclasses import fields

from hypothesis import given

from gateway.domain.facts import (
    FLAGS,
    NO_FACTS,
    Asked,
    BalanceTransaction,
    Charge,
    Conversion,
    Dispute,
    DisputeState,
    DisputeView,
    Facts,
    Intent,
    Refund,
    RefundState,
    merge,
)
from gateway.domain.facts_json import asked_from_json, asked_to_json, facts_from_json, facts_to_json
from tests.unit.domain.strategies import facts

LOST = DisputeState.LOST
KNOWN = Facts(
    **dict.fromkeys(FLAGS, True),
    asked=frozenset({Asked(450, "usd", 500, 50), Asked(700, "usd", 500, 0, 100, 100)}),
    conversions=frozenset({Conversion("mxn", 9250, "usd", 500)}),
    named_intents=frozenset({"pi_2", "pi_1"}),
    named_invoices=frozenset({"in_1"}),
    named_subscriptions=frozenset({"sub_1"}),
    opening_invoices={"sub_1": frozenset({"in_1"})},
    invoice_intents={"in_1": frozenset({"pi_1"})},
    intents={"pi_1": Intent(True, True, {"usd": 500}, 10)},
    charges={"ch_1": Charge("pi_1", True, {"usd": 500}, {"usd": 200}, True, 20, "https://pay.stripe.com/1")},
    refunds={"re_1": Refund(RefundState.FAILED, {"usd": 200}, True, "pi_1", "ch_1", 30)},
    disputes={
        "du_1": Dispute(
            DisputeView(1, 1, LOST, "fraudulent", 99),
            {"usd": 500},
            frozenset({LOST, DisputeState.WON}),
            {"txn_1": BalanceTransaction(-460, "eur", 40)},
            "pi_1",
            "ch_1",
        )
    },
    legacy_refunded={"usd": 100},
    session_created=1,
    invoice_urls={"in_1": "https://invoice.stripe.com/1"},
    delivered_at=3,
    given_up_at=2,
)
STORED = {
    **dict.fromkeys(FLAGS, True),
    "asked": [
        {"total": 450, "currency": "usd", "subtotal": 500, "discount": 50},
        {"total": 700, "currency": "usd", "subtotal": 500, "tax": 100, "shipping": 100},
    ],
    "conversions": [["mxn", 9250, "usd", 500]],
    "named_intents": ["pi_1", "pi_2"],
    "named_invoices": ["in_1"],
    "named_subscriptions": ["sub_1"],
    "opening_invoices": {"sub_1": ["in_1"]},
    "invoice_intents": {"in_1": ["pi_1"]},
    "intents": {"pi_1": {"paid": True, "canceled": True, "received": {"usd": 500}, "created": 10}},
    "charges": {
        "ch_1": {
            "intent": "pi_1",
            "paid": True,
            "captured": {"usd": 500},
            "refunded": {"usd": 200},
            "disputed": True,
            "created": 20,
            "receipt_url": "https://pay.stripe.com/1",
        }
    },
    "refunds": {
        "re_1": {
            "state": "failed",
            "amounts": {"usd": 200},
            "moved": True,
            "intent": "pi_1",
            "charge": "ch_1",
            "created": 30,
        }
    },
    "disputes": {
        "du_1": {
            "state": "lost",
            "answer": 1,
            "reason": "fraudulent",
            "respond_by": 99,
            "seen_transactions": 1,
            "amounts": {"usd": 500},
            "closed": ["lost", "won"],
            "transactions": {"txn_1": [-460, "eur", 40]},
            "intent": "pi_1",
            "charge": "ch_1",
        }
    },
    "legacy_refunded": {"usd": 100},
    "session_created": 1,
    "invoice_urls": {"in_1": "https://invoice.stripe.com/1"},
    "delivered_at": 3,
    "given_up_at": 2,
}


@given(facts)
def test_facts_come_back_from_json_as_they_went(known: Facts) -> None:
    assert facts_from_json(facts_to_json(known)) == known
    assert facts_from_json(json.loads(json.dumps(facts_to_json(known)))) == known


@given(facts, facts)
def test_equal_facts_are_written_alike_whatever_the_order_they_were_learned_in(one: Facts, other: Facts) -> None:
    there, back = merge(one, other), merge(other, one)
    assert json.dumps(facts_to_json(there)) == json.dumps(facts_to_json(back))


@given(facts, facts)
def test_different_facts_are_written_differently(one: Facts, other: Facts) -> None:
    assert (one == other) is (facts_to_json(one) == facts_to_json(other))


def test_knowing_nothing_is_the_empty_object() -> None:
    assert facts_to_json(NO_FACTS) == {}
    assert facts_from_json({}) == NO_FACTS


def test_a_fact_of_a_later_release_does_not_stop_this_one() -> None:
    assert facts_from_json({"complete": True, "learned_next_year": True}) == Facts(complete=True)


def test_the_stored_shape_is_the_one_rows_hold() -> None:
    assert json.loads(json.dumps(facts_to_json(KNOWN))) == STORED
    assert facts_from_json(STORED) == KNOWN


def test_the_stored_shape_above_holds_every_fact_there_is() -> None:
    assert STORED.keys() == {each.name for each in fields(Facts)}


def test_a_total_of_nothing_is_known_and_written() -> None:
    free = Asked(0, "usd", 0)
    assert asked_to_json(free) == {"total": 0, "currency": "usd", "subtotal": 0}
    assert asked_from_json(asked_to_json(free)) == free
