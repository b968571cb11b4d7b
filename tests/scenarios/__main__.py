"""`python -m tests.scenarios`: walk every scenario and print what was covered."""

from tests.harness.proof import Proof
from tests.scenarios.plans import every_scenario
from tests.scenarios.table import table
from tests.scenarios.walk import walk


def main() -> None:
    walks = [walk(scenario) for scenario in every_scenario()]
    print("\n".join(table(walks)))
    proof = Proof()
    proof.needs("scenarios with more than one order", sum(done.orders > 1 for done in walks))
    proof.needs("messages taken in again after they had come", sum(done.merges - done.sets + 1 for done in walks))
    proof.needs("final statuses that were reached", len({done.end.rule.status for done in walks}), at_least=5)
    proof.finish()


if __name__ == "__main__":
    main()
