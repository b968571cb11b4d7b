"""What an operator does in a browser among them: each question, the clicks it took, and each act."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page, expect

from tests.harness.deployment import ADMIN_KEY

MOST_CLICKS = 2
VIEWS = ("desk", "payments", "inbox", "deliveries", "runs", "figures")
WIDTHS = (390, 1440)
WAIT_MS = 20_000
REASONS = {
    "paid": "money was received",
    "unpaid": "nothing has happened yet",
    "processing": "the money is on its way",
    "expired": "it expired unpaid",
    "failed": "the latest attempt failed",
    "canceled": "somebody canceled it",
    "no_payment_required": "nothing was due",
}
"""Status → words of the sentence that says why."""
_COUNT = "window.clicks = 0; addEventListener('click', event => { window.clicks += event.detail > 0 }, true);"
_CLUES = """query ($clue: String!) { search(clue: $clue) {
  sessionId operator { paymentId clientReferenceId intentIds } attempts { id }
} }"""
_EVENTS = "query ($id: ID!) { webhookEvents(filter: { paymentId: $id }, first: 1) { edges { node { id } } } }"


@dataclass(frozen=True, slots=True)
class Console:
    """Signed in, at the desk."""

    url: str
    page: Page

    async def search(self, clue: str) -> None:
        """By mouse, so that it counts as a click."""
        await self.page.locator("#clue").click()
        await self.page.locator("#clue").fill(clue)
        await self.page.keyboard.press("Enter")

    async def clicks(self) -> int:
        return int(await self.page.evaluate("window.clicks"))

    async def at_desk(self) -> None:
        await self.page.goto(f"{self.url}/console#/desk")
        await expect(self.page.locator("main h1").first).to_be_visible()
        await self.page.evaluate("window.clicks = 0")


@asynccontextmanager
async def open_console(
    browser: Browser, url: str, *, language: str = "en", scheme: Any = "light", width: int = 1280
) -> AsyncIterator[Console]:
    context = await browser.new_context(
        locale={"en": "en-US", "zh": "zh-CN"}[language], color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = await context.new_page()
    page.set_default_timeout(WAIT_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.add_init_script(_COUNT)
    await page.goto(f"{url}/console")
    await page.locator("#key").fill(ADMIN_KEY)
    await page.keyboard.press("Enter")
    await expect(page.locator("#feed")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    yield Console(url, page)
    await context.close()
    assert faults == []


async def did_this_buyer_pay(console: Console, session: str, status: str) -> int:
    """From the desk to the status and why, on one screen. The clicks that it took."""
    await console.at_desk()
    await console.search(session)
    verdict = console.page.locator(".verdict")
    await expect(verdict).to_have_attribute("data-status", status, timeout=WAIT_MS)
    await expect(verdict).to_contain_text(REASONS[status])
    await expect(console.page.locator(".timeline li").first).to_be_visible()
    return await console.clicks()


async def find_by_every_clue(console: Console, session: str, *, email: str) -> list[str]:
    """The kinds of clue that led there."""
    clues = await _clues(console.url, session) | {"e-mail": email}
    for clue in clues.values():
        await console.at_desk()
        await console.search(clue)
        await expect(console.page.locator("h1 + p code")).to_have_text(session, timeout=WAIT_MS)
    await console.search("$5.00")
    await expect(console.page.locator("tbody tr").nth(9)).to_be_visible(timeout=WAIT_MS)  # Of many, the newest.
    return [*clues, "amount"]


async def refund_a_part(console: Console, session: str) -> None:
    await console.at_desk()
    await console.search(session)
    await console.page.get_by_role("button", name="Refund").click()
    await console.page.locator("dialog input").fill("1")
    await console.page.keyboard.press("Enter")
    money = console.page.get_by_role("region", name="Money")
    await expect(money).to_contain_text("-$1.00", timeout=WAIT_MS)


async def apply_again(console: Console) -> None:
    """An event of the payment that is open."""
    await console.page.get_by_role("button", name="Apply again").first.click()
    await console.page.get_by_role("button", name="Do it").click()
    await expect(console.page.locator("#said")).to_have_text("Done.", timeout=WAIT_MS)


async def resolve(console: Console) -> None:
    """The first entry of the desk."""
    await console.at_desk()
    entry = console.page.locator(".entry").first
    subject = await entry.locator("code").first.inner_text()
    await entry.get_by_role("button", name="Resolve").click()
    await console.page.locator("dialog input").fill("evidence is sent")
    await console.page.keyboard.press("Enter")
    await expect(console.page.locator(".entry").filter(has_text=subject)).to_have_count(0, timeout=WAIT_MS)


async def reconcile(console: Console, *, patience_seconds: float) -> str:
    """A run that is started by a click, and watched to its end. What it says."""
    await console.page.goto(f"{console.url}/console#/runs")
    await console.page.get_by_role("button", name="Compare now").click()
    await console.page.get_by_role("button", name="Do it").click()
    run = console.page.locator("li.card[data-outcome]").first
    await expect(run).to_have_attribute(
        "data-outcome", re.compile("CLEAN|DIFFERENCES"), timeout=patience_seconds * 1000
    )
    return await run.inner_text()


async def photograph(browser: Browser, url: str, folder: Path, payment: str) -> int:
    """Each view × light and dark × narrow and wide × both languages. How many pictures."""
    taken = 0
    for language in ("en", "zh"):
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                opened = open_console(browser, url, language=language, scheme=scheme, width=width)
                async with opened as console:
                    for view in (*VIEWS, f"payment/{payment}"):
                        await console.page.goto(f"{url}/console#/{view}")
                        await expect(console.page.locator("main h1").first).to_be_visible()
                        await expect(console.page.locator("main")).not_to_have_attribute("aria-busy", "true")
                        name = f"{view.partition('/')[0]}-{language}-{scheme}-{width}.png"
                        await console.page.screenshot(path=folder / name, full_page=True)
                        taken += 1
    return taken


async def _clues(url: str, session: str) -> dict[str, str]:
    found = (await _asked(url, _CLUES, {"clue": session}))["search"][0]
    operator = found["operator"]
    events = await _asked(url, _EVENTS, {"id": operator["paymentId"]})
    return {
        "session": session,
        "reference": operator["clientReferenceId"],
        "payment intent": operator["intentIds"][0],
        "charge": found["attempts"][0]["id"],
        "event": events["webhookEvents"]["edges"][0]["node"]["id"],
        "payment": operator["paymentId"],
    }


async def _asked(url: str, query: str, variables: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{url}/graphql", json={"query": query, "variables": variables}) as answer,
    ):
        body = await answer.json()
    assert "errors" not in body, body
    return body["data"]
