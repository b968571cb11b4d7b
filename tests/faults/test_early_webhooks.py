"""The race every webhook integration has, twenty times; `python -m tests.early_webhooks` runs it a thousand times."""

import pytest

from tests.early_webhooks import run


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_webhooks_before_the_answer_to_create_end_right(dialect: str) -> None:
    _, breaches = await run(count=20, dialect=dialect, seed=3)
    assert breaches == []
