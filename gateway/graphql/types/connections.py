"""Lists of operators as Relay reads them: edges, cursors and where the page stands (GraphQL Cursor Connections)."""

from typing import Annotated, Any

import strawberry

from gateway.services.operators.paging import Page

First = Annotated[
    int | None, strawberry.argument(description="How many, from 1 to 200. A page may be shorter only at the end.")
]
After = Annotated[
    str | None, strawberry.argument(description="A `cursor` of this list: the page begins behind it. Newest is first.")
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="There is more: ask again `after: endCursor`.")
    has_previous_page: bool = strawberry.field(description="The page does not begin the list.")
    start_cursor: str | None = strawberry.field(description="The first edge's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The last edge's cursor; null on an empty page.")

    @classmethod
    def of(cls, page: Page[Any], *, after: str | None) -> "PageInfo":
        return cls(
            has_next_page=page.has_next,
            has_previous_page=after is not None,
            start_cursor=page.edges[0].cursor if page.edges else None,
            end_cursor=page.end_cursor,
        )
