"""What the documentation refers to exists, and the journeys it leads through are short."""

import ast
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LONGEST_JOURNEY = 10
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "tests/clients/README.md"]
)
_FILE = re.compile(r"`((?:gateway|tests|docs|migrations)/[A-Za-z0-9_./-]+\.[a-z]+)`")
_SYMBOL = re.compile(r"`(gateway/[a-z0-9_/]+\.py)`\s+`([A-Za-z_]+(?:\.[a-z_]+)?)`")
_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#]*)(?:#([^)]*))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def _journeys() -> dict[str, list[str]]:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    journeys = text.partition("## Journeys")[2].partition("\n## ")[0]
    return {
        name.strip(): _FILE.findall(steps)
        for name, _, steps in (part.partition("\n") for part in journeys.split("\n### ")[1:])
    }


@pytest.mark.parametrize("journey", ["Create", "Webhook", "Watch", "Reconcile"])
def test_a_journey_leads_through_at_most_ten_files_that_exist(journey: str) -> None:
    files = _journeys()[journey]
    assert 3 < len(files) <= LONGEST_JOURNEY
    assert [path for path in files if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_page_that_is_referred_to_exists(page: str) -> None:
    text = _CODE.sub("", (ROOT / page).read_text("utf-8"))
    links = [((ROOT / page).parent / path if path else ROOT / page, anchor) for path, anchor in _LINK.findall(text)]
    assert [path for path in _FILE.findall(text) if not (ROOT / path).exists()] == []
    assert [str(path) for path, _ in links if not path.exists()] == []
    assert [f"{path.name}#{anchor}" for path, anchor in links if anchor and anchor not in _anchors(path)] == []


def _anchors(page: Path) -> set[str]:
    """The names by which the headings of a page can be linked to, as GitHub makes them."""
    headings = _HEADING.findall(_CODE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _symbols(path: str) -> set[str]:
    """Classes, their methods and functions, as `Name` or `Name.method`."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = {node.name for node in tree.body if isinstance(node, (ast.ClassDef, *functions))}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, functions)}
    return found


def test_the_tour_has_twelve_questions_and_what_it_names_is_there() -> None:
    text = (ROOT / "docs/tour.md").read_text("utf-8")
    questions = re.findall(r"^\*\*(\d+)\. [^*]+\?\*\*", text, re.MULTILINE)
    assert [int(number) for number in questions] == list(range(1, 13))
    named = _SYMBOL.findall(text)
    assert len(named) >= len(questions)
    assert [f"{path} {symbol}" for path, symbol in named if symbol not in _symbols(path)] == []


def _numbered_layers() -> dict[str, int]:
    """Every name in the diagram (`graphql/`, `settings.py`, `database*.py`) → the number of its layer."""
    diagram = (ROOT / "docs/architecture.md").read_text("utf-8").split("```")[1]
    numbered: dict[str, int] = {}
    number = 0
    for line in diagram.splitlines():
        number = int(line[0]) if line[:1].isdigit() else number
        numbered |= dict.fromkeys(re.findall(r"[a-z_*]+(?:/|\.py)", line), number)
    return numbered


def test_the_diagram_shows_the_layers_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    contract = next(contract for contract in contracts if contract["type"] == "layers")
    drawn, shown = _numbered_layers(), list[int]()
    for layer in contract["layers"]:
        for name in layer.split(" | "):
            module = name.split(".")[1]
            if module == "__main__":
                continue
            found = {number for part, number in drawn.items() if fnmatch(f"{module}.py", part) or part == f"{module}/"}
            assert len(found) == 1, f"{module} is drawn {len(found)} times"
            shown += found
    assert shown == sorted(shown, reverse=True)
    assert set(shown) == set(range(7))
