"""GraphQL documents drawn from the schema: valid ones, the same with tokens disarranged, and bombs of any size."""

import json
import random
import re
from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from tests.fuzz.server import PRICE
from tests.fuzz.values import NUMBERS, any_value, weird_text
from tests.unit.graphql.documents import BOMBS

LONGEST_BYTES = 16 * 1024
_TOKEN = re.compile(r'"""(?:.|\n)*?"""|"(?:[^"\\]|\\.)*"|\.\.\.|[\w$@]+|\S')


class Grammar:
    """Draws from one schema with one generator. `sessions` are ids that exist."""

    def __init__(self, schema: GraphQLSchema, generator: random.Random, sessions: list[str]) -> None:
        self.schema = schema
        self.generator = generator
        self.sessions = sessions

    def request(self) -> dict[str, Any]:
        """A request's body; its document is at most 16 KiB, but for one in fifty."""
        draw = self.generator.random()
        if draw < 0.4:
            query = self.document()
        elif draw < 0.8:
            query = self.disarranged(self.document())
        else:
            query = self.bomb()
        if self.generator.random() > 0.02:
            query = query.encode("utf-8", "replace")[:LONGEST_BYTES].decode("utf-8", "ignore")
        body: dict[str, Any] = {"query": query}
        if self.generator.random() < 0.3:
            body["variables"] = self.variables()
        if self.generator.random() < 0.1:
            body["operationName"] = self.generator.choice(["A", "", weird_text(self.generator), None])
        if self.generator.random() < 0.05:
            body["extensions"] = any_value(self.generator)
        return body

    def variables(self) -> Any:
        """What the documents name, rightly or not; sometimes as much as a body holds."""
        draw = self.generator.random()
        if draw < 0.05:
            return {f"v{number}": weird_text(self.generator) for number in range(self.generator.randrange(3000))}
        if draw < 0.1:
            return {"input": {f"f{number}": 1 for number in range(self.generator.randrange(3000))}}
        return {
            name: any_value(self.generator) if draw < 0.7 else self.generator.choice([*self.sessions, PRICE])
            for name in ("a", "b", "input", "id")
        }

    def document(self) -> str:
        kind = self.generator.choice(["query", "query", "query", "mutation", "subscription"])
        root = {
            "query": self.schema.query_type,
            "mutation": self.schema.mutation_type,
            "subscription": self.schema.subscription_type,
        }[kind]
        assert root is not None
        variables = self.generator.choice(["", "", "($a: ID!)", "($a: Int = 1, $b: String)", "($a: Nothing!)"])
        head = kind + self.generator.choice(["", " A"]) + variables
        return f"{head} {self.selection(root, depth=self.generator.choice([2, 4, 6, 10]))}"

    def selection(self, kind: GraphQLOutputType, *, depth: int) -> str:
        if isinstance(kind, GraphQLUnionType):
            parts = [f"... on {part.name} {self.selection(part, depth=depth - 1)}" for part in kind.types]
            return "{ __typename " + " ".join(parts) + " }"
        assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        names = [name for name in kind.fields if depth > 0 or is_leaf_type(get_named_type(kind.fields[name].type))]
        chosen = self.generator.sample(names, min(len(names), self.generator.choice([1, 1, 2, 4])))
        parts = [self.field(kind, name, depth=depth) for name in chosen] or ["__typename"]
        return "{ " + " ".join(parts) + " }"

    def field(self, kind: GraphQLObjectType | GraphQLInterfaceType, name: str, *, depth: int) -> str:
        field = kind.fields[name]
        arguments = [
            f"{key}: {self.literal(argument.type)}"
            for key, argument in field.args.items()
            if self.generator.random() < 0.7
        ]
        text = self.generator.choice(["", "", "", "x: ", "a1: "]) + name
        text += f"({', '.join(arguments)})" if arguments else ""
        text += self.generator.choice(["", "", "", " @include(if: true)", " @skip(if: $a)", " @what"])
        below: Any = get_named_type(field.type)
        return text if is_leaf_type(below) else f"{text} {self.selection(below, depth=depth - 1)}"

    def literal(self, kind: GraphQLInputType) -> str:
        """A value of the type, or of none."""
        bare: Any = get_nullable_type(kind)
        if self.generator.random() < 0.1:
            return self.generator.choice(["null", "$a", "$b", "[]", "{}", "1e400", str(10**400), "ENUM", '""', "true"])
        if is_list_type(bare):
            return f"[{self.literal(bare.of_type)}]"
        if isinstance(bare, GraphQLEnumType):
            return str(self.generator.choice([*bare.values]))
        if isinstance(bare, GraphQLInputObjectType):
            parts = [
                f"{name}: {self.literal(field.type)}"
                for name, field in bare.fields.items()
                if self.generator.random() < 0.5
            ]
            return "{" + ", ".join(parts) + "}"
        return self.scalar(bare.name)

    def scalar(self, name: str) -> str:
        if name == "Int":
            return str(self.generator.choice(NUMBERS))
        if name == "Boolean":
            return self.generator.choice(["true", "false"])
        known = [*self.sessions, PRICE, "2026-01-01T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59-23:59"]
        text = self.generator.choice([*known, weird_text(self.generator)])
        return json.dumps(text) if self.generator.random() < 0.95 else f'"""{text}"""'

    def disarranged(self, text: str) -> str:
        """A few tokens dropped, doubled, exchanged, multiplied or replaced."""
        tokens = _TOKEN.findall(text)
        for _ in range(self.generator.choice([1, 1, 2, 5])):
            if not tokens:
                break
            here, there = self.generator.randrange(len(tokens)), self.generator.randrange(len(tokens))
            match self.generator.randrange(6):
                case 0:
                    del tokens[here]
                case 1:
                    tokens[here], tokens[there] = tokens[there], tokens[here]
                case 2:
                    tokens.insert(here, tokens[there])
                case 3:
                    tokens[here] = self.generator.choice(
                        [weird_text(self.generator), "...", "{", "}", "@a", "$", "&", "|"]
                    )
                case 4:
                    tokens[here:here] = tokens[here:there] * self.generator.choice([1, 10, 200])
                case _:
                    tokens = tokens[: here + 1]
        return self.generator.choice([" ", "\n", " ", ","]).join(tokens)

    def bomb(self) -> str:
        if self.generator.random() < 0.3:
            return self.generator.choice([*BOMBS.values()])
        return self.generator.choice(_BOMBS)(self.generator.choice([3, 30, 150, 1000, 8000]))


