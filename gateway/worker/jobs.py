"""The background jobs and their beats. Each is one bounded round; the runner calls it again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.services import Services


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does one round and answers how much it did."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[int]]


def jobs(services: Services) -> tuple[Job, ...]:
    return (
        Job("complete abandoned sessions", 15.0, services.completer.complete_abandoned),
        Job("try inbox again", 5.0, services.inbox.retry_due),
    )
