"""Starts `gateway dev` as a user does, and stops it as a user does: with Ctrl-C."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.child import clean_environment, free_port

_START_SECONDS = 40.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Addresses:
    """Where the running pair answers, without a slash at the end; and the lines that it has said."""

    gateway: str
    sandbox: str
    said: list[str] = field(default_factory=list, compare=False)

    @property
    def admin_key(self) -> str:
        """The operator's key that `gateway dev` printed."""
        return next(line.split()[-1] for line in self.said if line.startswith("Admin key"))


@contextmanager
def gateway_dev(data: Path, *options: str, **environment: str) -> Iterator[Addresses]:
    """The gateway and its sandbox on free ports. On leaving it presses Ctrl-C and demands a clean end."""
    port, sandbox_port = free_port(), free_port()
    data.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "gateway", "dev", "--port", str(port), "--sandbox-port", str(sandbox_port)]
    process = subprocess.Popen(
        [*command, "--data", str(data), *options],
        # Outside the repository, so that nothing is found there by accident.
        cwd=data,
        env=clean_environment() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    listener = threading.Thread(target=_listen, args=(process, said), daemon=True)
    listener.start()
    try:
        _wait_until_printed(
            process, said, environment.get("GATEWAY_PUBLIC_URL", f":{port}"), f":{sandbox_port}", "Data"
        )
        yield Addresses(f"http://localhost:{port}", f"http://localhost:{sandbox_port}", said)
    finally:
        _press_ctrl_c(process)
        listener.join(timeout=5)
        if process.stdout is not None:
            process.stdout.close()
    text = "".join(said)
    assert process.returncode in {0, 130}, f"`gateway dev` ended with {process.returncode}:\n{text}"
    assert "Traceback" not in text, text


def _listen(process: subprocess.Popen[str], said: list[str]) -> None:
    assert process.stdout is not None
    said.extend(iter(process.stdout.readline, ""))


def _wait_until_printed(process: subprocess.Popen[str], said: list[str], *words: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    ended = threading.Event()
    while not all(word in "".join(said) for word in words):
        assert process.poll() is None, f"`gateway dev` ended at its start ({process.returncode}):\n{''.join(said)}"
        assert time.monotonic() < deadline, f"`gateway dev` printed no addresses:\n{''.join(said)}"
        ended.wait(0.05)


def _press_ctrl_c(process: subprocess.Popen[str]) -> None:
    """A terminal signals the whole foreground group, so this does too."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
