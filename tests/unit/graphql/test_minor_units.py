"""Amounts travel as JSON numbers, exact up to 2^53, and nothing else is taken for one."""

from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.graphql.types.minor_units import GREATEST, SCALAR, MinorUnits


@strawberry.type
class Query:
    @strawberry.field
    def echo(self, amount: MinorUnits) -> MinorUnits:
        return amount

    @strawberry.field
    def wrong(self) -> MinorUnits | None:
        return 1.5  # type: ignore[return-value]


SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(scalar_map={MinorUnits: SCALAR}))
AMOUNTS = [0, 1, -1, 500, 2**31, -(2**40), GREATEST, -GREATEST]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_integer_passes_both_ways_in_a_document_and_as_a_variable(amount: int) -> None:
    written = SCHEMA.execute_sync(f"{{ echo(amount: {amount}) }}")
    given = SCHEMA.execute_sync("query ($a: MinorUnits!) { echo(amount: $a) }", {"a": amount})
    assert (written.errors, given.errors) == (None, None)
    assert written.data == given.data == {"echo": amount}
    assert type((given.data or {})["echo"]) is int


@pytest.mark.parametrize("literal", ["1.0", "1e3", '"5"', "true", "null", "FIVE", "[1]", "{a: 1}", str(GREATEST + 1)])
def test_anything_else_in_a_document_is_refused_by_name(literal: str) -> None:
    result = SCHEMA.execute_sync(f"{{ echo(amount: {literal}) }}")
    assert result.errors
    assert "MinorUnits" in result.errors[0].message


@pytest.mark.parametrize("value", [1.0, 1.5, "5", True, False, None, [1], {}, GREATEST + 1, -GREATEST - 1])
def test_anything_else_as_a_variable_is_refused_by_name(value: Any) -> None:
    result = SCHEMA.execute_sync("query ($a: MinorUnits!) { echo(amount: $a) }", {"a": value})
    assert result.errors
    assert "MinorUnits" in result.errors[0].message


def test_a_value_of_ours_that_is_no_integer_never_leaves() -> None:
    result = SCHEMA.execute_sync("{ wrong }")
    assert result.errors
    assert result.data == {"wrong": None}
