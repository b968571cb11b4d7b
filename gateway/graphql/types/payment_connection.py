"""A page of payments, and the feed's place from which nothing on it can change unheard."""

import strawberry

from gateway.graphql.types.connections import PageInfo
from gateway.graphql.types.payment import Payment
from gateway.services.operators.paging import Page
from gateway.services.operators.views import PaymentView


@strawberry.type(description="A payment's place in the list.")
class PaymentEdge:
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind this payment.")
    node: Payment = strawberry.field(description="The payment.")


@strawberry.type(description="A page of payments, newest first.")
class PaymentConnection:
    edges: list[PaymentEdge] = strawberry.field(description="The payments, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    feed_cursor: str = strawberry.field(
        description="Taken before this page was read: `subscription { payments(after: …) }` from here tells every "
        "change the page does not show."
    )

    @classmethod
    def of(cls, page: Page[PaymentView], *, after: str | None, feed_cursor: str) -> "PaymentConnection":
        edges = [PaymentEdge(cursor=edge.cursor, node=Payment.of_view(edge.node)) for edge in page.edges]
        return cls(edges=edges, page_info=PageInfo.of(page, after=after), feed_cursor=feed_cursor)
