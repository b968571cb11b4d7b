"""Notices to the shop's back ends: what a buyer sees of them, and what operators do."""

from datetime import datetime
from enum import Enum

import strawberry

from gateway.domain import fulfilment
from gateway.services.operators.deliveries import DeliveryView, shown_url


@strawberry.enum(description="Whether the shop's back end has taken the news that it is paid.")
class FulfilmentState(Enum):
    PENDING = strawberry.enum_value("pending", description="Not yet; it is tried for three days.")
    DELIVERED = strawberry.enum_value("delivered", description="It answered 2xx: the order is on its way.")
    FAILED = strawberry.enum_value("failed", description="It was given up; an operator has to look.")


@strawberry.type(description="Whether the shop's back end has taken the news that the payment is paid.")
class Fulfilment:
    state: FulfilmentState = strawberry.field(description="How far it has come.")
    at: datetime | None = strawberry.field(description="When it was taken or given up; null while it is PENDING.")

    @classmethod
    def of(cls, known: fulfilment.Fulfilment) -> "Fulfilment":
        return cls(state=FulfilmentState(known.state.value), at=known.at)


@strawberry.enum(description="What became of a notice to a back end of the shop.")
class DeliveryState(Enum):
    PENDING = strawberry.enum_value("pending", description="Not taken yet; tried again.")
    DELIVERED = strawberry.enum_value("delivered", description="The back end answered 2xx.")
    FAILED = strawberry.enum_value("failed", description="Given up after three days.")
    SUPERSEDED = strawberry.enum_value(
        "superseded", description="Not taken before the payment was paid; that notice was sent in its place."
    )


@strawberry.enum(description="What a notice tells; its body's `type` is `payment.` and the same in lower case.")
class NoticeType(Enum):
    PAID = strawberry.enum_value("payment.paid", description="It is paid: fulfil the order.")
    NO_PAYMENT_REQUIRED = strawberry.enum_value(
        "payment.no_payment_required", description="Nothing was due: fulfil the order."
    )
    FAILED = strawberry.enum_value("payment.failed", description="The latest attempt failed, or it ended unpaid.")
    PROCESSING = strawberry.enum_value("payment.processing", description="The money is on its way.")
    EXPIRED = strawberry.enum_value("payment.expired", description="The checkout page closed by itself.")
    CANCELED = strawberry.enum_value("payment.canceled", description="It was canceled.")
    REFUNDED = strawberry.enum_value("payment.refunded", description="More of it went back to the buyer.")
    REFUND_FAILED = strawberry.enum_value("payment.refund_failed", description="A refund failed and came back.")
    DISPUTED = strawberry.enum_value("payment.disputed", description="The buyer's bank questions it.")
    DISPUTE_CLOSED = strawberry.enum_value("payment.dispute_closed", description="A dispute was won, lost or closed.")
    UPDATED = strawberry.enum_value("payment.updated", description="Anything else that can be seen has changed.")


@strawberry.type(description="One notice to one back end of the shop, and what became of it.")
class Delivery:
    id: strawberry.ID = strawberry.field(description="The `webhook-id` that every try carries.")
    type: NoticeType = strawberry.field(description="What it tells.")
    url: str = strawberry.field(description="The back end, without its query.")
    session_id: strawberry.ID = strawberry.field(description="The payment's session.")
    payment_id: strawberry.ID = strawberry.field(description="Our id of the payment.")
    version: int = strawberry.field(description="The payment's version that it tells of.")
    state: DeliveryState = strawberry.field(description="What became of it.")
    tries: int = strawberry.field(description="How often it was tried, since it was last replayed.")
    next_try_at: datetime | None = strawberry.field(
        description="When it is tried next; null when it is settled, or waits for an earlier one of its payment."
    )
    status_code: int | None = strawberry.field(description="The last answer's HTTP status; null where none came.")
    answer: str | None = strawberry.field(
        description="The beginning of the last answer, or why there was none; null before the first try."
    )
    is_paused: bool = strawberry.field(description="Its back end answered 410; `gateway deliveries resume` goes on.")
    created_at: datetime = strawberry.field(description="When it was made from the history.")
    settled_at: datetime | None = strawberry.field(description="When it was taken, given up or superseded.")

    @classmethod
    def of(cls, view: DeliveryView) -> "Delivery":
        return cls(
            id=strawberry.ID(view.id),
            type=NoticeType(view.type.value),
            url=shown_url(view.url),
            session_id=strawberry.ID(view.session_id),
            payment_id=strawberry.ID(view.payment_id),
            version=view.version,
            state=DeliveryState(view.state.value),
            tries=view.tries,
            next_try_at=view.next_try_at,
            status_code=view.status_code,
            answer=view.answer,
            is_paused=view.is_paused,
            created_at=view.created_at,
            settled_at=view.settled_at,
        )
