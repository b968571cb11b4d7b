"""What can be watched. A subscription bears its query's name and type: to stop polling, a client changes one word.

An `EventSource` that comes back says by `Last-Event-ID` what it has; that is newer than the arguments in its url.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from gateway.graphql.context import Info, Place
from gateway.graphql.operators import operator_subscription
from gateway.graphql.queries import SessionId
from gateway.graphql.types.payment import Payment
from gateway.telemetry.metrics import STATUS_READS

SinceVersion = Annotated[
    int | None, strawberry.argument(description="The `version` you have already: only later ones are sent (resume).")
]

_VERSION = re.compile("[0-9]{1,9}")

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
    payments, place = info.context.services.payments, info.context.place or Place()
    seen = _version(place.after) or since_version or None
    if place.after is None or seen is None or not await payments.is_over(str(session_id), seen):
        place.begun.set()
    async with aclosing(payments.watch(str(session_id), since_version=seen)) as snapshots:
        async for snapshot in snapshots:
            place.reached = str(snapshot.version)
            yield Payment.of(snapshot)


async def watch_payments(info: Info, after: FeedAfter = strawberry.UNSET) -> AsyncGenerator[Payment, None]:
    """Every change exactly once. Raises InvalidRequest for a cursor of another list."""
    place = info.context.place or Place()
    place.begun.set()
    seen = place.after or (None if after is strawberry.UNSET else after)
    async with aclosing(info.context.services.feed.follow(seen)) as entries:
        async for entry in entries:
            place.reached = entry.cursor
            yield Payment.of_entry(entry)


def _version(event_id: str | None) -> int | None:
    """The version that an event's id names; an id that is none of ours says nothing."""
    return int(event_id) if event_id is not None and _VERSION.fullmatch(event_id) else None


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
