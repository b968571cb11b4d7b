"""Each condition that makes a database unfit to be written to: how it is brought about, and how it is taken away.

A disk that is full is a tmpfs of its own, a file that is read-only lies under a read-only bind mount, because a mode
does not stop root. Without root the file's mode is taken away instead, and no disk is filled.
"""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

DISK_MEGABYTES = 24
AHEAD = "99_29991231000000_from_tomorrow.py"
IS_ROOT = os.geteuid() == 0


@dataclass(frozen=True, slots=True)
class Condition:
    """`check` of /readyz says `word` while it lasts; `how` is the means that was used here."""

    name: str
    check: str
    word: str
    how: str
    hold: Callable[[Path], Iterator[None]]


def _full(folder: Path) -> Iterator[None]:
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as disk:
            while disk.write(b"x" * 65_536):
                pass
    except OSError:
        pass
    yield
    filler.unlink()


def _read_only(folder: Path) -> Iterator[None]:
    if IS_ROOT:
        _run("mount", "--bind", str(folder), str(folder))
        try:
            _run("mount", "-o", "remount,bind,ro", str(folder))
            yield
        finally:
            _run("umount", "--lazy", str(folder))
        return
    (folder / "gateway.db").chmod(0o444)
    yield
    (folder / "gateway.db").chmod(0o600)


def _moved(folder: Path) -> Iterator[None]:
    (folder / "gateway.db").rename(folder / "elsewhere.db")
    yield
    (folder / "elsewhere.db").rename(folder / "gateway.db")


def _replaced(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "gateway.db")) as original, closing(sqlite3.connect(folder / "copy")) as copy:
        original.backup(copy)
    (folder / "gateway.db").rename(folder / "elsewhere.db")
    (folder / "copy").rename(folder / "gateway.db")
    yield
    (folder / "elsewhere.db").rename(folder / "gateway.db")


def _ahead(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "gateway.db", isolation_level=None)) as file:
        file.execute(f"INSERT INTO aerich (version, app, content) SELECT '{AHEAD}', app, content FROM aerich LIMIT 1")
        yield
        file.execute(f"DELETE FROM aerich WHERE version = '{AHEAD}'")


def _behind(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "gateway.db", isolation_level=None)) as file:
        last = file.execute("SELECT max(id) FROM aerich").fetchone()
        file.execute("UPDATE aerich SET app = 'away' WHERE id = ?", last)
        yield
        file.execute("UPDATE aerich SET app = 'sqlite' WHERE id = ?", last)


def _locked(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "gateway.db", isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        yield
        file.execute("ROLLBACK")


SQLITE = (
    *([Condition("disk full", "database", "the disk is full", "a tmpfs", _full)] if IS_ROOT else []),
    Condition("file read-only", "database", "read-only", "a bind mount" if IS_ROOT else "mode 0444", _read_only),
    Condition("file moved", "database", "the file was moved or deleted", "rename", _moved),
    Condition("file replaced by a copy", "database", "the file was replaced", "rename", _replaced),
    Condition("schema newer", "migrations", "ahead", "a row of aerich", _ahead),
    Condition("schema older", "migrations", "behind", "a row of aerich", _behind),
    Condition("write lock held", "database", "locked", "BEGIN IMMEDIATE", _locked),
)


@contextmanager
def disk(folder: Path) -> Iterator[Path]:
    """A folder to fill up. Only root can make one that is a disk of its own."""
    folder.mkdir()
    if not IS_ROOT:
        yield folder
        return
    _run("mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "none", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
