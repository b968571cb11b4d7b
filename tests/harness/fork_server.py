"""A process that has imported the gateway and does nothing but fork: two hundred lives without two hundred imports.

A fork before anything was opened is a process like any other: killed by its own id, it leaves what a crash leaves.
Run as a module it is the fork server itself, and lines of JSON say what to fork; `ForkServer` is how a test holds one.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from gateway.cli.main import VERBS, load
from gateway.cli.main import main as gateway_main
from tests.harness.child import STOP_SECONDS, Child, clean_environment


class ForkServer:
    """`fork` gives a process; `exit_code` waits for its end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._turn = asyncio.Lock()
        self._listening = asyncio.create_task(self._listen())

    async def fork(self, arguments: tuple[str, ...], environment: Mapping[str, str], log: Path) -> int:
        wish = {"arguments": arguments, "environment": dict(environment), "log": str(log)}
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(wish).encode() + b"\n")
            return await self._born.get()

    def end_of(self, pid: int) -> asyncio.Future[int]:
        """Its exit code once it has one: negative when a signal ended it."""
        return self._ends[pid]

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._listening

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            reported = json.loads(line)
            if "born" in reported:
                self._ends[reported["born"]] = asyncio.get_running_loop().create_future()
                self._born.put_nowait(reported["born"])
            else:
                self._ends[reported["ended"]].set_result(reported["code"])


class ForkedChild(Child):
    """A child that the fork_server bears."""

    def __init__(
        self, fork_server: ForkServer, *arguments: str, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(*arguments, log=log, environment=environment)
        self._fork_server = fork_server
        self._pid = 0
        self._end: asyncio.Future[int] | None = None

    @property
    def exit_code(self) -> int | None:
        assert self._end is not None, "it was never started"
        return self._end.result() if self._end.done() else None

    @property
    def is_running(self) -> bool:
        return self._end is not None and not self._end.done()

    @property
    def pid(self) -> int:
        return self._pid

    async def start(self) -> None:
        self._log.touch()
        self._pid = await self._fork_server.fork(self._arguments, self._environment, self._log)
        self._end = self._fork_server.end_of(self._pid)

    async def wait(self) -> int:
        assert self._end is not None
        return await asyncio.shield(self._end)

    async def kill(self) -> None:
        if self.is_running:
            with suppress(ProcessLookupError):  # It may have ended by itself a moment ago.
                os.kill(self._pid, signal.SIGKILL)
        await self.wait()

    async def stop(self) -> int:
        if self.is_running:
            os.kill(self._pid, signal.SIGTERM)
        try:
            return await asyncio.wait_for(self.wait(), STOP_SECONDS)
        except TimeoutError:
            await self.kill()
            raise


@asynccontextmanager
async def open_fork_server(folder: Path) -> AsyncIterator[ForkServer]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.harness.fork_server"),
        cwd=folder,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    fork_server = ForkServer(process)
    try:
        yield fork_server
    finally:
        await fork_server.close()


def serve_forks() -> None:
    """Fork once a line, until the lines end. Nobody else speaks on standard output."""
    for verb in VERBS:
        load(verb)
    for line in sys.stdin:
        wish = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(wish)
        _tell({"born": pid})
        threading.Thread(target=_await_end, args=(pid,), daemon=True).start()


def _live(wish: dict[str, Any]) -> None:
    """In the child: what `gateway <arguments>` does, with an environment and a log of its own."""
    code = 1
    try:
        with open(wish["log"], "ab", buffering=0) as log, open(os.devnull, "rb") as nothing:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            os.dup2(nothing.fileno(), 0)
        os.environ.clear()
        os.environ.update(wish["environment"])
        os.chdir(Path(wish["log"]).parent)
        sys.argv = ["gateway", *wish["arguments"]]
        gateway_main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _await_end(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    _tell({"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(what: dict[str, int]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    serve_forks()
