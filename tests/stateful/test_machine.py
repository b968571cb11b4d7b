"""The machine in small; `python -m tests.stateful --histories 2000` runs it at length and prints its seed."""

import random
from pathlib import Path

import pytest

from tests.stateful.__main__ import run


@pytest.mark.timeout(300)
def test_random_histories_break_no_invariant() -> None:
    seed_number = random.randrange(2**32)
    bench, problem = run(histories=15, steps=25, seed_number=seed_number, shrink=False)
    assert problem is None, f"seed {seed_number}\n{problem}"
    assert bench.counts["histories"] >= 15
    assert not list(Path(bench.scratch).glob("*"))
