"""Runs the tests of a mutant in its copy, and says whether they saw it."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.harness.child import clean_environment
from tests.mutants.mutant import Mutant, NoLongerApplies, copied_tree

SECONDS = 600
SERVER_URL = "TEST_DATABASE_URL"
_FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)


class Colour(StrEnum):
    """`red` is what a mutant must be. Of the others each is a fault of the suite or of the mutant."""

    RED = "red"
    GREEN = "GREEN"
    NO_LONGER_APPLIES = "NO LONGER APPLIES"
    DID_NOT_RUN = "DID NOT RUN"
    """The tests could not be collected, were skipped, or ended otherwise than by failing: they have judged nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    mutant: Mutant
    colour: Colour
    seen_by: str = ""
    """The test that failed first; what pytest printed where none did."""


def judged(mutant: Mutant, *, postgres_url: str | None = None) -> Verdict:
    """Break a copy and run its tests there."""
    try:
        with copied_tree(mutant) as root:
            code, printed = run_tests(root, mutant.tests, postgres_url if mutant.on_postgres else None)
    except NoLongerApplies as reason:
        return Verdict(mutant, Colour.NO_LONGER_APPLIES, str(reason))
    except subprocess.TimeoutExpired:
        return Verdict(mutant, Colour.DID_NOT_RUN, f"not within {SECONDS} s")
    failed = _FAILED.search(printed)
    if code == 1 and failed:
        return Verdict(mutant, Colour.RED, failed[1])
    if code == 0 and re.search(r"\b\d+ passed", printed):
        return Verdict(mutant, Colour.GREEN)
    return Verdict(mutant, Colour.DID_NOT_RUN, printed[-1500:])


def faults_without_a_mutant(mutants: Sequence[Mutant], *, postgres_url: str | None = None) -> str:
    """The tests of all of them in a copy that nothing is broken in: what fails there says nothing of a mutant."""
    printed = ""
    with copied_tree(None) as root:
        for on_postgres in (False, True):
            tests = sorted({test for mutant in mutants if mutant.on_postgres is on_postgres for test in mutant.tests})
            if tests:
                code, said = run_tests(root, tests, postgres_url if on_postgres else None)
                printed += said[-3000:] if code else ""
    return printed


def run_tests(root: Path, tests: Sequence[str], postgres_url: str | None) -> tuple[int, str]:
    """pytest's exit code and what it printed. The copy's own gateway is imported: `-m` puts its folder first."""
    options = ["-q", "-x", "-n0", "-rfE", "--tb=line", "--timeout=60", "-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = clean_environment() | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop(SERVER_URL, None)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=root,
        env=environment | ({SERVER_URL: postgres_url} if postgres_url else {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr
