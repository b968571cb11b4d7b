"""What a payment brought, as operators see it: the journal, its sums, and the disputes."""

from datetime import UTC, datetime
from enum import Enum

import strawberry

from gateway.domain import facts as domain
from gateway.domain import movements
from gateway.domain.ownership import one_money
from gateway.graphql.types.minor_units import MinorUnits
from gateway.graphql.types.money import Money
from gateway.services.operators.views import MovementView


@strawberry.enum(description="What moved the money.")
class MovementKind(Enum):
    CAPTURE = strawberry.enum_value("capture", description="The buyer's money came.")
    REFUND = strawberry.enum_value("refund", description="A refund went to the buyer.")
    REFUND_FAILED = strawberry.enum_value("refund_failed", description="A refund failed and came back.")
    DISPUTE = strawberry.enum_value("dispute", description="A dispute took money.")
    DISPUTE_REVERSED = strawberry.enum_value("dispute_reversed", description="A dispute gave money back.")


@strawberry.enum(description="How far a dispute has come, in Stripe's words. An inquiry (WARNING_…) moves no money.")
class DisputeState(Enum):
    WARNING_NEEDS_RESPONSE = strawberry.enum_value(
        "warning_needs_response", description="An inquiry that waits for the shop's answer."
    )
    WARNING_UNDER_REVIEW = strawberry.enum_value(
        "warning_under_review", description="An inquiry that the bank looks at."
    )
    WARNING_CLOSED = strawberry.enum_value("warning_closed", description="An inquiry that ended without a dispute.")
    NEEDS_RESPONSE = strawberry.enum_value("needs_response", description="It waits for the shop's answer.")
    UNDER_REVIEW = strawberry.enum_value("under_review", description="The bank looks at the shop's answer.")
    PREVENTED = strawberry.enum_value("prevented", description="It ended before it took effect.")
    WON = strawberry.enum_value("won", description="The shop has won it.")
    LOST = strawberry.enum_value("lost", description="The shop has lost it.")

    @classmethod
    def of(cls, state: domain.DisputeState) -> "DisputeState":
        return cls(state.name.lower())


@strawberry.type(description="The sums of a payment's movements in one currency.")
class PaymentTotals:
    currency: str = strawberry.field(description="The ISO 4217 code in lower case.")
    captured_minor: MinorUnits = strawberry.field(description="What came.")
    refunded_minor: MinorUnits = strawberry.field(description="What went back by refunds.")
    disputed_minor: MinorUnits = strawberry.field(description="What went back by disputes.")
    net_minor: MinorUnits = strawberry.field(description="What is left: captured less refunded less disputed.")

    @classmethod
    def of(cls, totals: movements.Totals) -> "PaymentTotals":
        return cls(
            currency=totals.currency,
            captured_minor=MinorUnits(totals.captured),
            refunded_minor=MinorUnits(totals.refunded),
            disputed_minor=MinorUnits(totals.disputed),
            net_minor=MinorUnits(totals.net),
        )


@strawberry.type(description="One line of a payment's journal. Lines are appended and never changed.")
class Movement:
    number: int = strawberry.field(description="Its place in the payment's journal; 1 is the first.")
    stripe_id: strawberry.ID = strawberry.field(
        description="The object of Stripe's that moved the money; `legacy` for refunds from before ids were kept."
    )
    kind: MovementKind = strawberry.field(description="What moved the money.")
    amount: Money = strawberry.field(description="Positive when money came, negative when it went.")
    occurred_at: datetime | None = strawberry.field(description="When it happened; null if Stripe did not say.")
    recorded_at: datetime = strawberry.field(description="When the gateway recorded it.")
    cause: str = strawberry.field(
        description="How the gateway learned of it: `webhook evt_…`, `retrieve`, `api`, `reconciliation`."
    )

    @classmethod
    def of(cls, view: MovementView) -> "Movement":
        return cls(
            number=view.number,
            stripe_id=strawberry.ID(view.stripe_id),
            kind=MovementKind(view.kind.value),
            amount=Money.of(view.amount),
            occurred_at=view.occurred_at,
            recorded_at=view.recorded_at,
            cause=view.cause,
        )


@strawberry.type(description="A dispute of the payment: the buyer's bank questions it.")
class Dispute:
    id: strawberry.ID = strawberry.field(description="Stripe's id of the dispute.")
    state: DisputeState = strawberry.field(description="How far it has come.")
    amount: Money | None = strawberry.field(description="The amount that is disputed; null if it is not known yet.")
    reason: str | None = strawberry.field(description="Stripe's word for the bank's reason, like `fraudulent`.")
    respond_by: datetime | None = strawberry.field(description="Until when the shop may answer; null without a limit.")

    @classmethod
    def all_of(cls, facts: domain.Facts) -> "list[Dispute]":
        """Those of the payment's own charges, by id."""
        return [cls._of(key, dispute, facts) for key, dispute in sorted(movements.own_disputes(facts).items())]

    @classmethod
    def _of(cls, dispute_id: str, dispute: domain.Dispute, facts: domain.Facts) -> "Dispute":
        newest, money = dispute.newest, one_money(dispute.amounts, facts)
        return cls(
            id=strawberry.ID(dispute_id),
            state=DisputeState.of(newest.state),
            amount=Money.of(money) if money is not None else None,
            reason=newest.reason or None,
            respond_by=datetime.fromtimestamp(newest.respond_by, UTC) if newest.respond_by else None,
        )
