"""Starting, running and waiting are written in the harness and nowhere else (docs/decisions/0023)."""

import ast

from tests.architecture.source import modules

STARTING_AND_WAITING = ("bare_gateway", "child", "commands", "deployment", "served_gateway", "serving", "waiting")
"""The modules that start something, run something or wait for it."""
MEANT_OTHERWISE = {
    "tests/fuzz/server.py": {"served", "settings_for"},  # With the protocols and bounds of `gateway serve`.
    "tests/make_migrations.py": {"settings_for"},  # Of a database without a gateway.
    "tests/matrices/test_connections.py": {"served"},  # A server of the gateway's own without its application.
}
"""Names that mean something of their own there."""


def _defined(tree: ast.Module) -> set[str]:
    """Public classes and functions, but for fixtures and entry points."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    return {node.name for node in found if not any("fixture" in ast.dump(one) for one in node.decorator_list)} - {
        "main"
    }


def test_nothing_of_the_harness_is_defined_again() -> None:
    trees = modules("tests")
    offered = set[str]().union(*(_defined(trees[f"tests/harness/{name}.py"]) for name in STARTING_AND_WAITING))
    again = {
        f"{path}: {name}"
        for path, tree in trees.items()
        if not path.startswith("tests/harness/")
        for name in (offered & _defined(tree)) - MEANT_OTHERWISE.get(path, set())
    }
    assert "eventually" in offered
    assert again == set()
