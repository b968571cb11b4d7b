"""Every file, page and invariant that a comment or a docstring refers to exists."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked

ELSEWHERE = {
    "gateway.toml": "what a user may name a file",
    "catalogue.toml": "the shop's own",
}
"""Names of files that are not ours to have."""
_FILE = re.compile(r"(?<![\w/.@-])((?:[\w-]+/)*[\w-]+\.(?:py|md|toml|mjs|css|html|template|yaml|graphql))\b(?!\.\w)")
_INVARIANT = re.compile(r"\bI(\d{1,2})\b")
_PRIVATE_LABEL = re.compile(r"\b(?:issue|found|finding) #?\d+\b|\bS\d{1,2}\b(?! seconds)", re.IGNORECASE)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def prose(path: Path) -> list[tuple[int, str]]:
    """(line, text) of comments and of strings that stand alone, which is what docstrings are."""
    return list(_prose(path.read_text("utf-8")))


def _prose(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


def _sources() -> list[str]:
    return sorted(path for path in tracked() if path.endswith(".py"))


def _exists(name: str, path: str) -> bool:
    paths = tracked()
    if "/" not in name:
        return name in ELSEWHERE or name in {Path(known).name for known in paths}
    beside = (Path(path).parent / name).as_posix()
    return name in paths or beside in paths or f"gateway/{name}" in paths


@pytest.mark.parametrize("part", ["gateway", "tests", "migrations"])
def test_every_file_that_a_comment_refers_to_exists(part: str) -> None:
    missing = [
        f"{path}:{line}: {name}"
        for path in _sources()
        if path.startswith(f"{part}/")
        for line, text in prose(ROOT / path)
        for name in _FILE.findall(text)
        if not _exists(name, path)
    ]
    assert missing == []


def test_every_invariant_that_a_comment_names_is_in_the_table() -> None:
    table = (ROOT / "docs/invariants.md").read_text("utf-8")
    known = set(re.findall(r"^\| I(\d+)", table, re.MULTILINE))
    named = {
        (f"{path}:{line}", number)
        for path in _sources()
        for line, text in prose(ROOT / path)
        for number in _INVARIANT.findall(text)
    }
    assert known == {str(number) for number in range(1, 24)}
    assert {place for place, number in named if number not in known} == set()


def test_no_comment_uses_a_label_that_only_its_writer_can_resolve() -> None:
    found = [
        f"{path}:{line}: {label}"
        for path in _sources()
        for line, text in prose(ROOT / path)
        for label in _PRIVATE_LABEL.findall(text)
    ]
    assert found == []
