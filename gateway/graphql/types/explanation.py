"""Why a payment has the status it has: the facts, the rule that decided, when Stripe was last asked.

An anonymous holder of a session id may read this, so neither the buyer's card nor an id of Stripe's appears here.
"""

from datetime import datetime
from enum import Enum

import strawberry

from gateway.domain.facts import FLAGS, Facts
from gateway.domain.ownership import is_paid
from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Rule, derive


@strawberry.enum(description="Something that is known of a payment. Facts only accumulate; none is ever taken back.")
class PaymentFact(Enum):
    MONEY = strawberry.enum_value(
        "money", description="The buyer paid what Stripe asked for: the session says so, or its own PaymentIntent does."
    )
    SESSION_PAID = strawberry.enum_value("session_paid", description="The session says that it is paid.")
    COMPLETE = strawberry.enum_value("complete", description="The buyer finished the checkout page.")
    EXPIRED = strawberry.enum_value("expired", description="The checkout session expired.")
    NOTHING_DUE = strawberry.enum_value("nothing_due", description="It was completed and nothing was due.")
    ASYNC_FAILED = strawberry.enum_value("async_failed", description="A delayed payment failed after completion.")
    OPEN_AND_CANCELED = strawberry.enum_value(
        "open_and_canceled", description="The session was open while its PaymentIntent was canceled."
    )
    WRITTEN_OFF = strawberry.enum_value(
        "written_off", description="An operator ended it, because nothing will move any more."
    )
    CANCEL_REQUESTED = strawberry.enum_value("cancel_requested", description="`cancelCheckoutSession` was called.")
    LEGACY_DISPUTED = strawberry.enum_value(
        "legacy_disputed", description="An earlier version of the gateway saw a dispute and did not keep its id."
    )
    LEGACY_WRONG_MONEY = strawberry.enum_value(
        "legacy_wrong_money",
        description="An earlier version of the gateway saw another amount than it expected.",
    )


@strawberry.type(description="One line of the status table.")
class StatusRule:
    number: str = strawberry.field(description="Its place in the table; the first rule that holds decides.")
    name: str = strawberry.field(description="What it says, in English.")

    @classmethod
    def of(cls, rule: Rule) -> "StatusRule":
        return cls(number=rule.number, name=rule.name)


@strawberry.type(description="Why the payment has its status: a pure function of what is known so far.")
class Explanation:
    rule: StatusRule = strawberry.field(description="The rule that decided.")
    facts: list[PaymentFact] = strawberry.field(description="The facts known so far.")
    asked_at: datetime | None = strawberry.field(description="When Stripe was last asked; null if it never was.")

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Explanation":
        rule = derive(snapshot.facts, snapshot.attempts)
        return cls(rule=StatusRule.of(rule), facts=_known(snapshot.facts), asked_at=snapshot.retrieved_at)


def _known(facts: Facts) -> list[PaymentFact]:
    flags = [PaymentFact(flag) for flag in FLAGS if getattr(facts, flag)]
    return [PaymentFact("money"), *flags] if is_paid(facts) else flags
