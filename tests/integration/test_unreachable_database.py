"""A database that cannot be opened is a sentence and exit 2, whatever the command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KEYS = {"STRIPE_API_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x", "GATEWAY_STOREFRONT": "on"}


@pytest.mark.parametrize("verb", ["serve", "migrate"])
@pytest.mark.parametrize("url", ["sqlite://{folder}/missing/gateway.db", "postgres://u:p@127.0.0.1:1/gateway"])
def test_a_database_that_cannot_be_opened_is_a_sentence(verb: str, url: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url.format(folder=tmp_path), **KEYS}
    ran = subprocess.run(
        [sys.executable, "-m", "gateway", verb],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 2
    assert "does not answer" in ran.stderr
    assert "Traceback" not in ran.stderr
