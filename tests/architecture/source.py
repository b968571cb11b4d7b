"""The source as trees: what the architecture tests walk."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gateway"


@cache
def modules(folder: str = "gateway") -> dict[str, ast.Module]:
    """Path below the root → parsed module."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


def imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names of every module imported anywhere below."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def names(tree: ast.AST) -> Iterator[str]:
    """Every bare name and attribute mentioned below."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


@cache
def tracked() -> frozenset[str]:
    """Paths of all files of the repository, new ones included; nothing that is built or installed into it."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return frozenset(path for path in listed.stdout.split() if (ROOT / path).is_file())
