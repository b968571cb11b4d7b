"""The scripts hold no words: whatever they say is in both languages, and nothing is there that nobody says."""

import re
from pathlib import Path

import pytest

from gateway.console import router, texts
from gateway.domain.attempts import AttemptState
from gateway.domain.discrepancies import DiscrepancyKind, DiscrepancyState
from gateway.domain.movements import MovementKind
from gateway.domain.status import RULES, Status
from gateway.services.operators.statistics import StatsWindow
from gateway.telemetry.metrics import ENTRY_POINTS

STATIC = router.HERE / "static"
SCRIPTS = sorted(STATIC.rglob("*.js"))
PAGE = (router.HERE / "templates" / "console.html").read_text("utf-8")
NAMES_OF_MANY = "kind todo rule status movement event delivery run attempt refund desk window reads".split()


def test_every_word_that_a_script_says_is_known() -> None:
    said = {name for script in SCRIPTS for name in re.findall(r'say\("(\w+)"', script.read_text("utf-8"))}
    assert len(said) > 50
    assert said <= set(texts.WORDS)


def test_no_word_is_there_that_nobody_says() -> None:
    used = {word for script in SCRIPTS for word in re.findall(r'"(\w+)"', script.read_text("utf-8"))}
    used |= set(re.findall(r"words\.(\w+)", PAGE)) | set(re.findall(r'"(\w+)"', PAGE))
    alone = {name for name in texts.WORDS if name.partition("_")[0] not in NAMES_OF_MANY}
    assert alone - used == set()


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("kind", DiscrepancyKind),
        ("todo", DiscrepancyKind),
        ("desk", DiscrepancyState),
        ("status", Status),
        ("movement", MovementKind),
        ("attempt", [state.name.lower() for state in AttemptState]),
        ("rule", [rule.number for rule in RULES]),
        ("reads", ENTRY_POINTS),
        ("window", [window.name for window in StatsWindow]),
    ],
)
def test_every_value_of_the_model_has_its_words(prefix: str, values: list[str]) -> None:
    missing = [value for value in values if f"{prefix}_{value}" not in texts.WORDS]
    assert missing == []


def test_both_languages_fill_in_the_same_places() -> None:
    places = re.compile(r"\{\w+\}")
    differing = [
        name for name, text in texts.WORDS.items() if set(places.findall(text.en)) != set(places.findall(text.zh))
    ]
    assert differing == []


def test_no_script_reads_a_text_as_markup_and_no_file_is_long() -> None:
    ways = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|localStorage|sessionStorage"
    )
    assert [path.name for path in SCRIPTS if ways.search(path.read_text("utf-8"))] == []
    assert [path.name for path in STATIC.rglob("*.*") if len(Path(path).read_text("utf-8").splitlines()) > 300] == []
