"""The status table: what the facts known so far mean.

The status is a pure function of the facts and of what is seen of the attempts. The first rule that holds decides; no
clock, no order of arrival and no earlier status has a say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.attempts import NO_ATTEMPTS, AttemptsSeen
from gateway.domain.facts import Facts
from gateway.domain.ownership import is_paid, own_intents


class Status(StrEnum):
    """The seven words of the integration guide."""

    PAID = "paid"
    UNPAID = "unpaid"
    PROCESSING = "processing"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELED = "canceled"
    NO_PAYMENT_REQUIRED = "no_payment_required"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table; `number` is its place as the documentation counts."""

    number: str
    name: str
    holds: Callable[[Facts, AttemptsSeen], bool]
    status: Status
    is_final: bool


def intent_canceled(facts: Facts) -> bool:
    """An own intent was seen canceled."""
    own = own_intents(facts)
    return any(intent.is_canceled for intent_id, intent in facts.intents.items() if intent_id in own)


RULES: tuple[Rule, ...] = (
    Rule("1", "money received", lambda f, _: is_paid(f), Status.PAID, True),
    Rule("2", "complete with nothing due", lambda f, _: f.nothing_due, Status.NO_PAYMENT_REQUIRED, True),
    Rule("2½", "complete, written off", lambda f, _: f.complete and f.written_off, Status.FAILED, True),
    Rule("3", "complete, the delayed payment failed", lambda f, _: f.complete and f.async_failed, Status.FAILED, True),
    Rule(
        "4", "complete, the intent was canceled", lambda f, _: f.complete and intent_canceled(f), Status.CANCELED, True
    ),
    Rule("5", "complete, money on its way", lambda f, _: f.complete, Status.PROCESSING, False),
    Rule("6", "expired at our request", lambda f, _: f.expired and f.cancel_requested, Status.CANCELED, True),
    Rule("7", "expired", lambda f, _: f.expired, Status.EXPIRED, True),
    Rule("8", "an attempt is under way", lambda f, a: a.is_moving or f.legacy_wrong_money, Status.PROCESSING, False),
    Rule("9", "open with its intent canceled", lambda f, _: f.open_and_canceled, Status.CANCELED, False),
    Rule("10", "the latest attempt failed", lambda _, a: a.latest_failed, Status.FAILED, False),
    Rule("11", "nothing happened yet", lambda _f, _a: True, Status.UNPAID, False),
)


def derive(facts: Facts, attempts: AttemptsSeen = NO_ATTEMPTS) -> Rule:
    """The rule that decides: its `status` and whether it `is_final`. Only late money moves a final status."""
    return next(rule for rule in RULES if rule.holds(facts, attempts))


def derive_without_money(facts: Facts) -> Rule:
    """What the payment would be had no money come: a final answer here with money there is late money."""
    return next(rule for rule in RULES[1:] if rule.holds(facts, NO_ATTEMPTS))
