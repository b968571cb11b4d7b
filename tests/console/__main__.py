"""`python -m tests.console [--payments 10000] [--database postgres] [--pictures FOLDER]`: the console among many.

They are made through the sandbox while calls to Stripe fail and the gateway is killed. Then a browser asks whether this
buyer paid, for each of the seven statuses, finds a payment by each kind of clue, and refunds, replays, resolves and
reconciles. Exit 1: a question took more than two clicks.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.console.run import Outcome, run
from tests.harness.databases import database
from tests.harness.stamp import stamp


def main() -> None:
    options = _options()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is not installed (apt-get install chromium)")
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
    print("\n".join(stamp(options.seed)), flush=True)
    with tempfile.TemporaryDirectory(prefix="gateway-console-") as name, database(options.database, Path(name)) as url:
        work = run(
            Path(name),
            url,
            payments=options.payments,
            kills=options.kills,
            seed=options.seed,
            chromium=chromium,
            pictures=options.pictures,
        )
        outcome = asyncio.run(work)
    print("\n".join(_report(outcome)))
    print("\n".join(f"BROKEN: {breach}" for breach in outcome.breaches) or "0 breaches")
    sys.exit(1 if outcome.breaches else 0)


def _report(outcome: Outcome) -> list[str]:
    return [
        f"met                   {', '.join(f'{count:,} {what}' for what, count in sorted(outcome.counts.items()))}",
        f"clicks                {', '.join(f'{status} {count}' for status, count in outcome.clicks.items())}",
        f"found by              {', '.join(outcome.clues)}",
        f"reconciliation        {' '.join(outcome.run.split())[:200]}",
        f"pictures              {outcome.pictures}",
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.console", description=__doc__)
    parser.add_argument("--payments", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--pictures", type=Path, help="take one of each page into this folder")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    return parser.parse_args()


if __name__ == "__main__":
    main()
