"""Every order of every scenario, with redeliveries. `-s` prints the counts."""

from dataclasses import replace
from math import factorial

import pytest

from gateway.domain.facts_json import facts_from_json, facts_to_json
from gateway.domain.questions import questions
from gateway.domain.status import Status
from gateway.domain.stripe_event import Mode
from tests.scenarios.delivery import PAYMENT_ID, Channel, Delivery, reading_of
from tests.scenarios.plans import every_plan, every_scenario
from tests.scenarios.scenario import ASKED, Ending, Scenario, ending_of
from tests.scenarios.story import Story
from tests.scenarios.table import table
from tests.scenarios.walk import Violation, distinct_messages, walk

SCENARIOS = every_scenario()
EXPECTED = {"usd": 500}
OPEN_QUESTIONS = {
    "decline that nobody looked at": {Mode.PAYMENT: "session:pi_3Scenario000000000000001"},
    "a foreign dollar while open": dict.fromkeys(Mode, "session:pi_3Scenario000000000000001"),
    "a foreign subscription while open": {Mode.SUBSCRIPTION: "session:in_foreign"},
    "dispute known by its charge alone": dict.fromkeys(Mode, "disputes:ch_3Scenario000000000000001"),
}
"""What the gateway would ask Stripe when everything of the scenario has come; elsewhere nothing that these cover."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_every_order_and_every_redelivery_ends_in_the_same_facts_status_journal_and_conditions(
    scenario: Scenario,
) -> None:
    done = walk(scenario)
    assert ending_of(done.end.state, scenario.control) == scenario.ending
    facts = done.end.state.facts
    assert facts_from_json(facts_to_json(facts)) == facts
    assert done.end.booked == done.end.targets
    open_question = OPEN_QUESTIONS.get(scenario.name, {}).get(scenario.mode)
    assert open_question is None or open_question in questions(facts)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_stripe_sent_nothing_unknown_in_any_scenario(scenario: Scenario) -> None:
    assert [reading_of(delivery).unknown for delivery in scenario.deliveries] == [()] * len(scenario.deliveries)


def test_subscription_mode_ends_as_payment_mode_does_wherever_an_invoice_exists() -> None:
    """What differs are sessions that never completed: they name no invoice, and so nothing joins their attempts."""
    differing = [plan for plan in every_plan() if plan.differs]
    assert {plan.name for plan in differing} == {
        "decline, the buyer is still there",
        "decline then expired",
        "intent canceled while open",
        "intent canceled while open, then expired",
        "decline then canceled by us",
        "late money after expiry",
        "late money after our cancel",
    }
    for plan in differing:
        events = [delivery.label for delivery in plan.play(Mode.SUBSCRIPTION).deliveries]
        assert "checkout.session.completed" not in events


def test_the_orders_are_counted_and_printed() -> None:
    walks = [walk(scenario) for scenario in SCENARIOS if len(distinct_messages(scenario)) <= 7]
    print("\n" + "\n".join(table(walks)))
    free = [done for done in walks if not any(message.after for message in done.messages)]
    assert free
    assert [factorial(len(done.messages)) for done in free] == [done.orders for done in free]
    assert [2 ** len(done.messages) for done in free] == [done.sets for done in free]


def test_a_message_that_reports_the_same_or_nothing_has_no_place_of_its_own() -> None:
    story = Story(mode=Mode.PAYMENT, asked=ASKED)
    story.pay()
    played = Scenario("paid", Mode.PAYMENT, tuple(story.deliveries), Ending(Status.PAID), EXPECTED)
    labels = [message.label for message in distinct_messages(played)]
    assert labels == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    twice = replace(played, deliveries=(*story.deliveries, *story.deliveries))
    assert [message.label for message in distinct_messages(twice)] == labels


def test_an_event_that_nothing_joins_waits_until_the_session_names_its_intent() -> None:
    story = Story(mode=Mode.SUBSCRIPTION, asked=ASKED)
    story.pay()
    of_charge = tuple(delivery for delivery in story.deliveries if delivery.label.startswith("charge"))
    alone = Scenario("charge alone", Mode.SUBSCRIPTION, of_charge, Ending(Status.UNPAID), EXPECTED)
    state = walk(alone).end.state
    assert (state.facts, state.attempts, len(state.waiting)) == (type(state.facts)(), {}, 1)
    whole = replace(alone, deliveries=tuple(story.deliveries))
    assert walk(whole).end.state.waiting == frozenset()


def test_the_walk_notices_when_an_order_decides_the_status() -> None:
    story = Story(mode=Mode.PAYMENT, asked=ASKED)
    story.expire()
    wish = Delivery("a cancel request at any time", Channel.CANCEL, {})
    made = Scenario("made to fail", Mode.PAYMENT, (*story.deliveries, wish), Ending(Status.EXPIRED), EXPECTED)
    with pytest.raises(Violation, match="two orders disagree"):
        walk(made)


def test_the_walk_notices_when_a_final_status_is_left() -> None:
    story = Story(mode=Mode.PAYMENT, asked=ASKED)
    story.expire()
    story.pay_later()
    made = Scenario("made to fail", Mode.PAYMENT, tuple(story.deliveries), Ending(Status.EXPIRED), EXPECTED)
    with pytest.raises(Violation, match=r"expired \(final\) became processing"):
        walk(made)


def test_every_scenario_is_about_the_payment_that_bears_our_marker() -> None:
    assert {scenario.control.payment_id for scenario in SCENARIOS} == {PAYMENT_ID}
    assert len({str(scenario) for scenario in SCENARIOS}) == len(SCENARIOS)
