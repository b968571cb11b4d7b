"""Every example that the playground offers is valid against the schema."""

import re
from importlib.resources import files

import pytest
from graphql import build_schema, parse, validate

from gateway.graphql.schema import print_sdl

PAGE = (files("gateway.graphql.transport") / "templates" / "playground.html").read_text("utf-8")
EXAMPLES = re.findall(r"`(# .*?)`", PAGE, re.DOTALL)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_valid(example: str) -> None:
    assert validate(build_schema(print_sdl()), parse(example)) == []
