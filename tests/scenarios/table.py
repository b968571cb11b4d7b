"""What the walks covered, as lines for people."""

from collections.abc import Iterator, Sequence

from tests.scenarios.walk import Walk


def table(walks: Sequence[Walk]) -> Iterator[str]:
    yield (
        f"{'scenario':<48}{'mode':<14}{'messages':>8}{'distinct':>9}{'orders covered':>20}{'sets':>8}{'merges':>10}"
        "  final status"
    )
    for done in walks:
        scenario = done.scenario
        yield (
            f"{scenario.name:<48}{scenario.mode:<14}{len(scenario.deliveries):>8}{len(done.messages):>9}"
            f"{done.orders:>20,}{done.sets:>8,}{done.merges:>10,}  {done.end.rule.status}"
        )
    yield (
        f"{len(walks)} scenarios: {sum(done.orders for done in walks):,} orders covered, each with redeliveries, "
        f"by {sum(done.merges for done in walks):,} merges over {sum(done.sets for done in walks):,} sets."
    )
