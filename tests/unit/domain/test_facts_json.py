import json

from hypothesis import given

from gateway.domain.facts import NO_FACTS, Attempt, AttemptState, Facts, Refund, RefundState, Said, Source, merge
from gateway.domain.facts_json import facts_from_json, facts_to_json
from gateway.domain.money import Money
from tests.unit.domain.strategies import facts


@given(facts)
def test_facts_come_back_from_json_as_they_went(known: Facts) -> None:
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
    assert facts_from_json({"money": True, "told_by_an_oracle": True}) == Facts(money=True)


def test_the_stored_shape_is_the_one_rows_already_hold() -> None:
    known = Facts(
        money=True,
        wrong_money=frozenset({Money(500, "eur"), Money(450, "usd")}),
        attempts={
            "ch_1": Attempt(
                AttemptState.FAILED,
                Said(Source.CHARGE, 1_790_000_000),
                Said(Source.INTENT, ("card_declined", "generic_decline", "Your card was declined.")),
                Said(Source.CHARGE, ("visa", "0002")),
            )
        },
        refunds={"re_1": Refund(RefundState.UNDONE, 200)},
        refunded_peak_minor=200,
    )
    stored = {
        "money": True,
        "wrong_money": [[450, "usd"], [500, "eur"]],
        "attempts": {
            "ch_1": {
                "state": "failed",
                "created": ["charge", 1_790_000_000],
                "failure": ["intent", ["card_declined", "generic_decline", "Your card was declined."]],
                "card": ["charge", ["visa", "0002"]],
            }
        },
        "refunds": {"re_1": ["undone", 200]},
        "refunded_peak_minor": 200,
    }
    assert json.loads(json.dumps(facts_to_json(known))) == stored
    assert facts_from_json(stored) == known
