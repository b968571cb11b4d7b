"""The Node project under tests/clients, installed and built once, and a gateway that pages of another origin may call.

Without npm, or without a registry for the first `npm ci`, these tests are skipped with a reason; where everything is
required they fail instead.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.acceptance.clients.pages import Pages, serve_pages
from tests.acceptance.processes import Addresses, gateway_dev
from tests.conftest import REQUIRE_ALL
from tests.harness.child import ROOT
from tests.turns import one_at_a_time

CLIENTS = ROOT / "tests" / "clients"
_INSTALL_SECONDS = 400
_BUILD_SECONDS = 120


@dataclass(frozen=True)
class Servers:
    """A gateway, its sandbox, and pages of another origin that the gateway allows."""

    gateway: str
    sandbox: str
    pages: Pages

    def pay(self, session_id: str) -> None:
        pay(self.sandbox, session_id)


def pay(sandbox: str, session_id: str) -> None:
    """What the buyer does on the checkout page, as one call to the pretend Stripe."""
    httpx.post(
        f"{sandbox}/v1/payment_pages/{session_id}/confirm",
        data={"payment_method": "pm_card_visa"},
        headers={"Authorization": "Bearer sk_test_sandbox"},
    ).raise_for_status()


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Exactly what package-lock.json says."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed (apt-get install npm, Node 20 or newer)")
    installed = CLIENTS / "node_modules" / ".package-lock.json"
    lock = CLIENTS / "package-lock.json"
    with one_at_a_time(lock):
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            ran = _run([npm, "ci"], timeout_seconds=_INSTALL_SECONDS)
            _require(ran, f"`npm ci` in {CLIENTS.relative_to(ROOT)} failed")
    return installed.parent


@pytest.fixture(scope="session")
def built(node_modules: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Types from the schema, docs/frontend compiled against them, and the bundles; once a run, whoever comes first."""
    del node_modules
    shared = tmp_path_factory.getbasetemp()
    done = (shared if worker_id == "master" else shared.parent) / "clients-are-built"
    with one_at_a_time(CLIENTS / "package-lock.json"):
        if not done.exists():
            ran = _run(["node", "build.mjs"])
            assert ran.returncode == 0, ran.stdout + ran.stderr
            done.touch()
    return CLIENTS / "build"


@pytest.fixture(scope="session")
def servers(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with serve_pages(built) as pages:
        environment = {"GATEWAY_ALLOWED_ORIGINS": pages.origin, "GATEWAY_RATE_LIMIT": "10000/minute"}
        with gateway_dev(tmp_path_factory.mktemp("servers"), **environment) as running:
            pages.point_at(running.gateway)
            yield Servers(running.gateway, running.sandbox, pages)


def run_node(*command: str, addresses: Addresses | Servers | None = None) -> subprocess.CompletedProcess[str]:
    """A command of the Node project, given the addresses where the running pair is."""
    where = {"GATEWAY_URL": addresses.gateway, "SANDBOX_URL": addresses.sandbox} if addresses else {}
    return _run(command, environment=where)


def _run(
    command: Sequence[str], *, timeout_seconds: int = _BUILD_SECONDS, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        cwd=CLIENTS,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
    )


def _require(ran: subprocess.CompletedProcess[str], problem: str) -> None:
    if ran.returncode == 0:
        return
    said = (ran.stderr.strip() or "it said nothing").splitlines()
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{problem}:\n{ran.stderr}")
    pytest.skip(f"{problem}: {' '.join(said[:3])}")
