"""The file behind an SQLite database: made for its owner alone, served by one process, and known again.

SQLite goes on writing into a file that was moved, deleted or replaced, and says that all is well; what is written then
is lost at the next start. So the file that was opened is remembered by device and inode, and compared with what the
path names before a transaction and after its commit. Nothing here opens a database that is in use: when a process
closes a file, POSIX takes away every lock that this process holds on it, SQLite's included.
"""

import fcntl
import os
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

OWNER_ALONE = 0o600
SPACE_NEEDED = 1024 * 1024
"""Bytes: a webhook of the largest size, and what SQLite writes around it."""


class Refusal(StrEnum):
    """Why nothing is written now, in words fit for anybody."""

    GONE = "the file was moved or deleted"
    REPLACED = "the file was replaced"
    READ_ONLY = "read-only"
    FULL = "the disk is full"
    UNWRITABLE = "the disk refuses to write"
    LOCKED = "locked"
    SCHEMA = "the schema is another one"


class Refused(Exception):
    """A write that was not begun, or is not vouched for."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class FileTaken(Exception):
    """Another process serves this file."""


class DatabaseFile:
    """`remember` once the database is open, then `require` as often as anything is written."""

    def __init__(self, path: str) -> None:
        self._path = os.path.abspath(path)
        self._log = f"{os.path.realpath(path)}-wal"
        self._seen: dict[str, tuple[int, int]] = {}

    def remember(self) -> None:
        """The file and its log as they are now. Raises OSError when one is absent."""
        self._seen = {path: _identity(path) for path in (self._path, self._log)}

    def require(self) -> None:
        """Raises Refused unless the path still names what was opened, and may be written. Two or three system calls."""
        for path, known in self._seen.items():
            try:
                found = _identity(path)
            except OSError as error:
                raise Refused(Refusal.GONE) from error
            if found != known:
                raise Refused(Refusal.REPLACED)
        if not os.access(self._path, os.W_OK):
            raise Refused(Refusal.READ_ONLY)

    def require_space(self) -> None:
        """Raises Refused when a large webhook would no longer fit."""
        disk = os.statvfs(self._path)
        if disk.f_bavail * disk.f_frsize < SPACE_NEEDED:
            raise Refused(Refusal.FULL)


def make_private(path: str | Path) -> None:
    """An empty file that only its owner reads, unless there is one: SQLite gives -wal and -shm the same mode.

    Raises OSError.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ALONE))


def readable_by_others(path: str) -> list[str]:
    """Of the database and the files beside it, those whose mode lets everybody read them."""
    real = os.path.realpath(path)
    names = (real, f"{real}-wal", f"{real}-shm", _lock_path(path))
    return [name for name in names if os.path.exists(name) and os.stat(name).st_mode & 0o004]


def take(path: str) -> int:
    """The lock of the process that serves this file, as a descriptor to be kept until the process ends.

    The system releases it then, however the process ends. Raises FileTaken, or OSError when there can be no lock.
    """
    descriptor = os.open(_lock_path(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ALONE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise FileTaken from error
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _lock_path(path: str) -> str:
    """Beside the file itself, so that two names of one file are one lock."""
    return f"{os.path.realpath(path)}.lock"


def _identity(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino
