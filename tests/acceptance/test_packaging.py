"""The wheel carries everything: unpacked anywhere, it runs the main job without the repository."""

import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.acceptance.processes import ROOT, free_ports

PRICE = "price_1QlYNRHVMy0i1BlJA1y0DxB2"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as pip would lay it out, built without asking an index."""
    built = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(built), str(ROOT)], check=True, timeout=100)
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(next(built.glob("payments_gateway-*.whl"))) as wheel:
        wheel.extractall(site)
    return site


def test_the_wheel_runs_the_main_job_outside_the_repository(unpacked: Path, tmp_path: Path) -> None:
    port, sandbox_port = free_ports()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(unpacked), "PYTHONUNBUFFERED": "1"}
    arguments = ["-m", "gateway", "dev", "--port", str(port), "--sandbox-port", str(sandbox_port)]
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert any("4242" in line for line in process.stdout), "`gateway dev` ended before it said how to pay"
        with httpx.Client(base_url=f"http://localhost:{port}") as client:
            assert client.get("/readyz").json()["status"] == "ok"
            assert "Starter Plan" in client.get("/", headers={"Accept-Language": "en"}).text
            created = client.post("/api/create-checkout-session", json={"priceId": PRICE}).json()
            assert httpx.get(created["url"]).status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.close()
        assert process.wait(10) == 0
