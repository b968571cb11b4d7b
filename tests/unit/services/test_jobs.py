"""Which rounds are made by themselves: one that is left out of the table would never be missed by a request."""

from types import SimpleNamespace
from typing import Any

from gateway.worker.jobs import jobs

ROUNDS = {
    "completer.complete_abandoned",
    "inbox.retry_due",
    "upkeep.watch_inbox",
    "upkeep.prune",
    "refetcher.run_due",
    "installation.prove_again",
    "statistics.measure",
    "hourly_sums.round",
    "price_control.look",
    "desk.measure",
    "reconciliation.run_due",
    "refunds.complete_pending",
    "notices.round",
    "notices.measure",
}


class Path:
    """Whatever is asked for, by its name."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __getattr__(self, name: str) -> "Path":
        return Path(f"{self.name}.{name}".lstrip("."))


def test_every_round_is_made_by_itself() -> None:
    services: Any = Path()
    services.settings = SimpleNamespace(reconcile_every_seconds=900)
    made: list[Any] = [job.run for job in jobs(services)]
    assert {run.name for run in made} == ROUNDS
    assert len(made) == len(ROUNDS)
