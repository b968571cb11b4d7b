"""Every order of a scenario, without trying every order: walk the sets of messages that may have come so far.

If each set has one state whatever its last message was, then by induction all orders that lead to it agree; a few
thousand merges stand for all n! orders. Redeliveries are covered by the same walk: from each set, each message that
has come already is delivered once more and must change nothing.
"""

from dataclasses import dataclass

from gateway.domain.facts import NO_FACTS, Facts
from gateway.domain.snapshot import visible
from gateway.domain.status import Rule, Status, derive
from tests.scenarios.delivery import learn, reading_of
from tests.scenarios.scenario import Scenario


class Violation(AssertionError):
    """Two orders disagree, a redelivery changed something, or a final status was left. The message names the way."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What was covered: `orders` counts the arrival orders, `merges` the messages that were folded in to judge them."""

    scenario: Scenario
    orders: int
    sets: int
    merges: int
    facts: Facts


def walk(scenario: Scenario) -> Walk:
    """Raises Violation at the first set of messages that breaks a promise."""
    told = [reading_of(delivery, expected=scenario.asked, mode=scenario.mode).facts for delivery in scenario.deliveries]
    whole = (1 << len(told)) - 1
    states: dict[int, Facts] = {0: NO_FACTS}
    orders: dict[int, int] = {0: 1}
    merges = 0
    # A set is a number whose bits are its messages; in counting order every subset comes before its supersets.
    for have in range(whole + 1):
        if have not in states:
            continue
        known = states[have]
        for place, delivery in enumerate(scenario.deliveries):
            if not all(have >> before & 1 for before in delivery.after):
                continue
            merges += 1
            result = learn(known, delivery, told[place])
            if have >> place & 1:
                _expect(result == known, scenario, have, place, "a redelivery changed the facts")
                continue
            _check_step(scenario, have, place, known, result)
            reached = have | 1 << place
            _expect(states.setdefault(reached, result) == result, scenario, have, place, "two orders disagree")
            orders[reached] = orders.get(reached, 0) + orders[have]
    return Walk(scenario, orders[whole], len(states), merges, states[whole])


def _check_step(scenario: Scenario, have: int, place: int, known: Facts, result: Facts) -> None:
    """I4: `paid` has no way out, the other final statuses lead to `paid` alone. What is closed stays closed."""
    before, after = derive(known), derive(result)
    _expect(_may_follow(before, after), scenario, have, place, f"{before.status} (final) became {after.status}")
    was, now = visible(known), visible(result)
    _expect(was.is_payable or not now.is_payable, scenario, have, place, "a closed session was offered for payment")


def _may_follow(before: Rule, after: Rule) -> bool:
    return not before.is_final or (after.is_final and after.status in {before.status, Status.PAID})


def _expect(holds: bool, scenario: Scenario, have: int, place: int, problem: str) -> None:
    if not holds:
        come = [delivery.label for number, delivery in enumerate(scenario.deliveries) if have >> number & 1]
        raise Violation(f"{scenario}: {problem}, at {scenario.deliveries[place].label!r} after {come}")
