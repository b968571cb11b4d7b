"""There is one way to write what was learned and one way to publish it: each has exactly one call site."""

import ast

import pytest

from tests.architecture.source import modules

ONE_CALL_SITE = {
    "projection.fold": "gateway/services/recording/recorder.py",
    "self._hub.publish": "gateway/services/recording/recorder.py",
    "movements.append": "gateway/services/recording/projection.py",
    "discrepancies.settle": "gateway/services/recording/projection.py",
    "attempts.record": "gateway/services/recording/projection.py",
    "duplicates.look": "gateway/services/recording/projection.py",
}
"""What is called → the only file that may call it. History has two: the first line of a row, and every later one."""


def _call_sites(called: str) -> list[str]:
    return [
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == called
    ]


@pytest.mark.parametrize("called", sorted(ONE_CALL_SITE))
def test_what_is_learned_is_applied_and_published_in_one_place(called: str) -> None:
    assert _call_sites(called) == [ONE_CALL_SITE[called]]


def test_nobody_rings_for_a_change_but_the_recorder() -> None:
    publishers = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if not path.startswith(("gateway/pubsub/", "gateway/services/recording/recorder.py"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "publish"
    ]
    assert publishers == []


def test_only_the_recorder_writes_what_facts_decide() -> None:
    columns = {"facts", "status", "is_final", "version", "attempts_seen", "movements", "seal"}
    writers = {
        path
        for path, tree in modules().items()
        if path.startswith("gateway/services/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        if columns & {keyword.arg for keyword in node.keywords}
    }
    assert writers == set()
