"""What only operators may ask: one guard before every such field, and `@operator` on it in the schema.

A field is guarded and marked in one stroke, so that neither can be forgotten; a test walks the schema and finds no way
around the marks. The guard comes before the resolver, so a stranger learns nothing from his arguments either.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import wraps
from typing import Any, TypeVar

import strawberry
from strawberry.schema_directive import Location

from gateway.domain.errors import Unauthenticated
from gateway.graphql.context import Info

Told = TypeVar("Told")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="For operators: without `Authorization: Bearer <admin key>` (on a WebSocket, `authorization` in "
    "`connection_init`) the answer is the error `unauthenticated`.",
)
class Operator:
    pass


def operator_field(resolver: Callable[..., Awaitable[Any]], *, description: str) -> Any:
    """A field of a query, a mutation or a type. Its resolver runs for operators alone."""
    return strawberry.field(resolver=operators_only(resolver), description=description, directives=[Operator()])


def operator_subscription(resolver: Callable[..., AsyncGenerator[Any, None]], *, description: str) -> Any:
    """A subscription that begins for operators alone."""
    guarded = operators_only_stream(resolver)
    return strawberry.subscription(resolver=guarded, description=description, directives=[Operator()])


def operators_only(resolver: Callable[..., Awaitable[Told]]) -> Callable[..., Awaitable[Told]]:
    """The resolver, refused to everybody else. Raises Unauthenticated."""

    @wraps(resolver)
    async def guarded(*args: Any, info: Info, **kwargs: Any) -> Told:
        _require_operator(info)
        return await resolver(*args, info=info, **kwargs)

    return guarded


def operators_only_stream(resolver: Callable[..., AsyncGenerator[Told, None]]) -> Any:
    """The same for what is watched."""

    @wraps(resolver)
    async def guarded(*args: Any, info: Info, **kwargs: Any) -> AsyncGenerator[Told, None]:
        _require_operator(info)
        async with aclosing(resolver(*args, info=info, **kwargs)) as stream:
            async for told in stream:
                yield told

    return guarded


def _require_operator(info: Info) -> None:
    if not info.context.is_operator:
        raise Unauthenticated
