"""`python -m tests.soak --minutes 60 [--watchers 500] [--database postgres] [--seed N]`.

A line each minute, then a table. Exit 1: something grew, or was missed. Interrupted, it prints what it has.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
from pathlib import Path

from tests.harness.databases import database
from tests.harness.stamp import stamp
from tests.soak.samples import MOST_GROWTH
from tests.soak.soak import LONG_ENOUGH_MINUTES, Outcome, Plan, soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--watchers", type=int, default=500)
    parser.add_argument("--hold", type=float, default=120.0, help="seconds that a payment is watched before it is paid")
    parser.add_argument("--faults-every", type=float, default=60.0)
    parser.add_argument("--waves-every", type=float, default=20.0, help="seconds between waves of hostile peers")
    parser.add_argument("--sample-every", type=float, default=5.0)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = vars(parser.parse_args())
    dialect = options.pop("database")
    print("\n".join(stamp(options["seed"])), flush=True)
    with tempfile.TemporaryDirectory(prefix="gateway-soak-") as name, database(dialect, Path(name)) as url:
        outcome = asyncio.run(_run(Plan(**options), Path(name), url))
    print("\n".join(report(outcome)), flush=True)
    return 1 if outcome.breaches else 0


async def _run(plan: Plan, folder: Path, url: str) -> Outcome:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await soak(plan, folder, database_url=url, stop=stop, say=lambda line: print(line, flush=True))


def report(outcome: Outcome) -> list[str]:
    """As a person reads it."""
    lines = [
        f"ran                   {outcome.seconds / 60:.1f} minutes, {len(outcome.samples)} samples",
        f"load                  {dict(sorted(outcome.counts.items()))}",
        f"faults at Stripe      {dict(sorted(outcome.faults.items()))}",
        f"hostile peers         {outcome.waves} waves; refused or closed {dict(sorted(outcome.refused.items()))}",
        f"{'median of':<22}{'second quarter':>16}{'last quarter':>16}{'ratio':>8}   (at most {MOST_GROWTH})",
    ]
    lines += [f"{one.name:<22}{one.second:>16.1f}{one.last:>16.1f}{one.ratio:>8.3f}" for one in outcome.growths]
    if outcome.seconds < LONG_ENOUGH_MINUTES * 60:
        lines.append(f"growth is not judged  in less than {LONG_ENOUGH_MINUTES:.0f} minutes")
    return [*lines, *(f"BROKEN: {breach}" for breach in outcome.breaches), f"{len(outcome.breaches)} breaches"]


if __name__ == "__main__":
    sys.exit(main())
