"""`python -m tests.integration.operations.examine`: the invariants of several databases, one JSON line each.

One process for all, since most of a command's time is its start.
"""

import asyncio
import sys
from dataclasses import asdict
from typing import Any

import orjson

from gateway.openers import audit_keys, open_database, open_stripe
from gateway.services.integrity import invariants
from gateway.services.running import installation
from gateway.settings import load_settings


async def examine(database_url: str) -> dict[str, Any]:
    settings = load_settings(database_url=database_url)
    async with open_database(settings) as database, open_stripe(settings) as stripe:
        report = await invariants.check(
            database,
            keys=audit_keys(settings),
            livemode=settings.livemode,
            instances=(await database.read(installation.peek)).instances,
            stripe=stripe,
        )
    return {"ok": report.ok, "counts": report.counts, "violations": [asdict(one) for one in report.violations]}


def main() -> None:
    for database_url in sys.argv[1:]:
        sys.stdout.write(orjson.dumps(asyncio.run(examine(database_url))).decode() + "\n")


if __name__ == "__main__":
    main()
