"""A real `gateway serve` under fuzz, with its own server, loop and settings, and an honest client beside.

How long the honest client waits is counted in work, not in time: the processor time that the gateway spent while one
request waited, by what it spends on one such request when nobody else asks (measured in the same run).
"""

import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from tests.fuzz.wire import Wire
from tests.harness.child import Child
from tests.harness.deployment import Deployment
from tests.harness.waiting import eventually

QUIET_READS = 200
MOST_WORK = 1000.0
"""In quiet reads' worth: the most that the gateway may do for others while one honest read waits."""
MOST_GROWTH_MB = 100.0
PAUSE_SECONDS = 0.02
STOP_SECONDS = 10.0
LIMITS = {"GATEWAY_SOCKETS_PER_ADDRESS": "1000"}


@dataclass
class ServeBench:
    """A running gateway. The figures are whole once its block has ended."""

    deployment: Deployment
    gateway: Child
    session: str
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    """Per honest read beside the fuzz, in quiet reads' worth."""
    unit_ms: float = 0.0
    memory_mb: list[float] = field(default_factory=list)
    stop_seconds: float = 0.0
    log: str = ""

    @property
    def port(self) -> int:
        return self.deployment.port

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence[:2000])

    def processor_seconds(self) -> float:
        """The gateway's, so far; the system's clock of that very process."""
        return time.clock_gettime(((~self.gateway.pid) << 3) | 2)

    def judge(self, *, seed: int) -> None:
        """Raises AssertionError with what broke."""
        assert self.faults == [], f"seed {seed}: {self.faults[:5]}"
        assert "Traceback" not in self.log, f"seed {seed}: {self.log.partition('Traceback')[2][:4000]}"
        assert self.work, f"seed {seed}: proved nothing, for no honest read was made"
        assert max(self.work) < MOST_WORK, f"seed {seed}: an honest read waited for {max(self.work):.0f} reads' worth"
        growth = max(self.memory_mb) - self.memory_mb[0]
        assert growth < MOST_GROWTH_MB, f"seed {seed}: {growth:.0f} MB more"
        assert self.stop_seconds < STOP_SECONDS, f"seed {seed}: SIGTERM took {self.stop_seconds:.1f} s"

    def lines(self) -> list[str]:
        """The figures as a report prints them."""
        work = self.work or [0.0]
        return [
            f"answers               {dict(sorted(self.answers.items()))}",
            f"faults                {len(self.faults)} (5xx, answers that are no HTTP, broken promises)",
            f"tracebacks in the log {self.log.count('Traceback')} in {len(self.log.splitlines())} lines",
            f"honest reads          {len(self.work)}; while one waited the gateway did at most {max(work):.0f} reads' "
            f"worth of work, {statistics.median(work):.1f} as the median (one: {self.unit_ms:.2f} ms)",
            f"memory                {self.memory_mb[0]:.0f} MB before, {max(self.memory_mb):.0f} at most, "
            f"{self.memory_mb[-1]:.0f} after",
            f"SIGTERM to end        {self.stop_seconds:.1f} s",
            *(f"FAULT {fault}" for fault in self.faults[:20]),
        ]

    async def calibrate(self) -> None:
        """What one read costs when nobody else asks."""
        async with Wire(self.port) as wire:
            await self._read(wire)
            before = self.processor_seconds()
            for _ in range(QUIET_READS):
                await self._read(wire)
        self.unit_ms = (self.processor_seconds() - before) / QUIET_READS * 1000

    async def read_honestly(self) -> None:
        """For ever: one read after the other."""
        async with Wire(self.port) as wire:
            while True:
                before = self.processor_seconds()
                try:
                    await self._read(wire)
                except (ConnectionError, asyncio.IncompleteReadError, TimeoutError) as error:
                    self.fault(f"an honest read met {error!r}")
                    wire.close()
                spent_ms = (self.processor_seconds() - before) * 1000
                self.work.append(spent_ms / self.unit_ms)
                self.note_memory()
                await asyncio.sleep(PAUSE_SECONDS)

    def note_memory(self) -> None:
        self.memory_mb.append(psutil.Process(self.gateway.pid).memory_info().rss / 1e6)

    async def _read(self, wire: Wire) -> None:
        answer = await wire.get(f"/api/check-payment-status/{self.session}")
        if answer.status != 200:
            self.fault(f"an honest read was answered {answer.status}: {answer.body!r}")


@asynccontextmanager
async def open_serving(**environment: str) -> AsyncIterator[ServeBench]:
    """SIGTERM at the end, and then the log is read."""
    with tempfile.TemporaryDirectory(prefix="gateway-fuzz-") as name:
        deployment = Deployment(Path(name), f"sqlite://{name}/gateway.db")
        await deployment.migrate()
        async with deployment.sandbox(), deployment.shop() as shop:
            gateway = await deployment.started_gateway(**(LIMITS | environment))
            try:
                bought: Any = await shop.create()
                bench = ServeBench(deployment, gateway, str(bought.body["sessionId"]))
                await bench.calibrate()
                bench.note_memory()
                reading = asyncio.create_task(bench.read_honestly())
                yield bench
                await eventually(lambda: _has_work(bench), seconds=60, what="an honest read is made")
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading
                began = time.monotonic()
                if await gateway.stop() != 0:
                    bench.fault(f"it ended with {gateway.exit_code}")
                bench.stop_seconds = time.monotonic() - began
                bench.log = gateway.said()
            finally:
                if gateway.is_running:
                    await gateway.kill()


async def _has_work(bench: ServeBench) -> bool:
    return bool(bench.work)
