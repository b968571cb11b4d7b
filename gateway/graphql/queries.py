"""What can be asked: by anybody here, by operators in `operator_queries`."""

from typing import Annotated

import strawberry

from gateway.graphql import operator_queries as operators
from gateway.graphql.context import Info
from gateway.graphql.operators import operator_field
from gateway.graphql.types.connections import Connection
from gateway.graphql.types.delivery import Delivery
from gateway.graphql.types.discrepancy import Discrepancy
from gateway.graphql.types.figures import DeclineReason, PackageStats, SeriesPoint
from gateway.graphql.types.payment import Payment
from gateway.graphql.types.payment_connection import PaymentConnection
from gateway.graphql.types.payment_stats import PaymentStats
from gateway.graphql.types.price import Price
from gateway.graphql.types.reconciliation import Reconciliation
from gateway.graphql.types.webhook_event import WebhookEvent
from gateway.telemetry.metrics import STATUS_READS

SessionId = Annotated[
    strawberry.ID, strawberry.argument(description="The id `createCheckoutSession` gave: `cs_test_…` or `cs_live_…`.")
]


async def read_payment_status(info: Info, session_id: SessionId) -> Payment | None:
    """The query's half of `paymentStatus`."""
    STATUS_READS.labels("graphql").inc()
    snapshot = await info.context.services.payments.read(str(session_id))
    return Payment.of(snapshot) if snapshot else None


def list_prices(info: Info) -> list[Price]:
    """The catalogue, without a call to Stripe."""
    context = info.context
    return [Price.of(package, context.language) for package in context.services.catalogue]


@strawberry.type(description="What can be asked.")
class Query:
    prices: list[Price] = strawberry.field(
        resolver=list_prices, description="What is for sale, in the catalogue's order."
    )
    payment_status: Payment | None = strawberry.field(
        resolver=read_payment_status,
        description="What is known of a session now; null when there is no such session. "
        "To receive every change instead of asking again, make it a subscription.",
    )
    payments: PaymentConnection = operator_field(operators.list_payments, description="Payments, newest first.")
    payment_stats: PaymentStats = operator_field(
        operators.read_payment_stats, description="How many payments, how they ended, what they brought."
    )
    webhook_events: Connection[WebhookEvent] = operator_field(
        operators.list_webhook_events, description="What Stripe sent, by when it came, newest first."
    )
    reconciliations: Connection[Reconciliation] = operator_field(
        operators.list_reconciliations, description="Comparisons with Stripe, newest first."
    )
    discrepancies: Connection[Discrepancy] = operator_field(
        operators.list_discrepancies, description="What somebody has to look at, newest first. None is ever deleted."
    )
    search: list[Payment] = operator_field(
        operators.search_payments, description="Payments by whatever is in hand, newest first, at most fifty."
    )
    payment_series: list[SeriesPoint] = operator_field(
        operators.read_payment_series, description="Payments over the window, in equal stretches, the oldest first."
    )
    decline_reasons: list[DeclineReason] = operator_field(
        operators.read_decline_reasons, description="Why attempts within the window failed, the commonest first."
    )
    package_stats: list[PackageStats] = operator_field(
        operators.read_package_stats, description="What the payments created within the window brought, by price."
    )
    webhook_event_body: str | None = operator_field(
        operators.read_webhook_event_body,
        description="An event exactly as Stripe sent it, as JSON text: it names the buyer. Null: no such event.",
    )
    deliveries: Connection[Delivery] = operator_field(
        operators.list_deliveries, description="Notices to the shop's back ends, newest first."
    )
