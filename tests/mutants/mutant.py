"""What a mutant is, and a copy of the tree in which one is made."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness.child import ROOT

COPIED = ("gateway", "migrations", "tests", "pyproject.toml", "schema.graphql")
LEFT_OUT = shutil.ignore_patterns("node_modules", "dist", ".hypothesis", ".pytest_cache")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`name` says what is broken. `file` is a path below the root, or a pattern that one file alone matches; `old`
    stands in it exactly once. At least one of `tests` (paths or node ids) must fail.

    `on_postgres`: the tests are those that run on the database of TEST_DATABASE_URL, and need PostgreSQL there.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    on_postgres: bool = False


class NoLongerApplies(Exception):
    """The source has moved on: the mutant has to follow it, or it shows nothing."""


def broken_source(mutant: Mutant, root: Path = ROOT) -> tuple[Path, str]:
    """The file below the root, and its text with the breakage. Raises NoLongerApplies."""
    found = sorted(root.glob(mutant.file))
    if len(found) != 1:
        raise NoLongerApplies(f"{mutant.name}: {len(found)} files match {mutant.file}")
    text = found[0].read_text("utf-8")
    count = text.count(mutant.old)
    if count != 1 or mutant.old == mutant.new:
        raise NoLongerApplies(f"{mutant.name}: its text stands {count} times in {mutant.file}: {mutant.old!r}")
    broken = text.replace(mutant.old, mutant.new)
    if found[0].suffix == ".py":
        try:
            compile(broken, str(found[0]), "exec")
        except SyntaxError as error:
            raise NoLongerApplies(f"{mutant.name}: {mutant.file} would not be Python any more: {error}") from error
    return found[0].relative_to(root), broken


@contextmanager
def copied_tree(mutant: Mutant | None) -> Iterator[Path]:
    """A copy of what tests need, with the breakage in it, until the block ends. None: nothing is broken."""
    with tempfile.TemporaryDirectory(prefix="gateway-mutant-") as name:
        root = Path(name)
        for part in COPIED:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, root / part, ignore=LEFT_OUT)
            else:
                shutil.copy2(source, root / part)
        if mutant is not None:
            path, broken = broken_source(mutant, root)
            for compiled in (root / path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                compiled.unlink()  # Python tells an old one by time and size alone.
            (root / path).write_text(broken, "utf-8")
        yield root
