"""What operators may narrow a list by. Everything given must hold; null counts as left out."""

from datetime import UTC, datetime

import strawberry

from gateway.domain import notices, states
from gateway.domain.errors import InvalidRequest
from gateway.domain.identifiers import PaymentId, PriceId
from gateway.domain.language import Text
from gateway.domain.status import Status
from gateway.graphql.types.delivery import DeliveryState, NoticeType
from gateway.graphql.types.discrepancy import DiscrepancyKind, DiscrepancyState
from gateway.graphql.types.payment_status import PaymentStatus
from gateway.graphql.types.webhook_event import WebhookEventState
from gateway.services.operators import deliveries
from gateway.services.operators import service as operations
from gateway.services.operators.desk import DeskFilter

LONGEST_TEXT = 255
LONGEST_NOTE = 2000


@strawberry.input(description="Which payments. Everything given must hold. A time without a zone is UTC.")
class PaymentFilter:
    status: PaymentStatus | None = strawberry.field(default=strawberry.UNSET, description="Those with this status.")
    discrepancy: DiscrepancyKind | None = strawberry.field(
        default=strawberry.UNSET, description="Those with an open discrepancy of this kind."
    )
    price_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Those of this price.")
    client_reference_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Those of the order with this id."
    )
    created_from: datetime | None = strawberry.field(default=strawberry.UNSET, description="Created then or later.")
    created_to: datetime | None = strawberry.field(default=strawberry.UNSET, description="Created before then.")

    def to_filter(self) -> operations.PaymentFilter:
        """Raises InvalidRequest, as the rest here."""
        price_id = text_of(self.price_id, field="filter.priceId")
        return operations.PaymentFilter(
            status=Status(self.status.name.lower()) if self.status else None,
            discrepancy=self.discrepancy.to_domain() if self.discrepancy else None,
            price_id=PriceId(price_id) if price_id is not None else None,
            client_reference_id=text_of(self.client_reference_id, field="filter.clientReferenceId"),
            created_from=moment_of(self.created_from, field="filter.createdFrom"),
            created_to=moment_of(self.created_to, field="filter.createdTo"),
        )


@strawberry.input(description="Which webhook events. Everything given must hold.")
class WebhookEventFilter:
    state: WebhookEventState | None = strawberry.field(default=strawberry.UNSET, description="Those in this state.")
    type: str | None = strawberry.field(
        default=strawberry.UNSET, description="Those of Stripe's type, like `charge.refunded`."
    )
    payment_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Those of this payment, by `operator { paymentId }`."
    )

    def to_filter(self) -> operations.EventFilter:
        payment_id = text_of(self.payment_id, field="filter.paymentId")
        return operations.EventFilter(
            state=operations.EventState(self.state.name.lower()) if self.state else None,
            type=text_of(self.type, field="filter.type"),
            payment_id=PaymentId(payment_id) if payment_id is not None else None,
        )


@strawberry.input(description="Which deliveries. Everything given must hold. A time without a zone is UTC.")
class DeliveryFilter:
    state: DeliveryState | None = strawberry.field(default=strawberry.UNSET, description="Those in this state.")
    type: NoticeType | None = strawberry.field(default=strawberry.UNSET, description="Those that tell this.")
    session_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Those of the payment of this session."
    )
    created_from: datetime | None = strawberry.field(default=strawberry.UNSET, description="Made then or later.")
    created_to: datetime | None = strawberry.field(default=strawberry.UNSET, description="Made before then.")

    def to_filter(self) -> deliveries.DeliveryFilter:
        return deliveries.DeliveryFilter(
            state=states.DeliveryState(self.state.name.lower()) if self.state else None,
            type=notices.NoticeType[self.type.name] if self.type else None,
            session_id=text_of(self.session_id, field="filter.sessionId"),
            created_from=moment_of(self.created_from, field="filter.createdFrom"),
            created_to=moment_of(self.created_to, field="filter.createdTo"),
        )


@strawberry.input(description="Which discrepancies. Everything given must hold.")
class DiscrepancyFilter:
    kind: DiscrepancyKind | None = strawberry.field(default=strawberry.UNSET, description="Those of this kind.")
    state: DiscrepancyState | None = strawberry.field(default=strawberry.UNSET, description="Those in this state.")
    session_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Those that concern the payment of this session."
    )

    def to_filter(self) -> DeskFilter:
        """Raises InvalidRequest."""
        return DeskFilter(
            kind=self.kind.to_domain() if self.kind else None,
            state=self.state.to_domain() if self.state else None,
            session_id=text_of(self.session_id, field="filter.sessionId"),
        )


@strawberry.input(description="What a reconciliation compares: at most 31 days. A time without a zone is UTC.")
class ReconciliationWindow:
    start: datetime | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="Sessions created from then on; by default 48 hours."
    )
    end: datetime | None = strawberry.field(name="to", default=strawberry.UNSET, description="Until then; now.")


def text_of(value: str | None, *, field: str, longest: int = LONGEST_TEXT) -> str | None:
    """A value that a column can be asked for or can keep: PostgreSQL's text takes no NUL."""
    if not value and value != "":
        return None
    if len(value) > longest or "\x00" in value:
        raise InvalidRequest(
            problem=Text(
                en=f"`{field}` is longer than {longest} characters, or holds a NUL character.",
                zh=f"{field} 超过 {longest} 个字符，或包含空字符。",
            )
        )
    return str(value)


def moment_of(value: datetime | None, *, field: str) -> datetime | None:
    """Aware, UTC."""
    if not value:
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise InvalidRequest(problem=Text(en=f"`{field}` is no time.", zh=f"{field} 不是有效的时间。")) from None
