"""Every mutant still applies, and a few quick ones are seen; `python -m tests.mutants` breaks everything."""

from collections import Counter

import pytest

from tests.harness.child import ROOT
from tests.mutants.all import MUTANTS
from tests.mutants.mutant import Mutant, broken_source
from tests.mutants.verdicts import Colour, judged

QUICK = (
    "only the first of several webhook secrets is tried",
    "anybody's X-Forwarded-For is believed",
    "rows that a crash left without a session are never completed",
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_mutant_applies_and_names_tests_that_exist(mutant: Mutant) -> None:
    broken_source(mutant)
    for test in mutant.tests:
        path, _, name = test.partition("::")
        assert not name or f"def {name}(" in (ROOT / path).read_text("utf-8"), test
        assert (ROOT / path).is_file(), test


def test_no_two_mutants_have_one_name() -> None:
    assert [name for name, count in Counter(one.name for one in MUTANTS).items() if count > 1] == []


@pytest.mark.parametrize("name", QUICK)
def test_a_mutant_is_seen(name: str) -> None:
    (mutant,) = (one for one in MUTANTS if one.name == name)
    verdict = judged(mutant)
    assert verdict.colour is Colour.RED, verdict


def test_a_test_that_does_not_look_leaves_its_mutant_green() -> None:
    blind = Mutant(
        "nothing that the test looks at",
        "gateway/domain/duration.py",
        "import",
        "import  ",
        ("tests/unit/http/test_signing.py",),
    )
    assert judged(blind).colour is Colour.GREEN


def test_a_mutant_that_no_longer_applies_is_named() -> None:
    moved = Mutant("its line has moved", "gateway/engines/database.py", "no such line", "", ("tests/unit",))
    assert judged(moved).colour is Colour.NO_LONGER_APPLIES
