"""Every order of a scenario, without trying every order: walk the sets of messages that may have come so far.

If each set has one state whatever its last message was, then by induction all orders that lead to it agree; a few
thousand merges stand for all n! orders. Redeliveries are covered by the same walk: from each set, each message that
has come already is delivered once more and must change nothing. So a message that reports the same as another is a
redelivery of it, and one that reports nothing needs no place of its own: both are left out of the sets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.domain.discrepancies import Conditions, conditions
from gateway.domain.movements import Target, targets
from gateway.domain.snapshot import Visible, visible
from gateway.domain.status import Rule, Status, derive
from gateway.services.recording.movements import difference
from tests.scenarios.delivery import Message, State, learn, message_of
from tests.scenarios.scenario import Scenario

_Place = tuple[Scenario, tuple[Message, ...]]


class Violation(AssertionError):
    """Two orders disagree, a redelivery changed something, or a final status was left. The message names the way."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All that follows from a state, and what one way to it has booked."""

    state: State
    rule: Rule
    visible: Visible
    targets: Mapping[Target, int]
    conditions: Conditions
    booked: Mapping[Target, int]


@dataclass(frozen=True, slots=True)
class Walk:
    """What was covered: `orders` counts the arrival orders of the messages that differ, `merges` the messages that
    were taken in to judge them."""

    scenario: Scenario
    messages: tuple[Message, ...]
    orders: int
    sets: int
    merges: int
    end: Picture


def distinct_messages(scenario: Scenario) -> tuple[Message, ...]:
    """Without those that report nothing or the same as another; `after` renumbered."""
    kept: list[Message] = []
    places: dict[int, int] = {}
    for number, delivery in enumerate(scenario.deliveries):
        message = message_of(delivery)
        message = replace(message, after=frozenset(places[before] for before in message.after if before in places))
        if message.is_silent:
            continue
        like = [place for place, other in enumerate(kept) if replace(other, label=message.label) == message]
        if not like:
            kept.append(message)
        places[number] = like[0] if like else len(kept) - 1
    return tuple(kept)


def walk(scenario: Scenario) -> Walk:
    """Raises Violation at the first set of messages that breaks a promise."""
    messages = distinct_messages(scenario)
    at = (scenario, messages)
    whole = (1 << len(messages)) - 1
    pictures: dict[int, Picture] = {0: _picture(scenario, State(), {})}
    orders: dict[int, int] = {0: 1}
    merges = 0
    # A set is a number whose bits are its messages; in counting order every subset comes before its supersets.
    for have in range(whole + 1):
        if have not in pictures:
            continue
        known = pictures[have]
        for place, message in enumerate(messages):
            if not all(have >> before & 1 for before in message.after):
                continue
            merges += 1
            result = learn(known.state, place, messages)
            if have >> place & 1:
                _expect(result == known.state, at, have, place, "a redelivery changed something")
                continue
            reached = have | 1 << place
            if reached not in pictures:
                pictures[reached] = _picture(scenario, result, known.booked)
            there = pictures[reached]
            _expect(there.state == result, at, have, place, "two orders disagree")
            _expect(not (problem := _problem(known, there)), at, have, place, problem)
            orders[reached] = orders.get(reached, 0) + orders[have]
    return Walk(scenario, messages, orders[whole], len(pictures), merges, pictures[whole])


def _picture(scenario: Scenario, state: State, booked_before: Mapping[Target, int]) -> Picture:
    """What is booked on the way here: what was booked before, and the difference that the recorder would append."""
    seen, due = state.seen, targets(state.facts)
    booked = dict(booked_before)
    for target, amount in difference(booked_before, due):
        booked[target] = booked.get(target, 0) + amount
    return Picture(
        state=state,
        rule=derive(state.facts, seen),
        visible=visible(state.facts, seen),
        targets=due,
        conditions=conditions(state.facts, scenario.control),
        booked={target: amount for target, amount in booked.items() if amount},
    )


def _problem(was: Picture, now: Picture) -> str:
    """I4: `paid` has no way out, the other final statuses lead to `paid` alone. What is closed stays closed. I16."""
    if not _may_follow(was.rule, now.rule):
        return f"{was.rule.status} (final) became {now.rule.status}"
    if now.visible.is_payable and not was.visible.is_payable:
        return "a closed session was offered for payment"
    return "what is booked is not what is due" if now.booked != now.targets else ""


def _may_follow(before: Rule, after: Rule) -> bool:
    return not before.is_final or (after.is_final and after.status in {before.status, Status.PAID})


def _expect(holds: bool, at: _Place, have: int, place: int, problem: str) -> None:
    if not holds:
        scenario, messages = at
        come = [message.label for number, message in enumerate(messages) if have >> number & 1]
        raise Violation(f"{scenario}: {problem}, at {messages[place].label!r} after {come}")