def _fragments(size: int) -> str:
    links = " ".join(f"fragment F{n} on Payment {{ ...F{n + 1} ...F{n + 1} }}" for n in range(min(size, 400)))
    return "{ paymentStatus(sessionId: 1) { ...F0 } } " + links


def _mesh(size: int) -> str:
    """Every fragment spreads every other."""
    count = min(size, 40)
    spreads = " ".join(f"...F{n}" for n in range(count))
    return f"{{ {spreads} }} " + " ".join(
        f"fragment F{n} on Query {{ prices {{ id }} {spreads} }}" for n in range(count)
    )


def _inputs(size: int) -> str:
    return "mutation { createCheckoutSession(input: " + "{a: " * size + "1" + "}" * size + ") { __typename } }"


_BOMBS: tuple[Callable[[int], str], ...] = (
    _fragments,
    _mesh,
    _inputs,
    lambda size: "{ " + "prices { " * size + "id" + " }" * size + " }",
    lambda size: "{ " + "".join(f"a{n}: prices {{ id }} " for n in range(size)) + "}",
    lambda size: "{ prices " + "@include(if: true) " * size + "{ id } }",
    lambda size: "{ prices { " + "id " * size + "} }",
    lambda size: "{ ... " * size + "{ __typename }" + " }" * size,
    lambda size: "{ ... on Query " * size + "{ __typename }" + " }" * size,
    lambda size: '{ paymentStatus(sessionId: "' + "\\u0041" * size + '") { status } }',
    lambda size: '{ paymentStatus(sessionId: """' + "\n " * size + '""") { status } }',
    lambda size: "query (" + "".join(f"$v{n}: Int " for n in range(size)) + ") { prices { id } }",
    lambda size: "query ($v: " + "[" * size + "Int" + "]" * size + ") { prices { id } }",
    lambda size: "{ prices(a: " + "[" * size + "]" * size + ") { id } }",
    lambda size: "".join(f"query Q{n} {{ prices {{ id }} }} " for n in range(size)),
    lambda size: "# comment\n" * size + "{ prices { id } }",
    lambda size: "\ufeff" + ", " * size + "{ prices { id } }",
    lambda size: "{ " + "\u00e9" * size + " }",
    lambda size: "{ a(b: " + "1" * size + ") }",
    lambda size: "{ a(b: 1." + "1" * size + "e1) }",
    lambda size: "{ " + "x" * size + " }",
    lambda size: "{ __schema { types { fields { type { " + "ofType { " * size + "name" + " }" * size + " } } } } }",
    lambda size: "{ paymentStatus(sessionId: 1) { " + "history { from } " * size + "} }",
)
