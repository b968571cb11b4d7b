"""The operators' console: every view with something in it, and each of its dialogs."""

from playwright.async_api import expect

from tests.pages.shops import FREE, Session, Shop
from tests.pages.visits import WAIT_MS, Visit, state


async def _open(visit: Visit, place: str, *, shows: str = "h1", shop: Shop | None = None) -> None:
    """Signs in and goes to a view. The key is in the page's memory alone, so each tab types it anew."""
    page, shop = visit.page, shop or visit.shop
    await page.goto(f"{shop.gateway}/console#/{place}")
    await page.locator("#key").fill(shop.admin_key)
    await page.locator("#sign-in button").click()
    await expect(page.locator(f"main {shows}").first).to_be_visible(timeout=WAIT_MS)
    await expect(page.locator("#feed")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
    await expect(page.locator("main")).not_to_have_attribute("aria-busy", "true", timeout=WAIT_MS)


async def _payment(visit: Visit, session: Session, status: str, shop: Shop | None = None) -> None:
    (shop or visit.shop).wait_for(session, status)
    await _open(visit, f"search/{session.id}", shows=f"[data-status={status}]", shop=shop)


@state("console-sign-in")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.gateway}/console")
    await visit.page.locator("#key").fill("no such key at all")
    await visit.page.locator("#sign-in button").click()
    await expect(visit.page.locator("#key-fault")).not_to_be_empty()


@state("console-desk")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session, "4000000000000259")
    visit.shop.wait_for(session, "paid")
    await _open(visit, "desk", shows=".entry")


@state("console-payments", has_foreign_text=True)
async def _(visit: Visit) -> None:
    visit.begin()
    visit.shop.pay(visit.begin())
    visit.shop.cancel(visit.begin())
    await _open(visit, "payments", shows="tbody tr")


@state("console-search-nothing", has_foreign_text=True)
async def _(visit: Visit) -> None:
    await _open(visit, "search/no-such-order")


@state("console-payment-unpaid")
async def _(visit: Visit) -> None:
    await _payment(visit, visit.begin(), "unpaid")


@state("console-payment-paid", has_foreign_text=True)
async def _(visit: Visit) -> None:
    session = visit.begin(clientReferenceId="order-2026-118", metadata=[{"key": "note", "value": "Gift wrap, please"}])
    visit.shop.pay(session, "4000000000000002")
    visit.shop.pay(session)
    await _payment(visit, session, "paid")


@state("console-payment-refunded")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session)
    visit.shop.wait_for(session, "paid")
    visit.shop.refund(session)
    await _payment(visit, session, "paid")
    await expect(visit.page.locator("main table").first).to_contain_text("-", timeout=WAIT_MS)


@state("console-payment-failed")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session, "4000000000009995")
    await _payment(visit, session, "failed")


@state("console-payment-processing")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session, "4000000000003089")
    await _payment(visit, session, "processing")


@state("console-payment-canceled")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.cancel(session)
    await _payment(visit, session, "canceled")


@state("console-payment-expired")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.expire(session)
    await _payment(visit, session, "expired")


@state("console-payment-free", has_foreign_text=True, needs_all_shops=True)
async def _(visit: Visit) -> None:
    shop = visit.shops.long
    assert shop is not None
    session = visit.begin(shop, FREE)
    shop.pay(session)
    await _payment(visit, session, "no_payment_required", shop)


@state("console-refund", has_foreign_text=True)
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session)
    await _payment(visit, session, "paid")
    await visit.page.locator("header .buttons button").last.click()
    await visit.page.locator("dialog input").fill("500.00")
    await visit.page.locator("dialog button[type=submit]").click()
    await expect(visit.page.locator("dialog .fault")).not_to_be_empty()


@state("console-inbox", has_foreign_text=True)
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session)
    visit.shop.wait_for(session, "paid")
    await _open(visit, "inbox", shows="tbody tr")


@state("console-event")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session)
    visit.shop.wait_for(session, "paid")
    await _open(visit, "inbox", shows="tbody tr")
    await visit.page.locator("tbody .link").first.click()
    await expect(visit.page.locator("dialog pre")).to_contain_text("evt_")


@state("console-deliveries")
async def _(visit: Visit) -> None:
    await _open(visit, "deliveries")


@state("console-runs")
async def _(visit: Visit) -> None:
    await _open(visit, "runs")
    await visit.page.locator("header button").last.click()
    await visit.page.locator("dialog button[type=submit]").click()
    await expect(visit.page.locator("[data-outcome=CLEAN], [data-outcome=DIFFERENCES]").first).to_be_visible()
    await expect(visit.page.locator("[data-outcome=RUNNING]")).to_have_count(0)


@state("console-figures", has_foreign_text=True)
async def _(visit: Visit) -> None:
    for card in ("4242424242424242", "4000000000009995", "4000000000000069", "4242424242424242"):
        visit.shop.pay(visit.begin(), card)
    visit.shop.cancel(visit.begin())
    await _open(visit, "figures", shows=".series")


@state("console-keys")
async def _(visit: Visit) -> None:
    await _open(visit, "desk")
    await visit.page.keyboard.press("?")
    await expect(visit.page.locator("dialog[open] kbd").first).to_be_visible()
