"""One operation from its text to its answer, the same for every transport.

The order is fixed: limits, then the caller's rate limit, then validation (expensive), then execution. Strawberry's own
`Schema.execute` answers the same and is the tests' oracle; it would parse and validate every text anew.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLError, execute, subscribe
from strawberry.execution import optimized_is_awaitable

from gateway.domain.errors import InvalidRequest, SessionNotFound, Unauthenticated
from gateway.graphql.context import Context
from gateway.graphql.errors import formatted_error
from gateway.graphql.transport.document_cache import DocumentCache, Operation, Rules
from gateway.graphql.transport.plans import OutOfPlan, Plan

Answer = dict[str, Any]
MAX_COERCION_ERRORS = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks, whichever way it came. `query` is None where it sent a hash alone (`is_hash_alone`)."""

    query: str | None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that may run: within the limits, paid for and valid."""

    document: DocumentNode
    operation: Operation
    request: Request
    plan: Plan | None


class Rejected(Exception):
    """GraphQL itself has no result to give: a document or variables at fault, or a stream that broke off."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.answer: Answer = {"errors": errors}


class PersistedQueryNotSupported(Rejected):
    """Apollo's persisted queries, declined in their own words: the client sends the whole document, and stays with it.

    It is a step of a protocol, so it is answered 200 (https://www.apollographql.com/docs/apollo-server/performance/apq).
    """

    code = "PERSISTED_QUERY_NOT_SUPPORTED"

    def __init__(self) -> None:
        super().__init__([{"message": type(self).__name__, "extensions": {"code": self.code}}])


def is_hash_alone(parameters: dict[str, Any]) -> bool:
    """Whether a client asks for a document by its hash (`extensions.persistedQuery`) and does not send it."""
    extensions = parameters.get("extensions")
    return (
        not parameters.get("query")
        and isinstance(extensions, dict)
        and isinstance(extensions.get("persistedQuery"), dict)
    )


def is_for_good(answer: Answer) -> bool:
    """Whether asking again changes nothing: it holds no error that time heals."""
    return all(error["extensions"]["code"] in _REFUSED_AGAIN for error in answer.get("errors", ()))


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

    async def prepare(self, request: Request, context: Context) -> Prepared:
        """Judge the document and take its cost off the caller's limit. Raises Rejected, and RateLimitExceeded.

        A document that cannot be read, or breaks a limit, costs one token: refusing must not be free.
        """
        if request.query is None:
            await _admit(context, 1)
            raise PersistedQueryNotSupported
        try:
            document = self.documents.get(request.query)
            operation = document.operation(request.operation_name)
        except GraphQLError as error:
            await _admit(context, 1)
            raise Rejected([formatted_error(error, context.language)]) from None
        await _admit(context, operation.cost)
        is_known = document.errors is not None
        errors = self.documents.validate(request.query, document)
        if errors:
            raise Rejected([formatted_error(error, context.language) for error in errors])
        plan = self.documents.plan(document, operation) if is_known else None
        return Prepared(document.node, operation, request, plan)

    async def execute(self, prepared: Prepared, context: Context) -> Answer:
        """A query's or a mutation's answer. Raises Rejected when the variables do not fit."""
        if prepared.plan is not None:
            with suppress(Exception):  # Whatever it was, below it becomes the answer that it must be.
                return await prepared.plan.execute(prepared.request.variables or {}, context)
        pending = execute(self._schema, **_arguments(prepared, context), **self._awaitable, **self._options)
        result = await pending if isawaitable(pending) else pending
        return _answer(result, context)

    async def subscribe(self, prepared: Prepared, context: Context) -> AsyncGenerator[Answer, None]:
        """A subscription's answers. Raises Rejected when it cannot begin or breaks off."""
        try:
            if prepared.plan is not None:
                begun = False
                try:
                    async with aclosing(prepared.plan.subscribe(prepared.request.variables or {}, context)) as answers:
                        async for answer in answers:
                            begun = True
                            yield answer
                    return
                except OutOfPlan:
                    if begun:
                        raise
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


_REFUSED_AGAIN = {
    error.code for error in (InvalidRequest, SessionNotFound, Unauthenticated, PersistedQueryNotSupported)
}


def _located(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
