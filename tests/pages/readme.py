"""The README's screenshots, in docs/images: the shop, the checkout, the success page and the playground."""

import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Page, ViewportSize, expect

from gateway.http.asset_fetching import fetch_assets
from gateway.http.assets import PLAYGROUND
from tests.acceptance.processes import gateway_dev
from tests.harness.child import ROOT
from tests.pages.camera import launched, visiting
from tests.pages.shops import Shop, Shops
from tests.pages.states import STATES
from tests.pages.visits import WAIT_MS

IMAGES = ROOT / "docs" / "images"
LARGEST_BYTES = 150_000
SIZE: ViewportSize = {"width": 1120, "height": 760}


async def make(chromium: str) -> int:
    """0 when all four are made and small enough."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = _with_playground(Path(folder))
        with gateway_dev(copy / "data", PYTHONPATH=str(copy)) as addresses:
            shops = Shops(Shop(addresses))
            async with launched(chromium) as browser:
                for name, state in (("shop", "shop"), ("checkout", "checkout"), ("success", "success-paid")):
                    async with visiting(browser, shops, "en") as visit:
                        await visit.page.set_viewport_size(SIZE)
                        await STATES[state].reach(visit)
                        await _shoot(visit.page, name)
                        if name == "success":
                            await _shoot_playground(visit.page)
            shops.usual.close()
    sizes = {path.name: path.stat().st_size for path in sorted(IMAGES.glob("*.png"))}
    print(*(f"{name}: {size:,} bytes" for name, size in sizes.items()), sep="\n")
    return int(any(size > LARGEST_BYTES for size in sizes.values()))


async def _shoot_playground(page: Page) -> None:
    await page.locator("#in-playground").click()
    await page.get_by_role("button", name="Execute").click(timeout=WAIT_MS)
    await expect(page.locator(".result-window")).to_contain_text("PAID", timeout=WAIT_MS)
    await _shoot(page, "playground")


async def _shoot(page: Page, name: str) -> None:
    await page.mouse.move(0, 0)
    await page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def _with_playground(folder: Path) -> Path:
    """A copy of the package that has GraphiQL's files, which are not kept in the repository."""
    shutil.copytree(ROOT / "gateway", folder / "gateway", ignore=shutil.ignore_patterns("__pycache__", "assets"))
    shutil.copytree(ROOT / "migrations", folder / "migrations")
    fetch_assets(PLAYGROUND.all, into=folder / "gateway" / "assets")
    return folder
