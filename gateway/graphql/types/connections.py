"""Lists of operators as Relay reads them: edges, cursors and where the page stands (GraphQL Cursor Connections)."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from gateway.services.operators import paging

Node = TypeVar("Node")
Item = TypeVar("Item")

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
    def of(cls, page: paging.Page[Any], *, after: str | None) -> "PageInfo":
        return cls(
            has_next_page=page.has_next,
            has_previous_page=after is not None,
            start_cursor=page.edges[0].cursor if page.edges else None,
            end_cursor=page.end_cursor,
        )


@strawberry.type(description="An item's place in its list.")
class Edge(Generic[Node]):
    cursor: str = strawberry.field(description="Pass it as `after` to continue behind this item.")
    node: Node = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list, newest first.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The items, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


def connection_of(page: paging.Page[Item], node_of: Callable[[Item], Node], *, after: str | None) -> Connection[Node]:
    """The page with its items as the schema has them."""
    return Connection(edges=edges_of(page, node_of), page_info=PageInfo.of(page, after=after))


def edges_of(page: paging.Page[Item], node_of: Callable[[Item], Node]) -> list[Edge[Node]]:
    return [Edge(cursor=edge.cursor, node=node_of(edge.node)) for edge in page.edges]
