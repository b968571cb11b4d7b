"""A few kills in the suite, on both databases; the many are `python -m tests.kill_loop --kills 200`."""

import pytest

from tests.kill_loop.__main__ import run
from tests.kill_loop.verdict import judge


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled_when_the_gateway_is_killed(dialect: str) -> None:
    after = run(kills=3, dialect=dialect, seed=7, patient=True)
    assert judge(after).all_breaches == []
    assert after.killer.kills.total() == 3
    assert after.tables.payments
