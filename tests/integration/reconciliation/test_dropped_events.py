"""The documented command `python -m tests.drop_events`, at a size for every day."""

from pathlib import Path

from tests.drop_events import proof, show


async def test_a_tenth_of_all_events_lost_is_made_good_by_one_run(tmp_path: Path) -> None:
    figures = await show(tmp_path, payments=30, seed=20261123)
    assert figures.problems == []
    assert proof(figures).verdicts() == []
