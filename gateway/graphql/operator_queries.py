"""The questions operators ask: lists newest first, and figures."""

from functools import partial
from typing import Annotated

import strawberry

from gateway.graphql.batches import Batches
from gateway.graphql.context import Info
from gateway.graphql.filters import DeliveryFilter, DiscrepancyFilter, PaymentFilter, WebhookEventFilter, text_of
from gateway.graphql.types.connections import After, Connection, First, connection_of
from gateway.graphql.types.delivery import Delivery
from gateway.graphql.types.discrepancy import Discrepancy
from gateway.graphql.types.figures import DeclineReason, PackageStats, SeriesPoint
from gateway.graphql.types.payment import Payment
from gateway.graphql.types.payment_connection import PaymentConnection
from gateway.graphql.types.payment_stats import PaymentStats, StatsWindow
from gateway.graphql.types.reconciliation import Reconciliation
from gateway.graphql.types.webhook_event import WebhookEvent
from gateway.services.operators import statistics
from gateway.services.operators.desk import DeskFilter

EVERYTHING = strawberry.UNSET
PAGE = 50
RUNS = 20

WhichPayments = Annotated[PaymentFilter | None, strawberry.argument(description="Which; all when left out.")]
WhichEvents = Annotated[WebhookEventFilter | None, strawberry.argument(description="Which; all when left out.")]
WhichDeliveries = Annotated[DeliveryFilter | None, strawberry.argument(description="Which; all when left out.")]
WhichDiscrepancies = Annotated[DiscrepancyFilter | None, strawberry.argument(description="Which; all when left out.")]
Clue = Annotated[
    str,
    strawberry.argument(
        description="A session, an order's reference, an e-mail or its hash, `pi_…`, `in_…`, `ch_…`, `evt_…`, `msg_…`, "
        "our own id, or an amount like 5.00."
    ),
]
EventId = Annotated[strawberry.ID, strawberry.argument(description="Stripe's id of a stored event: `evt_…`.")]
Window = Annotated[StatsWindow, strawberry.argument(description="How far back, until now.")]


async def list_payments(
    info: Info,
    filter: WhichPayments = EVERYTHING,  # noqa: A002 - the schema's own word
    first: First = PAGE,
    after: After = strawberry.UNSET,
) -> PaymentConnection:
    """The feed's place is taken first, so that what happens in between is shown twice rather than never."""
    services = info.context.services
    where = filter.to_filter() if filter else None
    feed_cursor = await services.feed.head()
    page = await services.operators.payments(where, first=_count(first, PAGE), after=after or None)
    return PaymentConnection.of(page, after=after or None, feed_cursor=feed_cursor)


async def read_payment_stats(info: Info, window: Window = StatsWindow.DAY) -> PaymentStats:
    return PaymentStats.of(await info.context.services.statistics.payments(statistics.StatsWindow(window.name.lower())))


async def read_payment_series(info: Info, window: Window = StatsWindow.DAY) -> list[SeriesPoint]:
    points = await info.context.services.statistics.series(statistics.StatsWindow(window.name.lower()))
    return [SeriesPoint.of(point) for point in points]


async def read_decline_reasons(info: Info, window: Window = StatsWindow.DAY) -> list[DeclineReason]:
    reasons = await info.context.services.statistics.declines(statistics.StatsWindow(window.name.lower()))
    return [DeclineReason.of(reason) for reason in reasons]


async def read_package_stats(info: Info, window: Window = StatsWindow.DAY) -> list[PackageStats]:
    packages = await info.context.services.statistics.packages(statistics.StatsWindow(window.name.lower()))
    return [PackageStats.of(package) for package in packages]


async def search_payments(info: Info, clue: Clue) -> list[Payment]:
    batches, views = Batches(), await info.context.services.search.payments(clue)
    return [Payment.of_view(view, batches=batches) for view in views]


async def read_webhook_event_body(info: Info, id: EventId) -> str | None:  # noqa: A002 - the schema's own word
    detail = await info.context.services.operators.event(text_of(str(id), field="id") or "")
    return detail.body if detail is not None else None


async def list_webhook_events(
    info: Info,
    filter: WhichEvents = EVERYTHING,  # noqa: A002
    first: First = PAGE,
    after: After = strawberry.UNSET,
) -> Connection[WebhookEvent]:
    where = filter.to_filter() if filter else None
    page = await info.context.services.operators.events(where, first=_count(first, PAGE), after=after or None)
    return connection_of(page, WebhookEvent.of, after=after or None)


async def list_reconciliations(
    info: Info, first: First = RUNS, after: After = strawberry.UNSET
) -> Connection[Reconciliation]:
    known = text_of(after, field="after")
    page = await info.context.services.reconciliation.page(first=_count(first, RUNS), after=known or None)
    return connection_of(page, partial(Reconciliation.of, batches=Batches()), after=known or None)


async def list_discrepancies(
    info: Info,
    filter: WhichDiscrepancies = EVERYTHING,  # noqa: A002
    first: First = PAGE,
    after: After = strawberry.UNSET,
) -> Connection[Discrepancy]:
    where = filter.to_filter() if filter else DeskFilter()
    page = await info.context.services.desk.page(where, first=_count(first, PAGE), after=after or None)
    return connection_of(page, Discrepancy.of, after=after or None)


async def list_deliveries(
    info: Info,
    filter: WhichDeliveries = EVERYTHING,  # noqa: A002
    first: First = PAGE,
    after: After = strawberry.UNSET,
) -> Connection[Delivery]:
    where = filter.to_filter() if filter else None
    page = await info.context.services.deliveries.page(where, first=_count(first, PAGE), after=after or None)
    return connection_of(page, Delivery.of, after=after or None)


def _count(first: int | None, default: int) -> int:
    return default if first is None else first
