"""What a document may ask for: each limit by name, the cost of what passes, and no bomb that takes long to refuse."""

import time
from contextlib import suppress

import pytest
from graphql import GraphQLError, get_introspection_query, parse

from gateway.graphql.document_cache import Rules
from gateway.graphql.document_limits import judge
from gateway.graphql.schema import build_schema
from tests.unit.graphql.documents import BOMBS, TOO_MUCH

JUDGED_WITHIN_SECONDS = 0.010
TRIES = 60


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(build_schema()._schema, introspection=False)


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_refused_by_the_name_of_its_limit(what: str) -> None:
    with pytest.raises(GraphQLError, match=f"too many {what}: at most"):
        judge(parse(TOO_MUCH[what]), introspection=False)


@pytest.mark.parametrize("what", BOMBS)
def test_no_document_takes_long_to_be_judged(what: str, rules: Rules) -> None:
    """One try within the bound is enough, since what disturbs the others is the machine."""
    assert any(_seconds_to_judge(rules, BOMBS[what]) < JUDGED_WITHIN_SECONDS for _ in range(TRIES))


def test_a_longer_document_is_refused_unread(rules: Rules) -> None:
    with pytest.raises(GraphQLError, match="longer than 16384 bytes"):
        rules.prepare("{ prices { id } } #" + "界" * 6_000)


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ prices { id name } }", 1),
        ("{ prices { id } prices { name } }", 1),
        ("{ a: prices { id } b: prices { id } __typename }", 3),
        ("{ ...A ...A } fragment A on Query { a: prices { id } ... on Query { b: prices { id } } }", 2),
        ("subscription { paymentStatus(sessionId: 1) { status } }", 1),
        ("mutation { createCheckoutSession(input: {priceId: 1}) { __typename } }", 1),
    ],
)
def test_every_root_field_costs_one_token(document: str, cost: int) -> None:
    assert judge(parse(document), introspection=False) == {None: cost}


def test_each_operation_has_its_own_cost() -> None:
    document = parse("query One { prices { id } } query Two { a: prices { id } b: prices { id } }")
    assert judge(document, introspection=False) == {"One": 1, "Two": 2}


def test_introspection_is_refused_unless_it_is_allowed() -> None:
    document = parse(get_introspection_query())
    assert judge(document, introspection=True) == {"IntrospectionQuery": 1}
    with pytest.raises(GraphQLError, match="Introspection is off"):
        judge(document, introspection=False)


@pytest.mark.parametrize(
    "document", ["{ ...A } fragment A on Query { __schema { types { name } } }", '{ __type(name: "Query") { name } }']
)
def test_introspection_hides_nowhere(document: str) -> None:
    with pytest.raises(GraphQLError, match="Introspection is off"):
        judge(parse(document), introspection=False)


def test_introspection_is_bounded_too() -> None:
    deep = "{ __schema { types { " + "ofType { " * 20 + "name" + " }" * 23
    with pytest.raises(GraphQLError, match="too many levels of introspection"):
        judge(parse(deep), introspection=True)


def test_an_operation_selects_something() -> None:
    with pytest.raises(GraphQLError, match="at least one field"):
        judge(parse("subscription { }"), introspection=False)


def _seconds_to_judge(rules: Rules, text: str) -> float:
    """Processor time: what the event loop would stand still for."""
    started = time.process_time()
    with suppress(GraphQLError):
        rules.validate(rules.prepare(text))
    return time.process_time() - started
