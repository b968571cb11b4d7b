"""Who may import whom (docs/architecture.md)."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, imports, modules, names

ALLOWED = {
    "stripe": ("gateway/stripe_api/",),
    "tortoise": ("gateway/models/", "gateway/engines/", "gateway/services/"),
    "aerich": ("gateway/models/", "gateway/engines/"),
    "asyncpg": ("gateway/engines/",),
    "strawberry": ("gateway/graphql/",),
    "limits": ("gateway/rate_limit/", "gateway/setting_values.py", "gateway/stripe_api/gate.py"),
    "typer": ("gateway/cli/",),
}


def test_imports_only_point_down_the_layers() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("library", sorted(ALLOWED))
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    strays = [
        path
        for path, tree in modules().items()
        if any(name.split(".")[0] == library for name in imports(tree)) and not path.startswith(ALLOWED[library])
    ]
    assert strays == []


def test_nothing_below_the_entry_points_knows_a_route() -> None:
    route = re.compile(r"/(?:api|graphql|shop|healthz|readyz|metrics|docs|playground|console)(?:/|$)")
    above = (
        "app.py",
        "cli/",
        "serving/",
        "http/",
        "graphql/",
        "rest/",
        "webhooks/",
        "storefront/",
        "console/",
        "client/",
        "sandbox/",
    )
    knowing = [
        f"{path}:{node.lineno}: {node.value}"
        for path, tree in modules().items()
        if not path.removeprefix("gateway/").startswith(above)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and route.match(node.value)
    ]
    assert knowing == []


def test_only_the_settings_read_the_environment() -> None:
    readers = [path for path, tree in modules().items() if {"environ", "getenv", "dotenv_values"} & set(names(tree))]
    assert readers == ["gateway/settings.py"]


def test_only_the_database_opens_transactions() -> None:
    forbidden = {"in_transaction", "atomic", "get_or_create", "update_or_create", "bulk_create"}
    openers = [path for path, tree in modules().items() if forbidden & set(names(tree))]
    assert openers == ["gateway/engines/database.py"]


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_no_module_builds_an_application_or_a_client_when_imported() -> None:
    built = {"FastAPI", "Starlette", "StripeClient", "create_app", "create_sandbox", "build_client"}
    at_import = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in built
    ]
    assert at_import == []
