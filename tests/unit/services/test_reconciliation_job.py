"""When the background run is one of the jobs."""

from types import SimpleNamespace
from typing import Any

import pytest

from gateway.worker.jobs import jobs


class Anything:
    """Whatever the other jobs ask of the services."""

    def __getattr__(self, name: str) -> Any:
        return Anything()


@pytest.mark.parametrize(("every_seconds", "beats"), [(0, []), (30, [30.0]), (900, [60.0])])
def test_reconciliation_beats_at_most_once_a_minute_and_can_be_turned_off(
    every_seconds: int, beats: list[float]
) -> None:
    services: Any = Anything()
    services.settings = SimpleNamespace(reconcile_every_seconds=every_seconds)
    assert [job.every_seconds for job in jobs(services) if job.name == "reconcile"] == beats
