"""Our linear rule decides as graphql-core's pairwise one does, on documents of every shape."""

import random

import pytest
from graphql import (
    GraphQLSchema,
    NoUnusedFragmentsRule,
    OverlappingFieldsCanBeMergedRule,
    build_schema,
    parse,
    validate,
)

from gateway.graphql.transport.overlapping_fields import LinearOverlappingFieldsRule
from tests.unit.graphql.steps import counted_steps

SCHEMA = """
interface Named { name: String  friend: Named }
type Cat implements Named { name: String  friend: Named  age: Int!  lives(of: Int, by: By): Int  toys: [Toy!] }
type Dog implements Named { name: String  friend: Named  age: String!  lives(of: Int, by: By): Int  toys: [Toy] }
type Toy { name: String  age: Int  owner: Animal }
input By { a: Int  b: Int }
union Animal = Cat | Dog
type Query { cat: Cat  dog: Dog  animal: Animal  named: Named  toy: Toy }
"""
FIELDS = {
    "Query": ["cat", "dog", "animal", "named", "toy"],
    "Named": ["name", "friend"],
    "Cat": ["name", "friend", "age", "lives", "toys"],
    "Dog": ["name", "friend", "age", "lives", "toys"],
    "Toy": ["name", "age", "owner"],
    "Animal": ["__typename"],
}
RETURNS = {"cat": "Cat", "dog": "Dog", "animal": "Animal", "named": "Named", "toy": "Toy", "friend": "Named"} | {
    "toys": "Toy",
    "owner": "Animal",
}
NARROWER = {"Named": ["Cat", "Dog", "Named"], "Animal": ["Cat", "Dog", "Animal"]}
ARGUMENTS = ["", "(of: 1)", "(of: 2)", "(of: 1, by: {a: 1, b: 2})", "(by: {b: 2, a: 1}, of: 1)"]
DOCUMENTS = 3_000


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SCHEMA)


@pytest.mark.parametrize(
    ("document", "is_valid"),
    [
        ("{ cat { name name } }", True),
        ("{ cat { name: age name } }", False),
        ("{ cat { lives(of: 1) lives(of: 2) } }", False),
        ("{ cat { lives(of: 1, by: {a: 1, b: 2}) lives(by: {b: 2, a: 1}, of: 1) } }", True),
        ("{ animal { ... on Cat { x: lives(of: 1) } ... on Dog { x: lives(of: 2) } } }", True),
        ("{ animal { ... on Cat { age } ... on Dog { age } } }", False),
        ("{ named { name ... on Cat { name: name } ... on Dog { name: lives } } }", False),
        ("{ cat { toys { name } } cat { toys { name: age } } }", False),
        ("{ ...A cat { toys { age } } } fragment A on Query { cat { toys { age: name } } }", False),
        ("{ animal { ... on Cat { toys { x: name } } ... on Dog { toys { x: name } } } }", False),
        ("{ named { ... on Cat { x: lives(of: 1) } ... on Dog { x: lives(of: 2) } name } }", True),
        ("{ named { ... on Cat { name } ... on Dog { name } name: __typename } }", False),
        (
            "{ named { ... on Dog { friend { ... on Dog { lives(of: 2) } } } "
            "... on Cat { friend { ... on Dog { lives(of: 1) } } } friend { name } } }",
            True,
        ),
        (
            "{ named { ... on Dog { friend { ... on Dog { lives(of: 2) } } } "
            "... on Cat { friend { name } } friend { ... on Dog { lives(of: 1) } } } }",
            False,
        ),
    ],
)
def test_the_specifications_examples(document: str, is_valid: bool, schema: GraphQLSchema) -> None:
    assert _is_valid(schema, document, LinearOverlappingFieldsRule) is is_valid


def test_a_conflict_between_fields_of_an_interface_is_reported_once(schema: GraphQLSchema) -> None:
    document = "{ named { x: name x: __typename ... on Cat { x: name } ... on Dog { x: name } } }"
    assert len(validate(schema, parse(document), [LinearOverlappingFieldsRule])) == 1


@pytest.mark.parametrize("shape", ["wide", "deep"])
def test_fields_of_interfaces_beside_object_types_are_judged_in_linear_time(shape: str, schema: GraphQLSchema) -> None:
    """Doubling a document may double the steps; if groups multiplied by level, `deep` would square them."""
    steps = [_steps(schema, _interface_document(shape, size)) for size in (10, 20, 40)]
    assert steps[2] - steps[1] < 3 * (steps[1] - steps[0]), steps


def test_it_agrees_with_the_pairwise_rule(schema: GraphQLSchema) -> None:
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    verdicts = {True: 0, False: 0}
    for _ in range(DOCUMENTS):
        document = _document(chance)
        ours = _is_valid(schema, document, LinearOverlappingFieldsRule)
        assert ours is _is_valid(schema, document, OverlappingFieldsCanBeMergedRule), f"seed {seed}: {document}"
        verdicts[ours] += 1
    assert min(verdicts.values()) > DOCUMENTS / 20, verdicts


def _interface_document(shape: str, size: int) -> str:
    beside = "... on Cat { friend { name } } ... on Dog { friend { name } }"
    if shape == "wide":
        return f"{{ named {{ {(beside + ' friend { name } ') * size} }} }}"
    selections = "name"
    for _ in range(size):
        selections = f"{beside} friend {{ {selections} }}"
    return f"{{ named {{ {selections} }} }}"


def _steps(schema: GraphQLSchema, document: str) -> int:
    node = parse(document)
    with counted_steps(at_most=1_000_000) as steps:
        assert not validate(schema, node, [LinearOverlappingFieldsRule])
    return steps.lines


def _is_valid(schema: GraphQLSchema, document: str, rule: type) -> bool:
    """A fragment that nothing spreads is invalid by another rule, so ours leaves it alone."""
    return not validate(schema, parse(document), [rule, NoUnusedFragmentsRule])


def _document(chance: random.Random) -> str:
    on = [chance.choice(["Query", "Cat", "Dog", "Named"]) for _ in range(2)]
    fragments = " ".join(f"fragment F{n} on {kind} {_set(chance, kind, 2, spreads=())}" for n, kind in enumerate(on))
    return f"{_set(chance, 'Query', 3, spreads=on)} {fragments}"


def _set(chance: random.Random, kind: str, depth: int, *, spreads: tuple[str, ...] | list[str]) -> str:
    selections = ["__typename"] if depth == 0 else []
    for _ in range(chance.randint(1, 3)):
        narrower = NARROWER.get(kind)
        fitting = [n for n, on in enumerate(spreads) if on == kind or on in NARROWER.get(kind, ())]
        if fitting and chance.random() < 0.3:
            selections.append(f"...F{chance.choice(fitting)}")
        elif narrower and depth and chance.random() < 0.6:
            inner = chance.choice(narrower)
            selections.append(f"... on {inner} {_set(chance, inner, depth, spreads=spreads)}")
        elif depth:
            selections.append(_field(chance, kind, depth, spreads=spreads))
    return "{ " + " ".join(selections) + " }"


def _field(chance: random.Random, kind: str, depth: int, *, spreads: tuple[str, ...] | list[str]) -> str:
    name = chance.choice(FIELDS[kind])
    alias = "x: " if chance.random() < 0.15 else ""
    arguments = chance.choice(ARGUMENTS) if name == "lives" else ""
    below = _set(chance, RETURNS[name], depth - 1, spreads=spreads) if name in RETURNS else ""
    return f"{alias}{name}{arguments} {below}"
