"""`python -m tests.kill_loop --kills 200 [--database sqlite|postgres] [--seed N]`: exit 0 when nothing was broken."""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.houses.databases import database
from tests.houses.house import House
from tests.houses.stamp import stamp
from tests.houses.zygote import open_zygote
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
    async with open_zygote(folder) as zygote:
        house = House(folder, url, zygote=zygote)
        return await kill_loop(house, kills=kills, seed=seed, patient=patient)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kill_loop", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--patient", action="store_true", help="no shopper walks away: the end need not wait a minute")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
