"""What a document may ask for: each limit by name, the cost of what passes, and how much work judging may be.

Work is counted in executed lines of Python, so that a slow machine and a fast one come to the same verdict.
"""

from contextlib import suppress

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    InlineFragmentNode,
    Lexer,
    OperationDefinitionNode,
    Source,
    TokenKind,
    TypeInfo,
    Visitor,
    get_introspection_query,
    parse,
    visit,
)

from gateway.graphql.schema import build_schema
from gateway.graphql.transport.document_cache import Rules
from gateway.graphql.transport.document_limits import _Scales, judge
from gateway.graphql.transport.overlapping_fields import LinearOverlappingFieldsRule
from tests.unit.graphql.documents import BOMBS, EXPENSIVE, INTERWOVEN, MAX_STEPS, TOO_MUCH
from tests.unit.graphql.steps import counted_steps

WEIGHING_STEPS_PER_TOKEN = 80
"""The most expensive document of these takes 54."""

GROWTH = 2.1
"""Work on twice the document, as a multiple: 2 for linear work, 4 for pairs."""


def _is_document(text: str) -> bool:
    with suppress(GraphQLError):
        parse(text)
        return True
    return False


ADVERSARIAL = BOMBS | TOO_MUCH | {what: shape(size) for what, (shape, size) in EXPENSIVE.items()} | INTERWOVEN
WEIGHED = [what for what, text in BOMBS.items() if _is_document(text)]
"""The others are refused before they are weighed."""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(build_schema()._schema, introspection=False)


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_refused_by_the_name_of_its_limit(what: str) -> None:
    with pytest.raises(GraphQLError, match=f"too many {what}: at most"):
        judge(parse(TOO_MUCH[what]), introspection=False)


@pytest.mark.parametrize("what", BOMBS)
def test_no_document_takes_long_to_be_judged(what: str, rules: Rules) -> None:
    """Parsing, weighing and validation together, whatever the verdict."""
    assert _steps_to_judge(rules, BOMBS[what]) <= MAX_STEPS


@pytest.mark.parametrize("what", WEIGHED)
def test_weighing_takes_a_bounded_number_of_steps_per_token(what: str) -> None:
    document = parse(BOMBS[what])
    with counted_steps() as steps, suppress(GraphQLError):
        judge(document, introspection=False)
    assert steps.lines <= WEIGHING_STEPS_PER_TOKEN * _tokens(BOMBS[what])


@pytest.mark.parametrize("what", WEIGHED)
def test_each_selection_set_is_weighed_at_most_once_however_often_it_is_spread(what: str) -> None:
    document = parse(BOMBS[what])
    with counted_steps() as steps, suppress(GraphQLError):
        judge(document, introspection=False)
    assert steps.calls_of(_Scales._add_selections) <= _selection_sets(document)


@pytest.mark.parametrize("what", ADVERSARIAL)
def test_each_node_is_visited_at_most_three_times(what: str, rules: Rules) -> None:
    """Once to be weighed, once to be merged, once by all rules together; looking for variables is one more, and only
    where there is a `$`."""
    text = ADVERSARIAL[what]
    visitors = (_Scales._add_field, LinearOverlappingFieldsRule._select, TypeInfo.enter)
    with counted_steps(visitors=visitors) as steps, suppress(GraphQLError):
        rules.validate(rules.prepare(text))
    assert max(steps.visits.values(), default=0) <= 3 + ("$" in text)


def test_visits_are_counted_where_a_document_is_judged_whole(rules: Rules) -> None:
    with counted_steps(visitors=(_Scales._add_field, LinearOverlappingFieldsRule._select, TypeInfo.enter)) as steps:
        assert rules.validate(rules.prepare("{ prices { id ...F } } fragment F on Price { name }")) == []
    assert max(steps.visits.values()) == 3


@pytest.mark.parametrize("what", EXPENSIVE)
def test_twice_the_document_takes_twice_the_steps(what: str, rules: Rules) -> None:
    """Whatever limits there are: these documents pass them, or come to the last one."""
    shape, size = EXPENSIVE[what]
    half, whole = (_steps_to_judge(rules, shape(count)) for count in (size // 2, size))
    assert whole <= GROWTH * half


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


def _steps_to_judge(rules: Rules, text: str) -> int:
    with counted_steps(at_most=4 * MAX_STEPS) as steps, suppress(GraphQLError):
        rules.validate(rules.prepare(text))
    return steps.lines


def _tokens(text: str) -> int:
    lexer = Lexer(Source(text))
    count = 0
    while lexer.advance().kind is not TokenKind.EOF:
        count += 1
    return count


def _selection_sets(document: DocumentNode) -> int:
    """Of what may have one, with or without."""
    owners = (FieldNode, FragmentDefinitionNode, InlineFragmentNode, OperationDefinitionNode)
    counter = _Counter(owners)
    visit(document, counter)
    return counter.found


class _Counter(Visitor):
    def __init__(self, kinds: tuple[type, ...]) -> None:
        super().__init__()
        self.kinds = kinds
        self.found = 0

    def enter(self, node: object, *_args: object) -> None:
        self.found += isinstance(node, self.kinds)
