"""What a report needs so that somebody else can get the same figures: command, commit, seed, versions."""

import platform
import subprocess
import sys
from pathlib import Path

from tests.harness.child import ROOT


def stamp(seed: int | None = None) -> list[str]:
    """Lines to print above the figures, and the limits that belong beside them."""
    command = " ".join(["python -m", _module(), *sys.argv[1:]])
    lines = [f"command               {command}", f"commit                {_commit()}"]
    if seed is not None:
        lines.append(f"seed                  {seed} (chooses what happens; the machine still chooses when)")
    lines.append(f"machine               Python {platform.python_version()}, {platform.system()}")
    return [*lines, "limits                an emulator and not Stripe, process crash and not power loss, one machine"]


def _module() -> str:
    path = Path(sys.argv[0]).absolute().with_suffix("")
    parts = path.relative_to(ROOT).parts if path.is_relative_to(ROOT) else (path.name,)
    return ".".join(part for part in parts if part != "__main__")


def _commit() -> str:
    def git(*words: str) -> str:
        ran = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return ran.stdout.strip()

    changed = " with uncommitted changes" if git("status", "--porcelain", "--", "gateway") else ""
    return (git("rev-parse", "HEAD") or "unknown") + changed
