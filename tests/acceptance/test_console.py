"""What an operator does in the console, in a browser, by keyboard, with the security policy on."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.acceptance.processes import Addresses
from tests.console.show import REASONS
from tests.pages.shops import Session, Shop

expect.set_options(timeout=15_000)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CANARY = "<img src=x onerror=\"window.broken='yes'\"><script>window.broken='yes'</script>"
STATUSES = [status for status in REASONS if status != "no_payment_required"]
"""Those that the packages of `gateway dev` lead to."""


@pytest.fixture(scope="module")
def shop(running: Addresses) -> Iterator[Shop]:
    shop = Shop(running)
    yield shop
    shop.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, shop: Shop) -> AsyncIterator[Page]:
    """Signed in, at the desk. Whatever the browser refuses or a script throws fails the test."""
    context = await browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
    await page.goto(f"{shop.gateway}/console")
    await page.keyboard.type(shop.admin_key)
    await page.keyboard.press("Enter")
    await expect(page.locator("#feed")).to_have_attribute("data-state", "live")
    yield page
    assert faults == []
    assert await page.evaluate("window.broken") is None
    await context.close()


def is_fault(message: ConsoleMessage) -> bool:
    """All errors but a connection that a test has cut."""
    return message.type == "error" and "net::ERR_FAILED" not in message.text


async def find(page: Page, clue: str) -> None:
    await page.locator("body").press("/")
    await page.keyboard.type(clue)
    await page.keyboard.press("Enter")


def purchase(shop: Shop, status: str, **more: Any) -> Session:
    """A payment that the gateway knows to have this status."""
    session = shop.begin(**more)
    cards = {"paid": "4242424242424242", "processing": "4000000000003089", "failed": "4000000000009995"}
    if status in cards:
        shop.pay(session, cards[status])
    elif status == "expired":
        shop.expire(session)
    elif status == "canceled":
        shop.cancel(session)
    shop.wait_for(session, status)
    return session


@pytest.mark.parametrize("status", STATUSES)
async def test_did_this_buyer_pay_and_why_is_one_search_away(page: Page, shop: Shop, status: str) -> None:
    session = purchase(shop, status)
    await find(page, session.id)
    verdict = page.locator(".verdict")
    await expect(verdict).to_have_attribute("data-status", status)
    await expect(verdict).to_contain_text(REASONS[status])
    await expect(page.locator(".timeline li").first).to_be_visible()


async def test_whatever_is_in_hand_leads_to_the_payment(page: Page, shop: Shop) -> None:
    session = purchase(shop, "paid", clientReferenceId="order-777", customerEmail="Jenny@Example.com")
    shop.wait_for_event(session, "checkout.session.completed")
    asked = shop.at_stripe(f"/v1/checkout/sessions/{session.id}", **{"expand[]": "payment_intent.latest_charge"})
    intent = asked["payment_intent"]
    payment_id = shop.read(session, "operator { paymentId }")["operator"]["paymentId"]
    events = "query ($id: ID!) { webhookEvents(filter: { paymentId: $id }, first: 1) { edges { node { id } } } }"
    event = shop.ask(events, {"id": payment_id})
    clues = [
        session.id,
        "order-777",
        "jenny@example.com",
        intent["id"],
        intent["latest_charge"]["id"],
        event["webhookEvents"]["edges"][0]["node"]["id"],
        payment_id,
    ]
    for clue in clues:
        await page.goto(f"{shop.gateway}/console#/desk")
        await find(page, clue)
        await expect(page.locator("h1 + p code")).to_have_text(session.id)
    await find(page, "$5.00")
    await expect(page.locator("main")).to_contain_text(session.id)  # In a list, or alone.


async def test_a_part_is_refunded_by_keyboard_alone_and_the_screen_follows(page: Page, shop: Shop) -> None:
    session = purchase(shop, "paid")
    await find(page, session.id)
    await page.get_by_role("button", name="Refund").focus()
    for amount, words in (("50", "more than is left"), ("1.234", "like 12.50"), ("-1", "like 12.50"), ("0", "amount")):
        if await page.locator("dialog[open]").count() == 0:
            await page.keyboard.press("Enter")
        await page.locator("dialog input").fill(amount)
        await page.keyboard.press("Enter")
        await expect(page.locator("dialog .fault")).to_contain_text(words)
    await page.locator("dialog input").fill("2")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog")).not_to_be_visible()
    await expect(page.get_by_role("region", name="Money")).to_contain_text("-$2.00")
    await expect(page.locator(".timeline")).to_contain_text("Refund of $2.00")
    assert shop.read(session, "refundedAmount { amountMinor }") == {"refundedAmount": {"amountMinor": 200}}


async def test_an_open_session_is_canceled_and_a_payment_that_moves_meanwhile_is_seen(page: Page, shop: Shop) -> None:
    session = purchase(shop, "unpaid")
    await find(page, session.id)
    await expect(page.locator(".verdict")).to_have_attribute("data-status", "unpaid")
    shop.pay(session, "4000000000009995")
    await expect(page.locator(".verdict")).to_have_attribute("data-status", "failed")
    await page.get_by_role("button", name="Cancel the session").click()
    await page.get_by_role("button", name="Do it").click()
    await expect(page.locator(".verdict")).to_have_attribute("data-status", "canceled")
    await expect(page.locator("#said")).to_have_text("Done.")


async def test_a_discrepancy_is_acknowledged_and_resolved_with_a_note(page: Page, shop: Shop) -> None:
    session = shop.begin()
    shop.pay(session, "4000000000000259")
    shop.wait_for(session, "paid")
    await find(page, session.id)
    entry = page.locator(".entry")
    await expect(entry).to_contain_text("Answer it in the Stripe Dashboard")
    await entry.get_by_role("button", name="I am on it").click()
    await page.locator("dialog input").fill("asked the buyer")
    await page.keyboard.press("Enter")
    await expect(entry).to_contain_text("somebody is on it")
    await entry.get_by_role("button", name="Resolve").click()
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open]")).to_be_visible()  # A note is required.
    await page.locator("dialog input").fill("evidence is sent")
    await page.keyboard.press("Enter")
    await expect(entry).to_have_count(0)
    await expect(page.locator(".timeline")).to_contain_text("evidence is sent")


async def test_rows_are_walked_and_opened_by_keyboard(page: Page, shop: Shop) -> None:
    purchase(shop, "paid")
    await page.keyboard.press("2")
    await expect(page.locator("[data-view=payments]")).to_have_attribute("aria-current", "page")
    await expect(page.locator("tbody tr").first).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await expect(page.locator("tbody tr").first.locator("a")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".verdict")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.locator("dialog[open]")).to_contain_text("next and previous row")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)


async def test_an_event_is_read_as_it_came_and_applied_once_more(page: Page, shop: Shop) -> None:
    session = purchase(shop, "paid")
    shop.wait_for_event(session, "checkout.session.completed")
    await find(page, session.id)
    line = page.locator(".timeline li").filter(has_text="checkout.session.completed")
    await line.locator("button").first.click()
    body = json.loads(await page.locator("dialog pre").inner_text())
    assert body["data"]["object"]["id"] == session.id
    await page.keyboard.press("Escape")
    await line.get_by_role("button", name="Apply again").click()
    await page.get_by_role("button", name="Do it").click()
    await expect(page.locator("#said")).to_have_text("Done.")


async def test_what_a_shop_or_a_buyer_writes_is_shown_and_never_run(page: Page, shop: Shop) -> None:
    session = purchase(shop, "paid", metadata=[{"key": "note", "value": CANARY}])
    await find(page, session.id)
    await expect(page.locator("main")).to_contain_text(CANARY)
    await find(page, CANARY)
    await expect(page.locator("h1")).to_contain_text(CANARY)


async def test_a_page_that_is_loaded_again_has_forgotten_the_key(page: Page, shop: Shop) -> None:
    assert await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    await page.reload()
    await expect(page.locator("#sign-in")).to_be_visible()
    await page.locator("#key").fill("not the key of anybody")
    await page.keyboard.press("Enter")
    # The gateway answers 200 with the error inside, as for every GraphQL question.
    await expect(page.locator("#key-fault")).to_have_text("This key is not known here.")


async def test_without_a_way_to_the_gateway_it_says_so_and_tries_again(page: Page, shop: Shop) -> None:
    await page.route("**/graphql", lambda route: route.abort())
    await page.keyboard.press("2")
    await expect(page.locator(".problem")).to_contain_text("cannot be reached")
    await page.unroute("**/graphql")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator("h1")).to_have_text("Payments")


async def test_the_policy_allows_nothing_of_others_and_nothing_inline(shop: Shop) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{shop.gateway}/console")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert shop.admin_key not in answer.text
