"""Every order of every scenario, with redeliveries (design/safety.md, programme, pure). `-s` prints the counts."""

from math import factorial

import pytest

from gateway.domain.facts_json import facts_from_json, facts_to_json
from gateway.domain.snapshot import visible
from gateway.domain.status import Status, anomalies
from gateway.domain.stripe_event import Mode
from tests.scenarios.delivery import Channel, Delivery, reading_of
from tests.scenarios.plots import every_scenario
from tests.scenarios.scenario import ASKED, Ending, Scenario
from tests.scenarios.story import Story
from tests.scenarios.table import table
from tests.scenarios.walk import Violation, walk

SCENARIOS = every_scenario()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_every_order_and_every_redelivery_ends_in_the_same_facts_status_and_payload(scenario: Scenario) -> None:
    done = walk(scenario)
    seen, found = visible(done.facts), anomalies(done.facts)
    assert scenario.ending.agrees_with(seen, found), (scenario.ending, seen, found)
    assert facts_from_json(facts_to_json(done.facts)) == done.facts


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_stripe_told_nothing_unknown_in_any_scenario(scenario: Scenario) -> None:
    strange = [reading_of(d, expected=scenario.asked, mode=scenario.mode).unknown for d in scenario.deliveries]
    assert [()] * len(scenario.deliveries) == strange


def test_the_orders_are_counted_and_printed() -> None:
    walks = [walk(scenario) for scenario in SCENARIOS if len(scenario.deliveries) <= 8]
    print("\n" + "\n".join(table(walks)))
    free = [done for done in walks if not any(delivery.after for delivery in done.scenario.deliveries)]
    assert free
    assert [factorial(len(done.scenario.deliveries)) for done in free] == [done.orders for done in free]
    assert [2 ** len(done.scenario.deliveries) for done in free] == [done.sets for done in free]


def test_the_walk_notices_when_an_order_decides_the_status() -> None:
    story = Story(mode=Mode.PAYMENT, asked=ASKED)
    story.expire()
    wish = Delivery("a cancel request at any time", Channel.CANCEL, {})
    scenario = Scenario("made to fail", Mode.PAYMENT, ASKED, (*story.deliveries, wish), Ending(Status.EXPIRED))
    with pytest.raises(Violation, match="two orders disagree"):
        walk(scenario)


def test_the_walk_notices_when_a_final_status_is_left() -> None:
    story = Story(mode=Mode.PAYMENT, asked=ASKED)
    story.expire()
    story.pay_later()
    scenario = Scenario("made to fail", Mode.PAYMENT, ASKED, tuple(story.deliveries), Ending(Status.EXPIRED))
    with pytest.raises(Violation, match=r"expired \(final\) became processing"):
        walk(scenario)
