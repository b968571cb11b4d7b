"""Running operations: as strawberry itself would, with every unexpected failure masked."""

from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from gateway.domain.errors import ServiceUnavailable
from gateway.domain.language import Language
from gateway.graphql.context import Context
from gateway.graphql.errors import formatted_error
from gateway.graphql.schema import build_schema
from gateway.graphql.transport.operations import Operations, Rejected, Request
from gateway.openers import load_catalogue
from tests.unit.rest.stand_in import SESSION, StandIn, settings_with

READ = "query ($id: ID!) { paymentStatus(sessionId: $id) { status price { name } amount { formatted } } }"


class ScriptedServices:
    """What a resolver asks of `Services`; the payments are a stand-in's, which fail when asked to."""

    def __init__(self) -> None:
        self.payments = self.admission = StandIn()
        self.catalogue = load_catalogue(settings_with())


@pytest.fixture
def scripted() -> ScriptedServices:
    return ScriptedServices()


@pytest.fixture
def context(scripted: ScriptedServices) -> Context:
    services: Any = scripted
    return Context(services=services, address="192.0.2.1", language=Language.EN)


@pytest.mark.parametrize("session_id", [SESSION, "cs_test_unknown"])
async def test_the_fast_path_answers_as_strawberry_does(session_id: str, context: Context) -> None:
    schema = build_schema()
    slow = await schema.execute(READ, {"id": session_id}, context_value=context)
    for _ in range(2):
        assert await _run(Operations(schema, introspection=False), context, READ, id=session_id) == {"data": slow.data}


async def test_an_expected_refusal_keeps_its_code_and_an_unexpected_one_is_masked(
    scripted: ScriptedServices, context: Context
) -> None:
    operations = Operations(build_schema(), introspection=False)
    reported = {}
    for failure in (ServiceUnavailable(), RuntimeError("sk_test_secret")):
        scripted.payments.fails = failure
        answer = await _run(operations, context, READ, id=SESSION)
        (reported[type(failure)],) = answer["errors"]
        assert answer["data"] == {"paymentStatus": None}
    assert reported[ServiceUnavailable]["extensions"] == {"code": "service_unavailable"}
    assert reported[RuntimeError]["extensions"] == {"code": "internal_error"}
    assert "secret" not in str(reported)
    assert reported[RuntimeError]["message"].startswith("Something went wrong on our side (request ")


async def test_variables_that_do_not_fit_are_the_callers_fault(context: Context) -> None:
    with pytest.raises(Rejected) as rejected:
        await _run(Operations(build_schema(), introspection=False), context, READ, id={})
    assert rejected.value.answer["errors"][0]["extensions"] == {"code": "invalid_request"}


async def test_a_value_of_ours_that_does_not_fit_the_schema_is_masked() -> None:
    @strawberry.type
    class Query:
        large: int | None = strawberry.field(resolver=lambda: 2**40)

    result = await strawberry.Schema(Query).execute("{ large }")
    assert result.errors
    assert formatted_error(result.errors[0], Language.EN)["extensions"] == {"code": "internal_error"}


def test_graphqls_own_complaints_are_reported_as_they_are() -> None:
    reported = formatted_error(GraphQLError("Cannot query field 'x'."), Language.EN)
    assert reported == {"message": "Cannot query field 'x'.", "extensions": {"code": "invalid_request"}}


async def _run(operations: Operations, context: Context, query: str, **variables: Any) -> Any:
    prepared = await operations.prepare(Request(query, variables), context)
    return await operations.execute(prepared, context)
