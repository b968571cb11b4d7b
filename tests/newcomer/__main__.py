"""python -m tests.newcomer: does what the README and docs/frontend.md say, in empty folders, and prints the seconds.

It clones this repository, runs the README's first line with an empty home, buys in the demo shop, and then sets up a
Vite and a Next project from docs/frontend, on ports of their own, and buys and watches in each. It needs the package
registries, Node and Chromium, and the ports 3002 and 12111. Nothing is asserted about seconds.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.acceptance.conftest import QUIET
from tests.acceptance.processes import Addresses
from tests.acceptance.shopper import Shopper
from tests.newcomer.folders import NEXT, VITE, Project, clone
from tests.newcomer.running import Clock, first_line, page_server

GATEWAY = Addresses("http://localhost:3002", "http://localhost:12111")
CARD = "4242 4242 4242 4242"


async def main() -> int:
    arguments = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="newcomer-"))
    clock = Clock()
    try:
        repository = clone(folder, clock)
        with first_line(repository, home=folder / "home", clock=clock):
            async with async_playwright() as playwright:
                chromium = shutil.which("chromium")
                browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
                await _buy(browser, GATEWAY, paid="paid")
                clock.say("paid in the demo shop", since="installed")
                for project in (VITE, NEXT):
                    if project.name in arguments.projects:
                        await _try(browser, project, folder, repository, clock)
                await browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


async def _try(browser: Browser, project: Project, folder: Path, repository: Path, clock: Clock) -> None:
    made = project.make(folder / project.name, repository, clock)
    with page_server(project, made, home=folder / "home") as origin:
        await _buy(browser, Addresses(origin, GATEWAY.sandbox), paid="PAID")
    clock.say(f"paid on a page of {project.name} at {origin}")


async def _buy(browser: Browser, addresses: Addresses, *, paid: str) -> None:
    """Presses Buy, pays, and waits until the success page has watched the payment arrive.

    `paid` is the word in which the page says so to a program: the demo shop's is REST's, the guide's is GraphQL's.
    """
    context = await browser.new_context(locale="en-US")
    shopper = Shopper(await context.new_page(), addresses)
    shopper.page.set_default_timeout(60_000)  # The first page of a development server is compiled when it is asked for.
    await shopper.open_shop()
    await shopper.buy("Starter Plan")
    await shopper.pay(CARD)
    await shopper.expect_status(paid, final=True)
    shopper.assert_never_polled()
    await context.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.newcomer", description=__doc__)
    parser.add_argument("projects", nargs="*", default=[VITE.name, NEXT.name], help="vite, next; both if none is named")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
