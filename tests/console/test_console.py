"""The programme, small. `python -m tests.console` makes ten thousand payments."""

from pathlib import Path

import pytest

from tests.console.run import run


@pytest.mark.browser
async def test_every_question_is_answered_within_two_clicks_whatever_happened_before(
    tmp_path: Path, chromium: str
) -> None:
    url = f"sqlite://{tmp_path / 'gateway.db'}"
    outcome = await run(tmp_path, url, payments=70, kills=1, seed=1, chromium=chromium)
    assert outcome.breaches == []
    assert outcome.counts["faults at Stripe"] > 0
    assert outcome.counts["killed"] == 1
    assert len(outcome.clues) == 8
