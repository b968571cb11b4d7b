"""Runs `gateway …` as an operator does: in a folder, with its output piped or on a terminal of 80 columns.

To import the gateway takes most of a command's time. So one process has done it, and forks before anything is opened;
run as a module, this is that process.
"""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from gateway.cli.main import VERBS, load
from gateway.cli.main import main as gateway_main
from tests.harness.child import ROOT, clean_environment

_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


class Commands:
    """`piped` and `on_terminal` answer when the command has ended; one runs at a time, the first starts what forks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._one_at_a_time = threading.Lock()

    def end(self) -> None:
        if self._process is not None:
            with self._process:
                assert self._process.stdin is not None
                self._process.stdin.close()

    def piped(self, folder: Path, *arguments: str, **environment: str) -> Ran:
        out = self._folder / "out"
        with self._one_at_a_time:
            status, err = self._run(folder, arguments, environment, out=out)
            return Ran(status, out.read_text(), err)

    def on_terminal(self, folder: Path, *arguments: str, columns: int = 80, **environment: str) -> Ran:
        """Standard output is a real terminal of that width; its colours are left out of what is answered."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        shown: list[bytes] = []
        reader = threading.Thread(target=_read_terminal, args=(ours, shown))
        reader.start()
        environment = {"TERM": "xterm-256color", **environment}
        try:
            status, err = self._run(folder, arguments, environment, out=Path(os.ttyname(theirs)))
        finally:
            os.close(theirs)
            reader.join()
            os.close(ours)
        return Ran(status, _STYLE.sub("", b"".join(shown).decode()).replace("\r\n", "\n"), err)

    def _run(
        self, folder: Path, arguments: tuple[str, ...], environment: dict[str, str], *, out: Path
    ) -> tuple[int, str]:
        err = self._folder / "err"
        wish = {"folder": str(folder), "arguments": arguments, "out": str(out), "err": str(err)}
        if self._process is None:
            self._process = _started()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wish | {"environment": clean_environment() | environment}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline()), err.read_text()


@contextmanager
def commands() -> Iterator[Commands]:
    with tempfile.TemporaryDirectory(prefix="gateway-commands-") as folder:
        running = Commands(Path(folder))
        try:
            yield running
        finally:
            running.end()


def _started() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.harness.commands"],
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _read_terminal(terminal: int, shown: list[bytes]) -> None:
    """Until the last writer has gone, which a terminal reports as an error."""
    try:
        while part := os.read(terminal, 65536):
            shown.append(part)
    except OSError:
        return


def _fork(wish: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        _become(wish)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become(wish: dict[str, Any]) -> NoReturn:
    """The command, in this process; it never returns."""
    status = 1
    try:
        os.chdir(wish["folder"])
        os.environ.clear()
        os.environ.update(wish["environment"])
        for descriptor, path in ((1, wish["out"]), (2, wish["err"])):
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOCTTY)
            os.dup2(opened, descriptor)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        sys.argv = ["gateway", *wish["arguments"]]
        gateway_main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    for verb in VERBS:
        load(verb)
    for line in sys.stdin:
        print(_fork(json.loads(line)), flush=True)
