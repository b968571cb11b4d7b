"""This folder once more, on PostgreSQL from its wheel and in a process of its own: Tortoise remembers one dialect.

Files that ask nothing of the database that others do not ask as well are left out. `ALL_ON_POSTGRES=1` takes them in.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.services.conftest import SERVER_URL

ALL = "ALL_ON_POSTGRES"
SAME_QUERIES = (
    "test_callers",
    "test_cancel",
    "test_copied_markers",
    "test_disputes",
    "test_old_shapes",
    "test_other_mode",
    "test_refetch",
    "test_refunds",
    "test_refusals_and_what_they_leave",
    "test_refused_for_good",
    "test_requested_run",
    "test_subscriptions",
    "test_write_off",
)


@pytest.mark.postgres
@pytest.mark.timeout(1500)
@pytest.mark.skipif(SERVER_URL in os.environ, reason="this is the run on PostgreSQL")
def test_the_same_suite_passes_on_postgres(postgres_url: str) -> None:
    folder = Path(__file__).parent
    left_out = [Path(__file__).stem, *(() if os.environ.get(ALL) == "1" else SAME_QUERIES)]
    assert all((folder / f"{name}.py").is_file() for name in left_out)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-p",
        "no:cacheprovider",
        *(f"--ignore={folder / name}.py" for name in left_out),
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
