"""What can be watched. A subscription bears its query's name and type: to stop polling, a client changes one word."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from gateway.graphql.context import Info
from gateway.graphql.operators import operator_subscription
from gateway.graphql.queries import SessionId
from gateway.graphql.types.payment import Payment
from gateway.telemetry.metrics import STATUS_READS

SinceVersion = Annotated[
    int | None, strawberry.argument(description="The `version` you have already: only later ones are sent (resume).")
]

FeedAfter = Annotated[
    str | None,
    strawberry.argument(
        description="The last `feedCursor` you have: everything after it is sent first (resume). "
        "Left out, the feed begins now."
    ),
]


async def watch_payment_status(
    info: Info, session_id: SessionId, since_version: SinceVersion = strawberry.UNSET
) -> AsyncGenerator[Payment, None]:
    """The subscription's half of `paymentStatus`. Raises SessionNotFound before the first payment."""
    STATUS_READS.labels("graphql_watch").inc()
    watching = info.context.services.payments.watch(str(session_id), since_version=since_version or None)
    async with aclosing(watching) as snapshots:
        async for snapshot in snapshots:
            yield Payment.of(snapshot)


async def watch_payments(info: Info, after: FeedAfter = strawberry.UNSET) -> AsyncGenerator[Payment, None]:
    """Every change exactly once. Raises InvalidRequest for a cursor of another list."""
    following = info.context.services.feed.follow(None if after is strawberry.UNSET else after)
    async with aclosing(following) as entries:
        async for entry in entries:
            yield Payment.of_entry(entry)


@strawberry.type(description="What can be watched, over WebSocket (`graphql-transport-ws`) or server-sent events.")
class Subscription:
    payment_status: AsyncGenerator[Payment, None] = strawberry.subscription(
        resolver=watch_payment_status,
        description="The payment as it is now, then at every change; it completes after a final status. "
        "An unknown session is the error `session_not_found`.",
    )
    payments: AsyncGenerator[Payment, None] = operator_subscription(
        watch_payments,
        description="The feed: one payment for every visible change of any payment, in the order they were recorded. "
        "`feedChange` is the change; everything else is the payment as it is by now. It never completes; "
        "resume with the last `feedCursor`.",
    )
