"""`python -m tests.kill_loop --kills 200 [--database sqlite|postgres] [--seed N]`: exit 0 when nothing was broken."""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.harness.databases import database
from tests.harness.deployment import Deployment
from tests.harness.fork_server import open_fork_server
from tests.harness.stamp import stamp
from tests.kill_loop.loop import Aftermath, kill_loop
from tests.kill_loop.verdict import judge, proof, report


def main() -> int:
    options = _options()
    after = run(kills=options.kills, dialect=options.database, seed=options.seed, patient=options.patient)
    verdict = judge(after)
    print("\n".join([*stamp(options.seed), *report(after, verdict)]))
    proof(after).finish(broken=verdict.all_breaches)
    return 0


def run(*, kills: int, dialect: str, seed: int, patient: bool) -> Aftermath:
    """In a folder that is thrown away, with a database that is too."""
    with tempfile.TemporaryDirectory(prefix="gateway-kill-loop-") as name:
        folder = Path(name)
        with database(dialect, folder) as url:
            return asyncio.run(_run(folder, url, kills=kills, seed=seed, patient=patient))


async def _run(folder: Path, url: str, *, kills: int, seed: int, patient: bool) -> Aftermath:
    async with open_fork_server(folder) as fork_server:
        deployment = Deployment(folder, url, fork_server=fork_server)
        return await kill_loop(deployment, kills=kills, seed=seed, patient=patient)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kill_loop", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--patient", action="store_true", help="no shopper walks away: the end need not wait a minute")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
