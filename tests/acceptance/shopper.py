"""What a buyer does, in a buyer's words: look, buy, pay, go back, read what the page says."""

import re

from playwright.async_api import Page, Request, expect

from tests.acceptance.processes import Addresses

_SESSION = re.compile(r"cs_test_[A-Za-z0-9]+")
_PATIENCE_MS = 15_000


class Shopper:
    """One tab. It keeps every address asked for, so that a test can say what was never asked."""

    def __init__(self, page: Page, addresses: Addresses) -> None:
        self.page = page
        self.addresses = addresses
        self.requested: list[str] = []
        self.sockets: list[str] = []
        self.faults: list[str] = []
        page.context.on("request", self._note)
        page.on("websocket", lambda socket: self.sockets.append(socket.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.set_default_timeout(_PATIENCE_MS)

    def _note(self, request: Request) -> None:
        self.requested.append(request.url)

    async def open_shop(self) -> None:
        await self.page.goto(f"{self.addresses.gateway}/")

    async def buy(self, package: str) -> str:
        """Presses Buy and answers the session whose checkout page opened."""
        await self.page.get_by_role("button", name=f"Buy {package}").click()
        return await self.reach_checkout()

    async def reach_checkout(self) -> str:
        await self.page.wait_for_url(f"{self.addresses.sandbox}/c/pay/**")
        found = _SESSION.search(self.page.url)
        assert found, self.page.url
        return found[0]

    async def pay(self, card: str) -> None:
        await self.page.locator("#email").fill("buyer@example.com")
        await self.page.locator("#card_number").fill(card)
        await self.page.locator("#expiry").fill("12 / 34")
        await self.page.locator("#cvc").fill("123")
        await self.page.locator("#name").fill("Test Buyer")
        await self.page.locator("#postal_code").fill("94107")
        await self.page.locator("#submit").click()

    async def answer_challenge(self, outcome: str) -> None:
        """`complete` or `fail`, on the bank's page."""
        await self.page.locator(f"button[name=outcome][value={outcome}]").click()

    async def expect_declined(self) -> None:
        await expect(self.page.locator("#banner")).to_be_visible(timeout=_PATIENCE_MS)

    async def open_success_page(self, session_id: str) -> None:
        await self.page.goto(f"{self.addresses.gateway}/success?session_id={session_id}")

    async def expect_status(self, status: str, *, final: bool) -> None:
        main = self.page.locator("main")
        await expect(main).to_have_attribute("data-status", status, timeout=_PATIENCE_MS)
        await expect(main).to_have_attribute("data-final", str(final).lower())

    async def reported(self) -> list[str]:
        """The words of the timeline, oldest first."""
        lines = self.page.locator("#timeline li")
        reported: list[str] = await lines.evaluate_all("lines => lines.map(line => line.dataset.status)")
        return reported

    async def expect_no_sideways_scroll(self) -> None:
        widths = await self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], f"{self.page.url} is {widths[0]} px wide in a window of {widths[1]} px"

    def assert_never_polled(self) -> None:
        assert [url for url in self.requested if "check-payment-status" in url] == []
        assert self.faults == []
