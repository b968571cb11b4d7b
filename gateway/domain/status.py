"""The status table: what the facts known so far mean (design/status.md).

The status is a pure function of the facts. The first rule that holds decides; no clock, no order of arrival and no
earlier status has a say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.facts import Attempt, AttemptState, Facts


class Status(StrEnum):
    """The seven words of the integration guide."""

    PAID = "paid"
    UNPAID = "unpaid"
    PROCESSING = "processing"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELED = "canceled"
    NO_PAYMENT_REQUIRED = "no_payment_required"


class Anomaly(StrEnum):
    """What somebody has to look at; it never changes the status."""

    WRONG_MONEY = "wrong_money"
    LATE_MONEY = "late_money"
    COMPLETE_AND_EXPIRED = "complete_and_expired"
    ASYNC_FAILED_AND_CANCELED = "async_failed_and_canceled"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    number: int
    name: str
    holds: Callable[[Facts], bool]
    status: Status
    is_final: bool


def latest_attempt(facts: Facts) -> tuple[str, Attempt] | None:
    """By Stripe's created time, then the key. It never decides anything about money."""
    return max(facts.attempts.items(), key=lambda item: (item[1].created.value, item[0]), default=None)


def _latest_attempt_failed(facts: Facts) -> bool:
    latest = latest_attempt(facts)
    return latest is not None and latest[1].state is AttemptState.FAILED


def _money_may_be_moving(facts: Facts) -> bool:
    return bool(facts.wrong_money) or any(a.state is not AttemptState.FAILED for a in facts.attempts.values())


RULES: tuple[Rule, ...] = (
    Rule(1, "money received", lambda f: f.money, Status.PAID, True),
    Rule(2, "complete with nothing due", lambda f: f.nothing_due, Status.NO_PAYMENT_REQUIRED, True),
    Rule(
        3,
        "complete, the delayed payment failed",
        lambda f: f.complete and f.async_failed,
        Status.FAILED,
        True,
    ),
    Rule(
        4,
        "complete, the intent was canceled",
        lambda f: f.complete and f.intent_canceled,
        Status.CANCELED,
        True,
    ),
    Rule(5, "complete, money on its way", lambda f: f.complete, Status.PROCESSING, False),
    Rule(6, "expired at our request", lambda f: f.expired and f.cancel_requested, Status.CANCELED, True),
    Rule(7, "expired", lambda f: f.expired, Status.EXPIRED, True),
    Rule(8, "an attempt is under way", _money_may_be_moving, Status.PROCESSING, False),
    Rule(9, "the intent was canceled", lambda f: f.intent_canceled, Status.CANCELED, False),
    Rule(10, "the latest attempt failed", _latest_attempt_failed, Status.FAILED, False),
    Rule(11, "nothing happened yet", lambda _: True, Status.UNPAID, False),
)


def derive(facts: Facts) -> Rule:
    """The rule that decides: its `status` and whether it `is_final`. Only late money moves a final status."""
    return next(rule for rule in RULES if rule.holds(facts))


def anomalies(facts: Facts) -> frozenset[Anomaly]:
    """Pairs that Stripe excludes, money nobody asked for, and money after a final refusal."""
    ended_without = derive_without_money(facts)
    signs = {
        Anomaly.WRONG_MONEY: bool(facts.wrong_money),
        Anomaly.LATE_MONEY: facts.money and ended_without.is_final,
        Anomaly.COMPLETE_AND_EXPIRED: facts.complete and facts.expired,
        Anomaly.ASYNC_FAILED_AND_CANCELED: facts.async_failed and facts.intent_canceled,
    }
    return frozenset(anomaly for anomaly, holds in signs.items() if holds)


def derive_without_money(facts: Facts) -> Rule:
    """What the payment would be had no money come: a final answer here with money there is late money."""
    return next(rule for rule in RULES[1:] if rule.holds(facts))
