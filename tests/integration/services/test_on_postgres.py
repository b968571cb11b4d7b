"""This folder once more, on PostgreSQL from its wheel and in a process of its own: Tortoise remembers one dialect."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.services.conftest import SERVER_URL


@pytest.mark.postgres
@pytest.mark.timeout(1500)
@pytest.mark.skipif(SERVER_URL in os.environ, reason="this is the run on PostgreSQL")
def test_the_same_suite_passes_on_postgres(postgres_url: str) -> None:
    folder = Path(__file__).parent
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-p",
        "no:cacheprovider",
        f"--ignore={__file__}",
        str(folder),
    ]
    run = subprocess.run(
        command,
        env=os.environ | {SERVER_URL: postgres_url},
        cwd=folder.parents[2],
        capture_output=True,
        text=True,
        timeout=1490,
        check=False,
    )
    summary = run.stdout[run.stdout.rfind("short test summary") :][-4000:]
    assert run.returncode == 0, summary + run.stderr[-2000:]
    assert re.search(r"\b\d{2,} passed", run.stdout), summary
