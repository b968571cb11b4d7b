"""Everything at once, a little of it; `python -m tests.crowds` in full."""

import pytest

from tests.crowds import run


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_many_calls_at_once_are_one_session_a_key_and_one_line_a_change(dialect: str) -> None:
    _, breaches = await run(payments=3, keys=2, dialect=dialect, seed=4)
    assert breaches == []
