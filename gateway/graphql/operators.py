"""What only operators may ask: one guard before every such field, and `@operator` on it in the schema.

A field is guarded and marked in one call, so that neither can be forgotten; a test walks the schema and finds no way
around the marks. The guard comes before the resolver, so arguments reveal nothing to an anonymous caller either.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import wraps
from typing import Any, TypeVar

import strawberry
from strawberry.schema_directive import Location

from gateway.domain.errors import Unauthenticated
from gateway.domain.language import Text
from gateway.graphql.context import Context, Info
from gateway.services.running import admission

Result = TypeVar("Result")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="For operators: without `Authorization: Bearer <admin key>` (on a WebSocket, `authorization` in "
    "`connection_init`) the answer is the error `unauthenticated`. A mutation needs a key that may write.",
)
class Operator:
    pass


class ReadOnlyKey(Unauthenticated):
    text = Text(en="This operator key may only read.", zh="该操作员密钥只有读取权限。")


def operator_field(resolver: Callable[..., Awaitable[Any]], *, description: str) -> Any:
    """A field of a query or a type. Its resolver runs for operators alone."""
    guarded = _guarded(resolver, require_operator)
    return strawberry.field(resolver=guarded, description=description, directives=[Operator()])


def operator_mutation(resolver: Callable[..., Awaitable[Any]], *, description: str) -> Any:
    """A mutation. Its resolver runs for operators alone whose key may write."""
    guarded = _guarded(resolver, require_writer)
    return strawberry.mutation(resolver=guarded, description=description, directives=[Operator()])


def operator_subscription(resolver: Callable[..., AsyncGenerator[Any, None]], *, description: str) -> Any:
    """A subscription that begins for operators alone."""
    guarded = _guarded_stream(resolver)
    return strawberry.subscription(resolver=guarded, description=description, directives=[Operator()])


def require_operator(context: Context) -> admission.Operator:
    """Raises Unauthenticated."""
    if context.operator is None:
        raise Unauthenticated
    return context.operator


def require_writer(context: Context) -> admission.Operator:
    """Raises Unauthenticated, for a key that may only read too."""
    operator = require_operator(context)
    if not operator.may_write:
        raise ReadOnlyKey
    return operator


def _guarded(
    resolver: Callable[..., Awaitable[Result]], require: Callable[[Context], object]
) -> Callable[..., Awaitable[Result]]:
    @wraps(resolver)
    async def guarded(*args: Any, info: Info, **kwargs: Any) -> Result:
        require(info.context)
        return await resolver(*args, info=info, **kwargs)

    return guarded


def _guarded_stream(resolver: Callable[..., AsyncGenerator[Result, None]]) -> Any:
    @wraps(resolver)
    async def guarded(*args: Any, info: Info, **kwargs: Any) -> AsyncGenerator[Result, None]:
        require_operator(info.context)
        async with aclosing(resolver(*args, info=info, **kwargs)) as stream:
            async for result in stream:
                yield result

    return guarded
