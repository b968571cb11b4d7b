"""`python -m tests.faults [--size 5] [--only black_holed]`: every scenario, its figures, and what it broke."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.faults.bench import lone_bench
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.harness.stamp import stamp


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--size", type=int, default=5)
    parser.add_argument("--only", choices=[scenario.__name__ for scenario in SCENARIOS])
    options = parser.parse_args()
    print("\n".join(stamp()), flush=True)
    chosen = [scenario for scenario in SCENARIOS if options.only in {None, scenario.__name__}]
    return max([asyncio.run(_run(scenario, options.size)) for scenario in chosen])


async def _run(scenario: Scenario, size: int) -> int:
    with tempfile.TemporaryDirectory(prefix="gateway-faults-") as folder:
        try:
            async with lone_bench(Path(folder)) as bench:
                figures, breaches = await scenario(bench, size), await bench.breaches()
        except AssertionError as broken:
            print(f"{scenario.__name__:<40}FAILED  {broken}", flush=True)
            return 1
    print(f"{scenario.__name__:<40}{len(breaches)} breaches; {figures}", flush=True)
    print("".join(f"  {line}\n" for line in bench.proof.lines()), end="")
    print("".join(f"  ! {breach}\n" for breach in breaches), end="")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
