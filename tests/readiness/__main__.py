"""python -m tests.readiness: what makes a database unfit to be written to, and what the gateway answers meanwhile.

One real `gateway serve` on SQLite and one on PostgreSQL. For each condition a line before, while it lasts and after it
has gone: the statuses of /readyz, /healthz, a webhook and a status read, and what /readyz says. Exit 1 when a line is
not as it should be: red and refused while the condition lasts, alive and readable all the time, and healed by itself.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.houses.stamp import stamp
from tests.readiness.conditions import SQLITE
from tests.readiness.postgres import rows
from tests.readiness.sqlite import sqlite_rows
from tests.readiness.table import HEADINGS, Row
from tests.replicas.engines import running_postgres


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.readiness", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    chosen = parser.parse_args()
    print("\n".join(stamp(0)[1:]))
    print("means", ", ".join(f"{each.name}: {each.how}" for each in SQLITE))
    print(HEADINGS)
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="gateway-readiness-") as name:
        if chosen.database != "postgres":
            found += await sqlite_rows(Path(name) / "sqlite")
        if chosen.database != "sqlite":
            served = tempfile.mkdtemp(dir=name)
            with running_postgres(Path(name)) as postgres:
                found += await rows(postgres, Path(served))
    for row in found:
        print("\n".join(row.lines))
    problems = [problem for row in found for problem in row.problems]
    print("\n".join(problems) or f"{len(found)} conditions, each as it should be")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
