"""What somebody has to look at, as operators see it."""

from datetime import datetime
from enum import Enum

import strawberry

from gateway.domain import discrepancies
from gateway.services.operators.desk import DiscrepancyStep, DiscrepancyView


@strawberry.enum(description="Why somebody has to look. Each kind has one row per `subject`.")
class DiscrepancyKind(Enum):
    TOTAL_DIFFERS = strawberry.enum_value(
        "total_differs", description="Stripe asked for another amount than the price and quantity explain."
    )
    UNDERPAID = strawberry.enum_value("underpaid", description="It is paid, and less came than was asked for.")
    OVERPAID = strawberry.enum_value("overpaid", description="It is paid, and more came than was asked for.")
    LATE_MONEY = strawberry.enum_value("late_money", description="Money came after the payment had ended without it.")
    FOREIGN_INTENT = strawberry.enum_value(
        "foreign_intent",
        description="A PaymentIntent has our marker and the session does not name it; it counts for nothing.",
    )
    SECOND_SESSION = strawberry.enum_value(
        "second_session", description="Another session at Stripe has the marker of the same payment."
    )
    DUPLICATE_PURCHASE = strawberry.enum_value(
        "duplicate_purchase", description="Two payments for one reference and price have money."
    )
    REFUND_FAILED = strawberry.enum_value("refund_failed", description="A refund failed; the money is here again.")
    DISPUTE_OPEN = strawberry.enum_value("dispute_open", description="A dispute waits for an answer or a decision.")
    DISPUTE_LOST = strawberry.enum_value("dispute_lost", description="A dispute was lost; its money is gone.")
    PRICE_DIFFERS = strawberry.enum_value(
        "price_differs", description="The catalogue shows another price than Stripe charges."
    )
    EVENT_FAILED = strawberry.enum_value("event_failed", description="A webhook event could not be applied.")
    EVENT_UNMATCHED = strawberry.enum_value(
        "event_unmatched", description="A webhook event names a payment that is not here."
    )
    MISSING_HERE = strawberry.enum_value("missing_here", description="A session of ours that has no payment here.")
    MISSING_THERE = strawberry.enum_value("missing_there", description="A payment whose session Stripe does not have.")
    STATUS = strawberry.enum_value("status", description="Stripe shows another status than the gateway has.")
    AMOUNT = strawberry.enum_value("amount", description="An amount that the gateway cannot know exactly, or another.")
    COMPLETE_AND_EXPIRED = strawberry.enum_value(
        "complete_and_expired", description="Reported complete and expired, which exclude each other."
    )
    ASYNC_FAILED_AND_CANCELED = strawberry.enum_value(
        "async_failed_and_canceled", description="Reported failed late and canceled, which exclude each other."
    )
    UNKNOWN_VALUE = strawberry.enum_value(
        "unknown_value", description="Stripe sent a value that this version of the gateway does not know."
    )
    REFUSED_FOR_GOOD = strawberry.enum_value(
        "refused_for_good", description="Stripe refused to make a session, and would refuse it again."
    )
    NOTICE_FAILED = strawberry.enum_value(
        "notice_failed", description="A notice to the shop's back end was tried for three days and given up."
    )
    BACK_END_GONE = strawberry.enum_value(
        "back_end_gone", description="A back end answered 410: nothing more is sent to it until it is resumed."
    )
    REFUND_REFUSED = strawberry.enum_value(
        "refund_refused", description="Stripe refused a refund after its caller had been answered."
    )

    def to_domain(self) -> discrepancies.DiscrepancyKind:
        return discrepancies.DiscrepancyKind(self.name.lower())


@strawberry.enum(description="How far the work on a discrepancy has come.")
class DiscrepancyState(Enum):
    OPEN = strawberry.enum_value("open", description="Nobody has looked at it yet.")
    ACKNOWLEDGED = strawberry.enum_value("acknowledged", description="An operator has seen it and works on it.")
    RESOLVED = strawberry.enum_value("resolved", description="Its cause is gone, or an operator has resolved it.")

    def to_domain(self) -> discrepancies.DiscrepancyState:
        return discrepancies.DiscrepancyState(self.name.lower())


@strawberry.type(description="One step of a discrepancy. Steps are appended and never changed.")
class DiscrepancyChange:
    from_state: DiscrepancyState | None = strawberry.field(name="from", description="Before; null at the beginning.")
    to_state: DiscrepancyState = strawberry.field(name="to", description="After.")
    by: str = strawberry.field(
        description="The operator's name; `itself`, `reconciliation` or `migration` where it was a program."
    )
    note: str | None = strawberry.field(description="The operator's note.")
    detail: str = strawberry.field(description="What the detail was then.")
    at: datetime = strawberry.field(description="When the step was recorded.")

    @classmethod
    def of(cls, step: DiscrepancyStep) -> "DiscrepancyChange":
        return cls(
            from_state=DiscrepancyState(step.from_state.value) if step.from_state else None,
            to_state=DiscrepancyState(step.to_state.value),
            by=step.by,
            note=step.note,
            detail=step.detail,
            at=step.at,
        )


@strawberry.type(description="Something that somebody has to look at. It never changes a status, and it never expires.")
class Discrepancy:
    id: strawberry.ID = strawberry.field(description="Our id of it.")
    kind: DiscrepancyKind = strawberry.field(description="Why somebody has to look.")
    subject: str = strawberry.field(description="What it is about: a payment's id, or the id of an object of Stripe's.")
    detail: str = strawberry.field(description="What was found, in an English sentence.")
    state: DiscrepancyState = strawberry.field(description="How far the work on it has come.")
    opened_at: datetime = strawberry.field(description="When it was found first.")
    last_seen_at: datetime = strawberry.field(description="When it was seen or closed last.")
    payments: list[strawberry.ID] = strawberry.field(
        description="The payments it concerns, by `operator { paymentId }`."
    )
    changes: list[DiscrepancyChange] = strawberry.field(description="Every step of it, oldest first.")

    @classmethod
    def of(cls, view: DiscrepancyView) -> "Discrepancy":
        return cls(
            id=strawberry.ID(view.id),
            kind=DiscrepancyKind(view.kind.value),
            subject=view.subject,
            detail=view.detail,
            state=DiscrepancyState(view.state.value),
            opened_at=view.opened_at,
            last_seen_at=view.last_seen_at,
            payments=[strawberry.ID(payment_id) for payment_id in view.payments],
            changes=[DiscrepancyChange.of(step) for step in view.changes],
        )
