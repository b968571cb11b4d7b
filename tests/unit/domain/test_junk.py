"""Whatever JSON comes in an event's or a retrieve's place: nothing is raised, and no money is made of it."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.facts_json import facts_from_json, facts_to_json
from gateway.domain.identifiers import EventId
from gateway.domain.money import Money
from gateway.domain.snapshot import visible
from gateway.domain.status import Anomaly, Status, anomalies, derive
from gateway.domain.stripe_event import KINDS, Kind, Mode, StripeEvent, parse_event, read_event, references
from gateway.domain.stripe_objects import (
    Reading,
    read_charge,
    read_intent,
    read_refund,
    read_retrieved,
    read_session,
)
from tests.scenarios.delivery import Channel
from tests.scenarios.plots import every_scenario
from tests.unit.domain.strategies import json_values

ASKED = Money(500, "usd")
AMOUNTS = ("amount_total", "amount_received", "amount_captured")
FIELDS = (
    "id object status payment_status amount amount_total amount_received amount_captured amount_refunded currency "
    "created paid captured disputed metadata last_payment_error payment_intent latest_charge subscription charge "
    "payment_method card brand last4 code decline_code message failure_code failure_message outcome reason "
    "payment_method_details gateway_payment_id"
).split()
WORDS = (
    "open complete expired paid unpaid no_payment_required succeeded failed pending canceled processing "
    "requires_payment_method incomplete_expired usd USD eur ch_1 cs_test_a1 card_declined"
).split()

likely_values = st.sampled_from(WORDS) | st.sampled_from([500, 499, 0, -1, 2**31, 2**53]) | st.booleans() | json_values
objects = st.recursive(
    st.dictionaries(st.sampled_from(FIELDS), likely_values, max_size=8),
    lambda inner: st.dictionaries(st.sampled_from(FIELDS), likely_values | inner, max_size=8),
    max_leaves=4,
)


def readings_of(thing: Mapping[str, Any]) -> Iterator[Reading]:
    """The object read in every way there is."""
    for mode in Mode:
        for event_type in [*KINDS, "x.y"]:
            event = StripeEvent(EventId("evt_1"), event_type, 30, livemode=False, object=thing)
            yield read_event(event, expected=ASKED, mode=mode)
    yield read_session(thing, ASKED)
    yield read_intent(thing, ASKED, event_id=None, seen_at=30)
    yield read_charge(thing, ASKED)
    yield read_refund(thing)
    yield read_retrieved(thing, ASKED)


def shows_exact_money(thing: Any) -> bool:
    """Somewhere in it, one object has both the amount and the currency that were asked."""
    if isinstance(thing, Mapping):
        amounts = [thing.get(name) for name in AMOUNTS]
        currency = thing.get("currency")
        exact = any(type(amount) is int and amount == 500 for amount in amounts)
        here = exact and isinstance(currency, str) and currency.lower() == "usd"
        return here or any(shows_exact_money(value) for value in thing.values())
    return False


def check(thing: Mapping[str, Any]) -> None:
    for reading in readings_of(thing):
        assert not reading.facts.money or shows_exact_money(thing)
        assert ASKED not in reading.facts.wrong_money
        assert facts_from_json(facts_to_json(reading.facts)) == reading.facts
    for kind in Kind:
        references(kind, thing)


@settings(max_examples=200)
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
            if delivery.channel is not Channel.CANCEL:
                in_event = delivery.channel is Channel.WEBHOOK
                thing = delivery.payload["data"]["object"] if in_event else delivery.payload
                shown.setdefault(f"{delivery.label} {thing.get('status')}", thing)
    return list(shown.values())


GENUINE = genuine_objects()


def paths(thing: Any, here: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in thing.items() if isinstance(thing, Mapping) else ():
        yield (*here, name)
        yield from paths(value, (*here, name))


@settings(max_examples=200)
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


@pytest.mark.parametrize("amount", [499, 501, -500, 0, 500.0, "500", True, None, [500], 2**53])
@pytest.mark.parametrize("currency", ["usd", "eur", "", None, 7])
def test_money_needs_exactly_what_was_asked(amount: Any, currency: Any) -> None:
    for status, more in (("complete", {"payment_status": "paid"}), ("succeeded", {"paid": True, "captured": True})):
        thing = {"id": "x_1", "status": status, "created": 20, "currency": currency} | more
        check(thing | dict.fromkeys(AMOUNTS, amount))
        assert not any(reading.facts.money for reading in readings_of(thing | dict.fromkeys(AMOUNTS, amount)))


@pytest.mark.parametrize("created", [2**53 - 1, 2**40, -(2**40)])
def test_a_time_beyond_all_calendars_does_not_stop_a_payment_from_being_shown(created: int) -> None:
    thing = {"id": "ch_1", "status": "failed", "created": created}
    assert visible(read_charge(thing, ASKED).facts).last_failure is None


@given(objects)
def test_whatever_was_read_has_a_status(thing: dict[str, Any]) -> None:
    for reading in readings_of(thing):
        assert derive(reading.facts).status in Status
        assert anomalies(reading.facts) <= set(Anomaly)
