"""The gateway under fuzz: a process of its own with a ticker in its loop, and the sandbox beside it.

Started by `tests.fuzz.bench`: the first line it says is where it answers, the last one, after its standard input has
ended, is what it measured. Its log goes to standard error as `gateway serve` writes it.
"""

import asyncio
import gc
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import uvicorn

from gateway.app import create_app
from gateway.models.migrations import upgrade
from gateway.rate_limit.client_address import Network
from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxPrice, SandboxWebhook
from gateway.serving.bounds import Bounds
from gateway.serving.servers import configure, set_heap_aside
from gateway.settings import Settings
from gateway.telemetry.logs import configure_logs
from tests.harness.child import free_port

WEBHOOK_SECRET = "whsec_fuzzing_only"
STRIPE_KEY = "sk_test_fuzzing_only"
ADMIN_KEY = "operator-of-the-fuzzers"
PRICE = "price_Fuzz"
CATALOGUE = f'[[packages]]\nprice_id = "{PRICE}"\nunit_amount = 500\ncurrency = "usd"\nname = "A package"\n'
TICK_SECONDS = 0.005
TICKS_PER_UNIT = 20
ADDITIONS_PER_UNIT = 10_000


class Ticker:
    """How long the loop stood still, as a multiple of a fixed piece of work that the same thread measures meanwhile.

    On a slower or busier machine both take longer, so the multiple says something of the gateway alone.
    """

    def __init__(self) -> None:
        self.units_ms: list[float] = []
        self.worst_wall_ms = 0.0
        self.worst_cpu_ms = 0.0
        self.worst_collection_ms = 0.0
        self.ticks = 0
        self._collecting_since = 0.0
        gc.callbacks.append(self._note_collection)

    async def run(self) -> None:
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK_SECONDS)
            self.worst_wall_ms = max(self.worst_wall_ms, (time.perf_counter() - wall - TICK_SECONDS) * 1000)
            self.worst_cpu_ms = max(self.worst_cpu_ms, (time.thread_time() - cpu) * 1000)
            self.ticks += 1
            if self.ticks % TICKS_PER_UNIT == 0:
                self.units_ms.append(unit_of_work())

    def figures(self) -> dict[str, float]:
        unit_ms = statistics.median(self.units_ms or [unit_of_work()])
        return {
            "ticks": self.ticks,
            "worst_wall_ms": round(self.worst_wall_ms, 1),
            "worst_collection_ms": round(self.worst_collection_ms, 1),
            "worst_cpu_ms": round(self.worst_cpu_ms, 1),
            "units": len(self.units_ms),
            "unit_ms": round(unit_ms, 3),
            "longest_stop": round(self.worst_cpu_ms / unit_ms, 1),
        }

    def _note_collection(self, phase: str, _info: dict[str, int]) -> None:
        """Of what stands still, how much is Python's collection of garbage."""
        if phase == "start":
            self._collecting_since = time.thread_time()
        else:
            took_ms = (time.thread_time() - self._collecting_since) * 1000
            self.worst_collection_ms = max(self.worst_collection_ms, took_ms)

    def reset(self) -> None:
        self.worst_collection_ms = 0.0
        self.worst_wall_ms = self.worst_cpu_ms = 0.0


def unit_of_work() -> float:
    """Does one, and returns the milliseconds of processor time that it took."""
    began = time.thread_time()
    total = 0
    for number in range(ADDITIONS_PER_UNIT):
        total += number
    return (time.thread_time() - began) * 1000


async def main(overrides: dict[str, Any]) -> None:
    bounds = Bounds(**overrides.pop("bounds", {}))
    with tempfile.TemporaryDirectory(prefix="gateway-fuzz-") as name:
        folder = Path(name)
        (folder / "catalogue.toml").write_text(CATALOGUE)
        ports = free_port(), free_port()
        settings = settings_for(folder, ports, overrides)
        database = Path(settings.database_url.removeprefix("sqlite://"))
        await upgrade(settings)
        async with (
            served(create_sandbox(_sandbox(ports)), ports[1], bounds=Bounds()),
            served(create_app(settings), ports[0], bounds=bounds, trusted_proxies=settings.trusted_proxies),
        ):
            ticker = Ticker()
            ticking = asyncio.create_task(ticker.run())
            set_heap_aside()
            await asyncio.sleep(0.2)
            ticker.reset()
            _say({"port": ports[0], "sandbox_port": ports[1], "database": str(database)})
            await asyncio.to_thread(sys.stdin.read)
            ticking.cancel()
        _say(ticker.figures() | {"events": event_states(database)})


def settings_for(folder: Path, ports: tuple[int, int], overrides: dict[str, Any]) -> Settings:
    values: dict[str, Any] = {
        "stripe_api_key": STRIPE_KEY,
        "stripe_webhook_secrets": WEBHOOK_SECRET,
        "stripe_api_base": f"http://127.0.0.1:{ports[1]}",
        "database_url": f"sqlite://{folder / 'gateway.db'}",
        "catalogue": folder / "catalogue.toml",
        "port": ports[0],
        "rate_limit": "100000000/minute",
        "stripe_rate_limit": "100000/second",
        "sockets_per_address": 1000,
        "admin_keys": ADMIN_KEY,
        "reconcile_every": "0",
    }
    return Settings(_env_file=None, **(values | overrides))


def event_states(database: Path) -> dict[str, int]:
    """How many stored events stand in which state, and how many wrote something the history should not have."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT state, count(*) FROM webhook_event GROUP BY state").fetchall()
    return {str(state): int(count) for state, count in rows}


@asynccontextmanager
async def served(
    app: Any, port: int, *, bounds: Bounds, trusted_proxies: Sequence[Network] = ()
) -> AsyncIterator[None]:
    """With the protocols and bounds of `gateway serve`."""
    config = configure(
        app, bounds=bounds, trusted_proxies=trusted_proxies, port=port, timeout_graceful_shutdown=2, lifespan="on"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not (server.started or task.done()):  # noqa: ASYNC110 uvicorn offers a flag and no event
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _sandbox(ports: tuple[int, int]) -> SandboxConfig:
    return SandboxConfig(
        base_url=f"http://127.0.0.1:{ports[1]}",
        webhooks=(SandboxWebhook(f"http://127.0.0.1:{ports[0]}/api/stripe/webhook", WEBHOOK_SECRET),),
        prices=(SandboxPrice(id=PRICE, name="Fuzz", description="", unit_amount=500, currency="usd", active=True),),
    )


def _say(fact: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    configure_logs(json=True)
    asyncio.run(main(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}))
