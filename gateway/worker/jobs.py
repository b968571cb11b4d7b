"""The background jobs and their beats. Each is one bounded round; the runner calls it again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.services.container import Services


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does one round and answers how much it did."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[int]]


def jobs(services: Services) -> tuple[Job, ...]:
    every = services.settings.reconcile_every_seconds
    # The service itself knows when a run is due, so that processes that come and go share one beat.
    reconcile = Job("reconcile", min(every, 60.0), services.reconciliation.run_due)
    return (
        Job("complete abandoned sessions", 15.0, services.completer.complete_abandoned),
        Job("complete refunds", 15.0, services.refunds.complete_pending),
        Job("try inbox again", 5.0, services.inbox.retry_due),
        Job("watch inbox", 10.0, services.upkeep.watch_inbox),
        Job("ask Stripe what is open", 5.0, services.refetcher.run_due),
        Job("prove the installation", 30.0, services.installation.prove_again),
        Job("count payments", 60.0, services.statistics.measure),
        Job("sum hours", 60.0, services.hourly_sums.round),
        Job("compare prices", 24 * 3600.0, services.price_control.look),
        Job("count discrepancies", 15.0, services.desk.measure),
        Job("send notices", 0.25, services.notices.round),
        Job("count notices", 15.0, services.notices.measure),
        Job("prune", 60.0, services.upkeep.prune),
        *([reconcile] if every else []),
    )
