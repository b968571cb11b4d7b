"""One operation from its text to its answer, the same for every transport.

The order is fixed: limits, then the caller's rate limit, then validation (expensive), then execution. Strawberry's own
`Schema.execute` answers the same and is the tests' oracle; it would parse and validate every text anew.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLError, execute, subscribe
from strawberry.execution import optimized_is_awaitable

from gateway.graphql.context import Context
from gateway.graphql.document_cache import DocumentCache, Operation, Rules
from gateway.graphql.errors import formatted_error
from gateway.graphql.turns import Turns

Answer = dict[str, Any]
MAX_COERCION_ERRORS = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks, whichever way it came."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that may run: within the limits, paid for and valid."""

    document: DocumentNode
    operation: Operation
    request: Request


class Rejected(Exception):
    """GraphQL itself has no result to give: a document or variables at fault, or a stream that broke off."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.answer: Answer = {"errors": errors}


class Operations:
    """The schema and its document cache. It keeps nothing of a caller."""

    def __init__(self, schema: strawberry.Schema, *, introspection: bool) -> None:
        self._schema = schema._schema
        self._options: dict[str, Any] = {
            "executor_class": schema.execution_context_class,
            "operation_extensions": None,
            "hide_suggestions": not introspection,
            "max_coercion_errors": MAX_COERCION_ERRORS,
        }
        self._awaitable: dict[str, Any] = {"is_awaitable": optimized_is_awaitable}
        self.documents = DocumentCache(Rules(self._schema, introspection))
        self._turns = Turns()

    async def prepare(self, request: Request, context: Context) -> Prepared:
        """Judge the document and take its cost off the caller's limit. Raises Rejected, and RateLimitExceeded.

        A document that cannot be read, or breaks a limit, costs one token: refusing must not be free.
        """
        await self._turns.take()
        try:
            document = self.documents.get(request.query)
            operation = document.operation(request.operation_name)
        except GraphQLError as error:
            await _admit(context, 1)
            raise Rejected([formatted_error(error, context.language)]) from None
        await _admit(context, operation.cost)
        errors = self.documents.validate(request.query, document)
        if errors:
            raise Rejected([formatted_error(error, context.language) for error in errors])
        return Prepared(document.node, operation, request)

    async def execute(self, prepared: Prepared, context: Context) -> Answer:
        """A query's or a mutation's answer. Raises Rejected when the variables do not fit."""
        pending = execute(self._schema, **_arguments(prepared, context), **self._awaitable, **self._options)
        result = await pending if isawaitable(pending) else pending
        return _answer(result, context)

    async def subscribe(self, prepared: Prepared, context: Context) -> AsyncGenerator[Answer, None]:
        """A subscription's answers. Raises Rejected when it cannot begin or breaks off."""
        try:
            pending = subscribe(self._schema, **_arguments(prepared, context), **self._options)
            stream = await pending if isawaitable(pending) else pending
            if isinstance(stream, ExecutionResult):
                _answer(ExecutionResult(None, stream.errors), context)
                return
            async with aclosing(stream) as results:  # type: ignore[type-var]  # graphql-core's is an async generator
                async for result in results:
                    yield _answer(result, context)
        except Rejected:
            raise
        except Exception as error:
            raise Rejected([formatted_error(_located(error), context.language)]) from error


async def _admit(context: Context, cost: int) -> None:
    context.window = await context.services.admission.admit(context.address, cost)


def _arguments(prepared: Prepared, context: Context) -> dict[str, Any]:
    return {
        "document": prepared.document,
        "context_value": context,
        "variable_values": prepared.request.variables,
        "operation_name": prepared.request.operation_name,
    }


def _answer(result: ExecutionResult, context: Context) -> Answer:
    """The response map (GraphQL §7.1): errors that belong to no field mean that nothing was executed."""
    if not result.errors:
        return {"data": result.data}
    errors = [formatted_error(error, context.language) for error in result.errors]
    if result.data is None and not any(error.path for error in result.errors):
        raise Rejected(errors)
    return {"data": result.data, "errors": errors}


def _located(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
