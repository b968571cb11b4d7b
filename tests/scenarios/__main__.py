"""`python -m tests.scenarios`: walk every scenario and print what was covered."""

from tests.scenarios.plots import every_scenario
from tests.scenarios.table import table
from tests.scenarios.walk import walk

if __name__ == "__main__":
    print("\n".join(table([walk(scenario) for scenario in every_scenario()])))
