"""Tests share the machine with those of other pytest workers; those that hold the gateway to times have it alone.

Two advisory locks on files of this checkout, so that even two runs at once do not disturb each other. Whoever wants the
machine alone keeps the gate shut while those who are in finish, so that nobody waits for ever.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_GATE = Path(__file__)
_MACHINE = Path(__file__).with_name("conftest.py")

ALONE = (
    "tests/faults/test_faults.py",
    "tests/replicas/test_shows.py",
)
"""What measures how long a call waits while something is away."""


def is_alone(node_id: str) -> bool:
    return node_id.startswith(ALONE)


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Among all workers, by a lock on this file."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    with _GATE.open() as gate, _MACHINE.open() as machine:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(machine, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield
