"""The greatest sizes (docs/architecture.md): nothing so large that it cannot be read in one sitting."""

import ast
import statistics

from tests.architecture.source import ROOT, modules

FILE_LINES = 300
FUNCTION_LINES = 50
MEDIAN_LINES = 120
TABLES = "gateway/sandbox/entities/"
"""One Stripe object is one literal with as many lines as it has required fields; cutting it would hide that."""


def _lines(path: str) -> int:
    return len((ROOT / path).read_text("utf-8").splitlines())


def test_no_file_is_longer_than_a_sitting() -> None:
    assert {path: _lines(path) for path in modules() if _lines(path) > FILE_LINES} == {}


def test_the_median_file_is_short() -> None:
    assert statistics.median(_lines(path) for path in modules()) <= MEDIAN_LINES


def test_no_function_is_longer_than_a_page() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules().items()
        if not path.startswith(TABLES)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    assert [path for path, tree in modules().items() if ast.get_docstring(tree) is None] == []


def test_tests_wait_for_conditions_and_never_just_sleep() -> None:
    sleepers = [
        f"{path}:{node.lineno}"
        for path, tree in modules("tests").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "sleep" and ast.unparse(node) == "time.sleep"
    ]
    assert sleepers == []
