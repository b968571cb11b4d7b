"""A page of payments, and the feed's place from which no change of it can be missed."""

from functools import partial

import strawberry

from gateway.graphql.batches import Batches
from gateway.graphql.types.connections import Connection, PageInfo, edges_of
from gateway.graphql.types.payment import Payment
from gateway.services.operators.paging import Page
from gateway.services.operators.views import PaymentView


@strawberry.type(description="A page of payments, newest first.")
class PaymentConnection(Connection[Payment]):
    feed_cursor: str = strawberry.field(
        description="Taken before this page was read: `subscription { payments(after: …) }` from here sends every "
        "change the page does not show."
    )

    @classmethod
    def of(cls, page: Page[PaymentView], *, after: str | None, feed_cursor: str) -> "PaymentConnection":
        edges = edges_of(page, partial(Payment.of_view, batches=Batches()))
        return cls(edges=edges, page_info=PageInfo.of(page, after=after), feed_cursor=feed_cursor)
