"""One process of ours: started, waited for, killed by its own id. What it says goes into a file."""

import asyncio
import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 15.0
BEAT_SECONDS = 0.02
FIRST_PORT, LAST_PORT = 20_000, 32_000
_PORT_FILE = Path(tempfile.gettempdir()) / f"gateway-tests-last-port-{os.getuid()}"


class Child:
    """`gateway <arguments>` in a folder of its own. `exit_code` is None while it runs, negative when a signal ended
    it.
    """

    def __init__(self, *arguments: str, log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._arguments = arguments
        self._log = log
        self._environment = {**clean_environment(), **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def exit_code(self) -> int | None:
        assert self._process is not None, "it was never started"
        return self._process.returncode

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was never started"
        return self._process.pid

    async def start(self) -> None:
        with self._log.open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "gateway", *self._arguments),
                cwd=self._log.parent,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    async def wait(self) -> int:
        assert self._process is not None
        return await self._process.wait()

    async def wait_until_it_answers(self, url: str) -> None:
        """Until `url` gives 200. Raises AssertionError with what it said when it ends or takes too long."""
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        async with aiohttp.ClientSession() as http:
            while not await _answers(http, url):
                if not self.is_running or asyncio.get_running_loop().time() > deadline:
                    raise AssertionError(f"{self._arguments[0]} does not answer:\n{self.said()[-4000:]}")
                await asyncio.sleep(BEAT_SECONDS)

    async def kill(self) -> None:
        """As `kill -9` does it, and wait until the system has taken it away."""
        if self.is_running and self._process is not None:
            self._process.kill()
        await self.wait()

    async def stop(self) -> int:
        """As an orchestrator does it; a process that does not end in time is killed."""
        assert self._process is not None
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            await self.kill()
            raise

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace")


def clean_environment() -> dict[str, str]:
    """Ours, without what would change the gateway's mind."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GATEWAY_", "STRIPE_")) and name not in {"DATABASE_URL", "REDIS_URL"}
    }
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def free_port() -> int:
    """One that nobody else is given soon: below those that the system gives to sockets, and in turn over all processes
    that ask here. A port merely seen free may be taken by anyone before the server that it was meant for begins."""
    with _PORT_FILE.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        port = int(file.read() or 0)
        while True:
            port = port + 1 if FIRST_PORT <= port < LAST_PORT else FIRST_PORT
            with socket.socket() as tried, suppress(OSError):
                tried.bind(("127.0.0.1", port))
                break
        file.truncate(0)
        file.write(str(port))
        return port


async def lets_nobody_in(port: int) -> bool:
    """Whether nobody listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return True
    await close(writer)
    return False


async def close(writer: asyncio.StreamWriter) -> None:
    """And wait until it is, whatever the other side has done to it."""
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=2)) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
