"""The newcomer's processes: the README's first line, and a development server of pages; each ends with Ctrl-C."""

import os
import re
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.harness.child import free_port

if TYPE_CHECKING:
    from tests.newcomer.folders import Project

_RUN = re.compile(r"<!-- run command -->.*?```sh\n(.+?)\n```", re.DOTALL)
_START_SECONDS = 600.0
_STOP_SECONDS = 10.0
_KEPT = {"PATH", "LANG", "SSL_CERT_FILE", "PIP_CONFIG_FILE"}
_INSTALLED = "+ .venv/bin/gateway dev"


class Clock:
    """Says what has happened, and how many seconds after what."""

    def __init__(self) -> None:
        self._moments = {"started": time.monotonic()}
        self._last = "started"

    def mark(self, name: str) -> None:
        self._moments[name] = time.monotonic()
        self._last = name

    def say(self, what: str, *, since: str | None = None) -> None:
        since = since or self._last
        print(f"{time.monotonic() - self._moments[since]:7.1f} s after {since}: {what}", flush=True)
        self.mark(what)


@contextmanager
def first_line(repository: Path, *, home: Path, clock: Clock) -> Iterator[None]:
    """The README's first line, as it is pasted; entered when it has printed the shop's address."""
    found = _RUN.search((repository / "README.md").read_text("utf-8"))
    assert found, "README.md names no first line"
    home.mkdir(exist_ok=True)
    # `-x` prints each command before it runs: so the installation's end can be seen.
    with _process(["bash", "-xc", found[1]], repository, home, {}) as said:
        _wait_for(said, _INSTALLED)
        clock.mark("installed")
        _wait_for(said, "http://localhost:3002")
        clock.say("the shop's address is printed", since="installed")
        yield


@contextmanager
def page_server(project: "Project", folder: Path, *, home: Path) -> Iterator[str]:
    """The project's development server on a free port; yields its origin."""
    port = free_port()
    origin = f"http://localhost:{port}"
    with _process([*project.serve, str(port)], folder, home, {"NEXT_TELEMETRY_DISABLED": "1"}):
        _wait_for_page(origin)
        yield origin


@contextmanager
def _process(command: Sequence[str], folder: Path, home: Path, more: dict[str, str]) -> Iterator[list[str]]:
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**kept, "HOME": str(home), "PYTHONUNBUFFERED": "1", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    listener = threading.Thread(target=_listen, args=(process, said), daemon=True)
    listener.start()
    try:
        yield said
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        listener.join(timeout=5)


def _listen(process: "subprocess.Popen[str]", said: list[str]) -> None:
    assert process.stdout is not None
    said.extend(iter(process.stdout.readline, ""))
    said.append(_ENDED)


_ENDED = "(it has ended)"
_WAITING = threading.Event()
"""Never set: between two looks, something else may run."""


def _wait_for(said: list[str], words: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not any(words in line for line in said):
        if _ENDED in said or time.monotonic() > deadline:
            raise SystemExit(f"`{words}` was never printed:\n{''.join(said)}")
        _WAITING.wait(0.05)


def _wait_for_page(origin: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(origin, timeout=60):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit(f"{origin} never answered") from None
            _WAITING.wait(0.2)
