"""Where it happens: a real `gateway serve` (behind nginx, if asked), a sandbox, and an honest client beside them."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from tests.attack.kinds import Target
from tests.harness.child import ROOT, Child, clean_environment
from tests.harness.deployment import Deployment
from tests.harness.figures import percentile
from tests.harness.fork_server import ForkServer
from tests.harness.nginx import open_front
from tests.harness.stripe import Stripe
from tests.harness.waiting import eventually

PROXY_ADDRESS = "127.0.8.1"
"""Believed to be a proxy, so that what it says of its caller counts."""
SAMPLE_SECONDS = 0.1
READS_PER_SECOND = 30.0


@dataclass(frozen=True)
class Call:
    """One call of the honest client: when it began, how long it took, and its status or the name of its error."""

    what: str
    at: float
    seconds: float
    met: int | str


class HonestClient:
    """Holds the honest client's process, and its book."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.calls: list[Call] = []
        self.watching: set[str] = set()
        self.finals: dict[str, str] = {}
        self._reading = asyncio.create_task(self._read())

    async def watch(self, session: str) -> None:
        """Returns when the watcher has its first snapshot."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{session}\n".encode())

        async def listens() -> bool:
            return session in self.watching

        await eventually(listens, seconds=20, what="the honest watcher is given its snapshot")

    async def final(self, session: str, *, seconds: float = 30.0) -> None:
        """Returns when the watcher of this session has its final status."""

        async def has_ended() -> bool:
            return session in self.finals

        await eventually(has_ended, seconds=seconds, what="the honest watcher is given the final status")

    def between(self, begin: float, end: float, *kinds: str) -> list[Call]:
        """`read`, `create`, or `tick`: how late the client itself was."""
        return [call for call in self.calls if begin <= call.at < end and call.what in kinds]

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            fact = json.loads(line)
            match fact["what"]:
                case "watching":
                    self.watching.add(fact["session"])
                case "final":
                    self.finals[fact["session"]] = fact["met"]
                case _:
                    self.calls.append(Call(**fact))


@dataclass
class Arena:
    deployment: Deployment
    gateway: Child
    stripe: Stripe
    port: int
    target: Target
    honest: HonestClient
    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    """(monotonic time, RSS), every tenth of a second."""

    def rss_mb(self) -> float:
        return float(psutil.Process(self.gateway.pid).memory_info().rss) / 1e6

    def waited_seconds(self) -> float:
        """How long the gateway could have run so far and the machine had no processor for it (Linux tells)."""
        try:
            reported = Path(f"/proc/{self.gateway.pid}/schedstat").read_text("ascii")
        except OSError:
            return 0.0
        return int(reported.split()[1]) / 1e9

    def peak_mb(self, begin: float, end: float) -> float:
        return max((mb for at, mb in self.memory_mb if begin <= at < end), default=0.0)

    async def new_session(self) -> str:
        async with self.deployment.shop() as shop:
            answer = await shop.create()
        assert answer is not None, "the gateway hung up"
        assert answer.ok, answer.body
        return str(answer.body["sessionId"])

    async def sample(self) -> None:
        while self.gateway.is_running:
            try:
                self.memory_mb.append((time.monotonic(), self.rss_mb()))
            except psutil.NoSuchProcess:
                return
            await asyncio.sleep(SAMPLE_SECONDS)


class _LimitedChild(Child):
    """A gateway that a shell starts under a `ulimit -n`."""

    def __init__(self, open_files: int, like: Child) -> None:
        super().__init__(*like._arguments, log=like._log, environment=like._environment)
        self._open_files = open_files

    async def start(self) -> None:
        words = " ".join((sys.executable, "-m", "gateway", *self._arguments))
        with self._log.open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                *("/bin/sh", "-c", f"ulimit -n {self._open_files}; exec {words}"),
                cwd=self._log.parent,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )


@asynccontextmanager
async def open_arena(
    folder: Path,
    *,
    database_url: str,
    front: str = "none",
    open_files: int | None = None,
    fork_server: ForkServer | None = None,
    per_second: float = READS_PER_SECOND,
) -> AsyncIterator[Arena]:
    """With the limits and deadlines of production, but Stripe's rate. The gateway may have ended before the block."""
    deployment = Deployment(folder, database_url, fork_server=None if open_files else fork_server)
    await deployment.migrate()
    async with AsyncExitStack() as stack:
        stripe = await stack.enter_async_context(deployment.sandbox())
        trusted = {"GATEWAY_TRUSTED_PROXIES": f"127.0.0.1,{PROXY_ADDRESS}", "GATEWAY_RATE_LIMIT": "100/minute"}
        gateway = deployment.gateway(**trusted)
        gateway = _LimitedChild(open_files, gateway) if open_files else gateway
        await gateway.start()
        stack.push_async_callback(_kill, gateway)
        await gateway.wait_until_it_answers(f"{deployment.url}/readyz")
        url = deployment.url
        if front == "nginx":
            url = (await stack.enter_async_context(open_front([deployment.url], folder))).url
        honest = await _start_honest(url, per_second)
        stack.push_async_callback(honest.end)
        port = int(url.rpartition(":")[2])
        arena = Arena(deployment, gateway, stripe, port, Target(f"127.0.0.1:{port}", ()), honest)
        arena.target = Target(arena.target.host, tuple([await arena.new_session() for _ in range(2)]))
        sampling = asyncio.create_task(arena.sample())
        stack.callback(sampling.cancel)
        yield arena


async def _start_honest(url: str, per_second: float) -> HonestClient:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.attack.honest", url, str(per_second)),
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    honest = HonestClient(process)

    async def has_called() -> bool:
        return any(call.what == "read" for call in honest.calls)

    await eventually(has_called, seconds=30, what="the honest client reads a status")
    return honest


async def _kill(gateway: Child) -> None:
    if gateway.is_running:
        await gateway.kill()


def milliseconds(calls: list[Call], percent: int) -> float:
    return percentile([call.seconds * 1000 for call in calls], percent)


def met(calls: list[Call]) -> dict[str, int]:
    """What honest calls met, but for 200."""
    return dict(Counter(str(call.met) for call in calls if call.met != 200))


def folder_in(parent: Path) -> Any:
    return tempfile.TemporaryDirectory(dir=parent)
