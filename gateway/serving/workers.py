"""Several processes behind one listening socket: start them, replace those that die, end them together.

Each worker is a `gateway serve` of its own that was handed the socket. It also holds the reading end of a pipe whose
other end is the supervisor's: when the supervisor dies, however it dies, its workers see the pipe close and stop.
"""

import asyncio
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gateway.settings import Settings, SettingsError, environment_of_workers
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import forget_process

REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 8.0
"""Before a dead worker is replaced: longer each time while its successors do not live, for a start is work too."""
GRACE_SECONDS = 10.0
UNUSABLE = 2
"""The exit status of a worker whose settings cannot be used, or the schema: when none runs, none ever will."""
NOT_NOW = 1
"""The exit status of one that found no database. Those that run wait for it too, so it is started again."""

log = get_logger(__name__)


def require_shared_engines(settings: Settings, count: int) -> None:
    """Raises SettingsError when several processes could not agree with each other."""
    problems = []
    if settings.dialect == "sqlite":
        problems.append(f"--workers {count} needs PostgreSQL (DATABASE_URL=postgres://…): SQLite serves one process.")
    if settings.redis_url is None:
        problems.append(f"--workers {count} needs Redis (REDIS_URL=redis://…), which carries changes between them.")
    if problems:
        raise SettingsError(problems)


def supervise(count: int, sockets: Sequence[socket.socket], arguments: Sequence[str]) -> int:
    """Run `count` workers on the sockets until a signal comes; the exit status."""
    with tempfile.TemporaryDirectory(prefix="gateway-metrics-") as folder:
        return asyncio.run(_Supervisor(count, sockets, arguments, Path(folder)).run())


class _Supervisor:
    def __init__(
        self, count: int, sockets: Sequence[socket.socket], arguments: Sequence[str], metrics_folder: Path
    ) -> None:
        self._count = count
        self._metrics_folder = metrics_folder
        self._descriptors = [listener.fileno() for listener in sockets]
        inherit = [word for descriptor in self._descriptors for word in ("--inherit-socket", str(descriptor))]
        self._command = [sys.executable, "-m", "gateway", "serve", *arguments, *inherit]
        self._sockets = sockets
        self._stopping = asyncio.Event()
        self._running = 0
        self._status = 0

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._stopping.set)
        await asyncio.gather(*(self._keep_alive(number) for number in range(1, self._count + 1)))
        return self._status

    async def _keep_alive(self, number: int) -> None:
        loop, rest_seconds = asyncio.get_running_loop(), REST_SECONDS / 2
        while not self._stopping.is_set():
            began = loop.time()
            worker = await asyncio.create_subprocess_exec(
                *self._command,
                env=environment_of_workers(self._metrics_folder),
                stdin=asyncio.subprocess.PIPE,
                pass_fds=self._descriptors,
            )
            log.info("A worker was started.", action="worker.started", number=number, pid=worker.pid)
            ended, stopping = asyncio.create_task(worker.wait()), asyncio.create_task(self._stopping.wait())
            self._running += 1
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            self._running -= 1
            stopping.cancel()
            if not ended.done():
                self._stop_listening()
                await _end(worker)
                return
            log.error("A worker died.", action="worker.died", number=number, status=worker.returncode)
            forget_process(self._metrics_folder, worker.pid)
            if worker.returncode == UNUSABLE and not self._running:
                self._status = UNUSABLE
                self._stopping.set()
                return
            is_well = loop.time() - began > LONGEST_REST_SECONDS
            rest_seconds = REST_SECONDS if is_well else min(2 * rest_seconds, LONGEST_REST_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(rest_seconds):
                    await self._stopping.wait()

    def _stop_listening(self) -> None:
        """What came in after the last worker stopped accepting would wait here for nobody."""
        for listener in self._sockets:
            listener.close()


async def _end(worker: asyncio.subprocess.Process) -> None:
    worker.terminate()
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await worker.wait()
    except TimeoutError:
        worker.kill()
        await worker.wait()
