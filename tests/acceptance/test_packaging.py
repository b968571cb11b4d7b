"""The wheel carries everything: in a fresh environment it runs the main job, and its pages need no other server.

The release step before it, `gateway assets`, is run as a release does. Without npm, or without a registry, the test of
the pages is skipped with a reason.
"""

import os
import shutil
import signal
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, Route, expect

from gateway.http.asset_fetching import NotFetched, fetch_assets
from gateway.http.assets import ALL
from tests.conftest import REQUIRE_ALL
from tests.harness.child import ROOT, free_port

PRICE = "price_1QlYNRHVMy0i1BlJA1y0DxB2"
SOURCES = ("gateway", "migrations", "pyproject.toml", "README.md", "LICENSE")


@dataclass(frozen=True)
class Installed:
    """A virtual environment with the wheel in it, and whether the wheel was built with the pages' files."""

    folder: Path
    has_assets: bool

    @property
    def command(self) -> str:
        return str(self.folder / "bin" / "gateway")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Built from a copy of the sources without asking an index, and laid out as pip does it.

    The libraries are those of this test's environment; of the gateway nothing is taken from the repository.
    """
    sources, built = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__", "assets"))
        else:
            shutil.copy(ROOT / name, sources / name)
    # As in a checkout, where git leaves these files out and the build is asked to put them in.
    shutil.copy(ROOT / ".gitignore", sources / ".gitignore")
    has_assets = _fetch(sources / "gateway" / "assets")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(built), str(sources)], check=True, timeout=100)
    return Installed(_install(next(built.glob("payments_gateway-*.whl")), tmp_path_factory.mktemp("venv")), has_assets)


def _fetch(folder: Path) -> bool:
    try:
        fetch_assets(into=folder)
    except NotFetched as problem:
        if os.environ.get(REQUIRE_ALL) == "1":
            raise
        print(problem)
        return False
    return True


def _install(wheel: Path, folder: Path) -> Path:
    """pip would do the same, and would want the libraries in the environment too."""
    venv.create(folder, with_pip=False, symlinks=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    libraries = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    # After the environment's own folder, so that the wheel's gateway is the one that is found.
    (site / "libraries.pth").write_text(f"{libraries}\n")
    entry = folder / "bin" / "gateway"
    entry.write_text(f"#!{folder / 'bin' / 'python'}\nfrom gateway.cli.main import main\n\nmain()\n")
    entry.chmod(0o755)
    return folder


@contextmanager
def running(installed: Installed, folder: Path) -> Iterator[str]:
    """`gateway dev` of the wheel, in an empty folder; its address."""
    port, sandbox_port = free_port(), free_port()
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    arguments = ["dev", "--port", str(port), "--sandbox-port", str(sandbox_port)]
    process = subprocess.Popen(
        [installed.command, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert any("4242" in line for line in process.stdout), "`gateway dev` ended before it said how to pay"
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        # Read to the end: a line about a payment may still come, and a program whose reader is gone ends with 1.
        process.communicate(timeout=20)
        assert process.returncode == 0


def test_the_wheel_runs_the_main_job_outside_the_repository(installed: Installed, tmp_path: Path) -> None:
    found = subprocess.run(
        [installed.folder / "bin" / "python", "-c", "import gateway; print(gateway.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert Path(found.stdout.strip()).is_relative_to(installed.folder)
    with running(installed, tmp_path) as base, httpx.Client(base_url=base) as client:
        assert client.get("/readyz").json()["status"] == "ok"
        assert "Starter Plan" in client.get("/", headers={"Accept-Language": "en"}).text
        created = client.post("/api/create-checkout-session", json={"priceId": PRICE}).json()
        assert httpx.get(created["url"]).status_code == 200


def test_the_wheel_has_the_files_of_the_pages_byte_for_byte(installed: Installed) -> None:
    if not installed.has_assets:
        pytest.skip("npm could not fetch the files of the pages (npm and a registry are needed)")
    checked = subprocess.run([installed.command, "assets", "--check"], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, f"All {len(ALL)} files are there.\n")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_docs_and_playground_of_the_wheel_open_with_the_network_closed(
    installed: Installed, browser: Browser, tmp_path: Path
) -> None:
    if not installed.has_assets:
        pytest.skip("npm could not fetch the files of the pages (npm and a registry are needed)")
    with running(installed, tmp_path) as base:
        docs = await Guarded.opened(browser, f"{base}/api/docs")
        await expect(docs.page.locator(".opblock")).to_have_count(3)
        await docs.page.locator(".opblock-summary", has_text="create-checkout-session").click()
        await docs.page.get_by_role("button", name="Execute").click()
        answered = docs.page.locator(".live-responses-table tbody .response-col_status")
        await expect(answered.first).to_contain_text("200")
        await docs.keep_picture("docs.png")

        playground = await Guarded.opened(browser, f"{base}/graphql")
        await expect(playground.page.locator(".graphiql-container")).to_be_visible(timeout=20_000)
        await playground.page.get_by_role("button", name="Execute query").click()
        await expect(playground.page.locator(".result-window")).to_contain_text("Starter Plan")

        assert (docs.sought, playground.sought) == ([], [])
        assert (docs.faults, playground.faults) == ([], [])


@dataclass(frozen=True)
class Guarded:
    """A page with the network closed: what does not go to the gateway is refused, and counted in `sought`."""

    page: Page
    sought: list[str]
    faults: list[str]

    @classmethod
    async def opened(cls, browser: Browser, url: str) -> "Guarded":
        context = await browser.new_context(viewport={"width": 1280, "height": 1000})
        guarded, base = cls(await context.new_page(), [], []), "/".join(url.split("/")[:3])

        async def guard(route: Route) -> None:
            if route.request.url.startswith((f"{base}/", "data:", "blob:")):
                await route.continue_()
            else:
                guarded.sought.append(route.request.url)
                await route.abort()

        await context.route("**", guard)
        guarded.page.on("pageerror", lambda error: guarded.faults.append(str(error)))
        guarded.page.on("console", lambda said: guarded.faults.append(said.text) if said.type == "error" else None)
        await guarded.page.goto(url)
        return guarded

    async def keep_picture(self, name: str) -> None:
        """For somebody to look at: TEST_PICTURES names the folder."""
        folder = os.environ.get("TEST_PICTURES")
        if folder:
            await self.page.screenshot(path=Path(folder) / name)
