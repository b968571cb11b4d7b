"""Plain words: no private metaphors in what users and contributors read, and one name for one thing."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, modules, tracked

METAPHORS = (
    *("told", "mend", "mends", "mended", "house", "houses", "door", "doors", "stranger", "strangers", "dear", "roof"),
    *("breath", "blip", "blips", "storey", "storeys", "glance", "neighbour", "neighbours"),
)
"""Words that this project once used for something else than they mean."""
WRITTEN_OUTSIDE = ('["door"]', '"door",', 'door="rest"', '{door="', "doorbell")
"""A metric's label that dashboards know, and the glossary's word for a published change."""
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "pyproject.toml", "compose.yaml", "Dockerfile")
KINDS = {".py", ".js", ".mjs", ".html", ".toml", ".md"}
FOLDERS = ("gateway/", "docs/", "tests/", "migrations/")
ITSELF = "tests/architecture/test_words.py"
_METAPHOR = re.compile(rf"(?<![a-zA-Z])(?:{'|'.join(METAPHORS)})(?![a-zA-Z])", re.IGNORECASE)

MAY_MEAN_TWO = {
    "Page": "a page of our rows, and one of Stripe's list",
    "Refused": "a write that was not begun, and Stripe's answer",
    "Tally": "of an audit, and of a reconciliation",
    "Verdict": "of an audit's invariant, and of one of doctor's checks",
}
"""Public class names that occur in two modules, outside GraphQL's types and the sandbox, and what the two are."""


def _texts() -> Iterator[Path]:
    for path in sorted(tracked()):
        if path in PAGES or (path.startswith(FOLDERS) and Path(path).suffix in KINDS and path != ITSELF):
            yield ROOT / path


def test_no_text_uses_a_private_metaphor() -> None:
    found = []
    for path in _texts():
        text = path.read_text("utf-8")
        for allowed in WRITTEN_OUTSIDE:
            text = text.replace(allowed, "")
        lines = enumerate(text.splitlines(), 1)
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()}" for number, line in lines if _METAPHOR.search(line)
        ]
    assert found == []


def test_a_class_name_means_one_thing() -> None:
    places = defaultdict(list)
    for path, tree in modules().items():
        if path.startswith(("gateway/graphql/", "gateway/sandbox/")):
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path)
    assert {name for name, paths in places.items() if len(paths) > 1} == set(MAY_MEAN_TWO)
