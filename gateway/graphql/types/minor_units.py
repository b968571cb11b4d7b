"""The scalar of every amount: money outgrows GraphQL's 32-bit Int, and a Float would not be exact."""

from typing import Any, NewType

import strawberry
from graphql import GraphQLError, IntValueNode, ValueNode, print_ast
from graphql.pyutils import inspect

GREATEST = 2**53
"""Up to here every integer is exact as a JSON number, in every language."""

MinorUnits = NewType("MinorUnits", int)


def whole_number(value: Any) -> int:
    """The value itself. Raises GraphQLError, naming it, unless it is an integer within 2^53 of zero."""
    # In Python, true is an int.
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > GREATEST:
        raise GraphQLError(f"MinorUnits must be a whole number from -2^53 to 2^53, not {inspect(value)}.")
    return value


def read_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> int:
    """An integer as it is written in a document. Raises GraphQLError."""
    if not isinstance(node, IntValueNode):
        raise GraphQLError(f"MinorUnits must be a whole number from -2^53 to 2^53, not {print_ast(node)}.", node)
    return whole_number(int(node.value))


SCALAR = strawberry.scalar(
    name="MinorUnits",
    description="Money in the currency's minor unit (cents): an integer up to 2^53, a JSON number.",
    serialize=whole_number,
    parse_value=whole_number,
    parse_literal=read_literal,
)
