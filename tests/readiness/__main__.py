"""`python -m tests.readiness`: each condition and what a real `gateway serve` answers before, while and after it.

Exit 1 when something did not hold: red with the right word, webhooks refused, liveness and statuses green, healed.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.harness.engines import running_postgres
from tests.harness.stamp import stamp
from tests.readiness import postgres, sqlite
from tests.readiness.conditions import IS_ROOT, SQLITE
from tests.readiness.table import HEADINGS, Row


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.readiness", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    database = parser.parse_args().database
    print("\n".join(["command               python -m tests.readiness", *stamp()[1:]]))
    print("means                 " + "; ".join(f"{condition.name}: {condition.how}" for condition in SQLITE))
    if not IS_ROOT:
        print("skipped               disk full: only root can mount a disk to fill")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        rows = asyncio.run(_rows(scratch, database))
    print("\n".join([HEADINGS, *(line for row in rows for line in row.lines)]))
    problems = [problem for row in rows for problem in row.problems]
    print("\n".join(f"  ! {problem}" for problem in problems) or "0 breaches")
    return 1 if problems else 0


async def _rows(scratch: Path, database: str) -> list[Row]:
    found = await sqlite.rows(scratch) if database != "postgres" else []
    if database == "sqlite":
        return found
    with running_postgres(scratch) as engine:
        folder = scratch / "deployments"
        folder.mkdir()
        return found + await postgres.rows(engine, folder)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.umask(0o022)
    sys.exit(main())
