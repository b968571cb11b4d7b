"""Whatever JSON comes in an event's or a retrieve's place: nothing is raised, and no money is made of it."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.attempts import seen
from gateway.domain.discrepancies import Control, DiscrepancyKind, conditions
from gateway.domain.facts import Facts, merge
from gateway.domain.facts_json import facts_from_json, facts_to_json
from gateway.domain.identifiers import EventId
from gateway.domain.movements import occurred_at, targets
from gateway.domain.ownership import is_paid, own_intents
from gateway.domain.questions import questions
from gateway.domain.snapshot import visible
from gateway.domain.status import Status, derive
from gateway.domain.stripe_event import KINDS, Kind, StripeEvent, parse_event, read_event, references
from gateway.domain.stripe_objects import (
    Reading,
    read_charge,
    read_dispute,
    read_intent,
    read_invoice,
    read_invoice_payment,
    read_refund,
    read_retrieved,
    read_session,
)
from tests.scenarios.delivery import Channel
from tests.scenarios.plans import every_scenario
from tests.unit.domain.strategies import json_values

AMOUNTS = ("amount_received", "amount_captured")
FIELDS = (
    "id object status payment_status amount amount_total amount_received amount_captured amount_refunded currency "
    "created paid captured disputed metadata last_payment_error payment_intent latest_charge subscription charge "
    "payment_method card brand last4 code decline_code message failure_code failure_message outcome reason "
    "payment_method_details gateway_payment_id balance_transaction failure_balance_transaction balance_transactions "
    "evidence_details due_by invoice payments payment billing_reason parent subscription_details currency_conversion "
    "source_currency amount_subtotal total_details amount_tax amount_discount amount_shipping refunds data"
).split()
WORDS = (
    "open complete expired paid unpaid no_payment_required succeeded failed pending canceled processing "
    "requires_payment_method incomplete_expired usd USD eur ch_1 cs_test_a1 card_declined needs_response won lost "
    "subscription_create sub_1 in_1 pi_1"
).split()

likely_values = st.sampled_from(WORDS) | st.sampled_from([500, 499, 0, -1, 2**31, 2**53]) | st.booleans() | json_values
objects = st.recursive(
    st.dictionaries(st.sampled_from(FIELDS), likely_values, max_size=8),
    lambda inner: st.dictionaries(st.sampled_from(FIELDS), likely_values | inner, max_size=8),
    max_leaves=4,
)


def readings_of(thing: Mapping[str, Any]) -> Iterator[Reading]:
    """The object read in every way there is."""
    for event_type in [*KINDS, "x.y"]:
        yield read_event(StripeEvent(EventId("evt_1"), event_type, 30, livemode=False, object=thing))
    yield read_session(thing)
    yield read_intent(thing, event_id=None, seen_at=30)
    yield read_charge(thing)
    yield read_refund(thing)
    yield read_dispute(thing)
    yield read_dispute(thing, answer=2)
    yield read_invoice(thing)
    yield read_invoice_payment(thing)
    yield read_retrieved(thing)


def shows_money(thing: Any) -> bool:
    """Somewhere in it, one object is called paid, or has an amount that came with its currency."""
    if isinstance(thing, Mapping):
        came = any(type(thing.get(name)) is int and thing[name] > 0 for name in AMOUNTS)
        here = (came and isinstance(thing.get("currency"), str)) or thing.get("payment_status") == "paid"
        return here or any(shows_money(value) for value in thing.values())
    return isinstance(thing, list) and any(shows_money(value) for value in thing)


def claims_money(facts: Facts) -> bool:
    paid = [intent.is_paid for intent in facts.intents.values()] + [each.is_paid for each in facts.charges.values()]
    return facts.session_paid or any(paid)


def check(thing: Mapping[str, Any]) -> None:
    for reading in readings_of(thing):
        facts = reading.facts
        assert shows_money(thing) or not claims_money(facts)
        assert is_paid(facts) <= claims_money(facts)
        assert facts_from_json(facts_to_json(facts)) == facts
        assert merge(facts, facts) == facts
        found = seen(reading.attempts, own_intents=own_intents(facts))
        assert derive(facts, found).status in Status
        assert visible(facts, found) == visible(facts, found)
        assert {condition.kind for condition in conditions(facts, CONTROL)} <= set(DiscrepancyKind)
        assert all(isinstance(question, str) for question in questions(facts))
        for target in targets(facts):
            assert occurred_at(facts, target) is None or occurred_at(facts, target)
    for kind in Kind:
        references(kind, thing)


CONTROL = Control("0" * 32, {"usd": 500})


@given(objects)
def test_an_object_of_known_fields_with_any_values_never_raises_and_makes_no_money(thing: dict[str, Any]) -> None:
    check(thing)


@given(st.dictionaries(st.text(max_size=10), json_values, max_size=6))
def test_any_object_at_all_never_raises_and_makes_no_money(thing: dict[str, Any]) -> None:
    check(thing)


@given(
    json_values | st.dictionaries(st.sampled_from(["id", "object", "created", "type", "livemode", "data"]), json_values)
)
def test_any_body_is_an_event_or_it_is_not(payload: Any) -> None:
    event = parse_event(payload)
    assert event is None or isinstance(event.object, Mapping)


def genuine_objects() -> list[Mapping[str, Any]]:
    """Every object any scenario shows, one of a kind and state."""
    shown: dict[str, Mapping[str, Any]] = {}
    for scenario in every_scenario():
        for delivery in scenario.deliveries:
            if delivery.channel in {Channel.WEBHOOK, Channel.RETRIEVE}:
                in_event = delivery.channel is Channel.WEBHOOK
                thing = delivery.payload["data"]["object"] if in_event else delivery.payload["session"]
                shown.setdefault(f"{delivery.label} {thing.get('status')}", thing)
    return list(shown.values())


GENUINE = genuine_objects()


def paths(thing: Any, here: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in thing.items() if isinstance(thing, Mapping) else ():
        yield (*here, name)
        yield from paths(value, (*here, name))


@given(st.data())
def test_a_genuine_object_with_one_value_spoilt_never_raises_and_makes_no_money(data: st.DataObject) -> None:
    spoilt: Any = copy.deepcopy(data.draw(st.sampled_from(GENUINE)))
    *way, name = data.draw(st.sampled_from(list(paths(spoilt))))
    place = spoilt
    for step in way:
        place = place[step]
    if data.draw(st.booleans()):
        place[name] = data.draw(likely_values)
    else:
        del place[name]
    check(spoilt)


@pytest.mark.parametrize("amount", [-500, 0, 500.0, "500", True, None, [500], 2**53])
@pytest.mark.parametrize("currency", ["usd", "eur", "", None, 7])
def test_an_intent_or_charge_needs_an_amount_that_came_to_be_paid(amount: Any, currency: Any) -> None:
    thing = {"id": "x_1", "status": "succeeded", "created": 20, "currency": currency, "paid": True, "captured": True}
    for whole in ({}, {"amount": 500}, {"amount": amount}):
        spoilt = thing | whole | dict.fromkeys(AMOUNTS, amount)
        check(spoilt)
        assert not any(claims_money(reading.facts) for reading in readings_of(spoilt))


@pytest.mark.parametrize("came", [1, 499])
def test_an_intent_or_charge_that_brought_less_than_its_own_amount_is_not_paid(came: int) -> None:
    thing = {"id": "x_1", "status": "succeeded", "created": 20, "currency": "usd", "paid": True, "captured": True}
    part = thing | {"amount": 500} | dict.fromkeys(AMOUNTS, came)
    assert not any(claims_money(reading.facts) for reading in readings_of(part))


@pytest.mark.parametrize("created", [2**53 - 1, 2**40, -(2**40)])
def test_a_time_beyond_all_calendars_does_not_stop_a_payment_from_being_shown(created: int) -> None:
    thing = {"id": "ch_1", "status": "failed", "created": created, "payment_intent": "pi_1"}
    reading = read_charge(thing)
    assert visible(reading.facts, seen(reading.attempts, own_intents={"pi_1"})).last_failure is None


@given(objects, objects)
def test_whatever_was_read_has_a_status_and_a_journal(one: dict[str, Any], other: dict[str, Any]) -> None:
    for first, second in zip(readings_of(one), readings_of(other), strict=True):
        facts = (first | second).facts
        assert derive(facts).status in Status
        assert all(targets(facts).values())
