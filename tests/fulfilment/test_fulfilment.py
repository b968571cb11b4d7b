"""A few payments in the suite, on both databases; the many are `python -m tests.fulfilment`."""

import pytest

from tests.fulfilment.__main__ import run_killed


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_every_change_is_notified_of_in_order_though_the_back_end_fails_and_the_gateway_is_killed(dialect: str) -> None:
    after = run_killed(12, 2, dialect, seed=5)
    assert after.breaches == []
    assert after.kills == 2
    assert len(after.ledger.changes) >= 6
    assert len(after.back_end.notices) >= len(after.ledger.changes)
