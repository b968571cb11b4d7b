"""One `gateway dev` and one Chromium for the folder, and a fresh profile for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.acceptance.processes import Addresses, gateway_dev
from tests.acceptance.shopper import Shopper

_SWITCHES = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --no-first-run "
    "--disable-sync --disable-quic"
)
QUIET = [*_SWITCHES.split(), "--host-resolver-rules=MAP *.test 127.0.0.1"]
"""Names of the domain `test` are this machine too, for pages of an origin that is not."""


@pytest.fixture(scope="session", params=["sqlite"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """`gateway dev` on the database of the parameter; SQLite unless a module asks for more.

    The limit is raised because every test here comes from the same address.
    """
    data = tmp_path_factory.mktemp("dev") / "data"
    environment = {"GATEWAY_RATE_LIMIT": "10000/minute"}
    if request.param == "postgres":
        environment["DATABASE_URL"] = request.getfixturevalue("new_postgres")()
    with gateway_dev(data, **environment) as addresses:
        yield addresses
    assert (data / "gateway.db").exists() == (request.param == "sqlite")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def shopper(context: BrowserContext, running: Addresses) -> Shopper:
    """Somebody at the shop's window, on a desktop."""
    return Shopper(await context.new_page(), running)
