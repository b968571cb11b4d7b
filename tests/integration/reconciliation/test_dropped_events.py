"""The documented command `python -m tests.drop_events`, at a size for every day."""

from pathlib import Path

from tests.drop_events import proof, show


async def test_lost_events_are_made_good_by_one_run(tmp_path: Path) -> None:
    """Half of them: among so few payments the loss of a tenth might leave none wrong."""
    figures = await show(tmp_path, payments=30, seed=20261123, lost_share=0.5)
    assert figures.problems == []
    assert proof(figures).verdicts() == []
