"""What the walks covered, as lines for people."""

from collections.abc import Iterator, Sequence

from gateway.domain.status import derive
from tests.scenarios.walk import Walk


def table(walks: Sequence[Walk]) -> Iterator[str]:
    yield f"{'scenario':<44}{'mode':<14}{'messages':>8}{'orders covered':>20}{'sets':>8}{'merges':>10}  final status"
    for done in walks:
        scenario = done.scenario
        yield (
            f"{scenario.name:<44}{scenario.mode:<14}{len(scenario.deliveries):>8}{done.orders:>20,}{done.sets:>8,}"
            f"{done.merges:>10,}  {derive(done.facts).status}"
        )
    yield (
        f"{len(walks)} scenarios: {sum(done.orders for done in walks):,} orders covered, each with redeliveries, "
        f"by {sum(done.merges for done in walks):,} merges over {sum(done.sets for done in walks):,} sets."
    )
