"""Why a payment has the status it has: the facts, the rule that decided, when Stripe was last asked.

The buyer's card never appears here: an anonymous holder of a session id may read this.
"""

from datetime import UTC, datetime
from enum import Enum

import strawberry

from gateway.domain.facts import FLAGS, Attempt, AttemptState, Facts
from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Anomaly, Rule, anomalies, derive
from gateway.graphql.types.money import Money


@strawberry.enum(description="Something Stripe told us. Facts only accumulate; none is ever taken back.")
class PaymentFact(Enum):
    MONEY = strawberry.enum_value("money", description="Money in exactly the amount and currency asked for.")
    COMPLETE = strawberry.enum_value("complete", description="The buyer finished the checkout page.")
    EXPIRED = strawberry.enum_value("expired", description="The checkout session expired.")
    NOTHING_DUE = strawberry.enum_value("nothing_due", description="It was completed and nothing was due.")
    ASYNC_FAILED = strawberry.enum_value("async_failed", description="A delayed payment failed after completion.")
    INTENT_CANCELED = strawberry.enum_value("intent_canceled", description="Stripe's PaymentIntent was canceled.")
    CANCEL_REQUESTED = strawberry.enum_value("cancel_requested", description="`cancelCheckoutSession` was called.")
    DISPUTED = strawberry.enum_value("disputed", description="The payment was disputed.")


@strawberry.enum(description="Something about a payment that somebody has to look at. It never changes the status.")
class PaymentAnomaly(Enum):
    WRONG_MONEY = strawberry.enum_value("wrong_money", description="Money in another amount or currency than asked.")
    LATE_MONEY = strawberry.enum_value("late_money", description="Money that came after a final refusal.")
    COMPLETE_AND_EXPIRED = strawberry.enum_value(
        "complete_and_expired", description="Both completed and expired, which Stripe excludes."
    )
    ASYNC_FAILED_AND_CANCELED = strawberry.enum_value(
        "async_failed_and_canceled", description="Both failed late and canceled, which Stripe excludes."
    )

    @classmethod
    def of(cls, anomaly: Anomaly) -> "PaymentAnomaly":
        return cls(anomaly.value)


@strawberry.enum(description="How far one attempt to pay has come.")
class PaymentAttemptState(Enum):
    PENDING = strawberry.enum_value("pending", description="Under way.")
    FAILED = strawberry.enum_value("failed", description="It failed.")
    SUCCEEDED = strawberry.enum_value("succeeded", description="It succeeded.")

    @classmethod
    def of(cls, state: AttemptState) -> "PaymentAttemptState":
        return cls(state.name.lower())


@strawberry.type(description="One attempt to pay inside the session.")
class PaymentAttempt:
    state: PaymentAttemptState = strawberry.field(description="How far it has come.")
    at: datetime = strawberry.field(description="When it was made, by Stripe's clock.")

    @classmethod
    def of(cls, attempt: Attempt) -> "PaymentAttempt":
        at = datetime.fromtimestamp(attempt.created.value, UTC)
        return cls(state=PaymentAttemptState.of(attempt.state), at=at)


@strawberry.type(description="One line of the status table.")
class StatusRule:
    number: int = strawberry.field(description="Its place in the table; the first rule that holds decides.")
    name: str = strawberry.field(description="What it says, in English.")

    @classmethod
    def of(cls, rule: Rule) -> "StatusRule":
        return cls(number=rule.number, name=rule.name)


@strawberry.type(description="Why the payment has its status: a pure function of the facts known so far.")
class Explanation:
    rule: StatusRule = strawberry.field(description="The rule that decided.")
    facts: list[PaymentFact] = strawberry.field(description="The facts known so far.")
    wrong_money: list[Money] = strawberry.field(description="Amounts that arrived although nobody asked for them.")
    attempts: list[PaymentAttempt] = strawberry.field(description="The attempts to pay, oldest first.")
    anomalies: list[PaymentAnomaly] = strawberry.field(description="What somebody has to look at; usually empty.")
    asked_at: datetime | None = strawberry.field(description="When Stripe was last asked; null if it never was.")

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Explanation":
        facts = snapshot.facts
        attempts = sorted(facts.attempts.items(), key=lambda item: (item[1].created.value, item[0]))
        return cls(
            rule=StatusRule.of(derive(facts)),
            facts=_known(facts),
            wrong_money=[Money.of(money) for money in sorted(facts.wrong_money)],
            attempts=[PaymentAttempt.of(attempt) for _, attempt in attempts],
            anomalies=[PaymentAnomaly.of(anomaly) for anomaly in sorted(anomalies(facts))],
            asked_at=snapshot.asked_at,
        )


def _known(facts: Facts) -> list[PaymentFact]:
    return [PaymentFact(flag) for flag in FLAGS if getattr(facts, flag)]
