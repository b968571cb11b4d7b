"""The success page in each status a payment can have, and what a buyer may meet there besides."""

import json

from playwright.async_api import Page, WebSocketRoute, expect

from tests.pages.shops import FREE, LONG
from tests.pages.visits import WAIT_MS, Visit, state


@state("success-paid")
async def _(visit: Visit) -> None:
    await visit.buy()
    await visit.fill("4242 4242 4242 4242")
    await visit.page.wait_for_url("**/success?**")
    await expect(visit.page.locator("main")).to_have_attribute("data-status", "paid", timeout=WAIT_MS)


@state("success-unpaid")
async def _(visit: Visit) -> None:
    await visit.success(visit.begin(), "unpaid", final=False)


@state("success-processing")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session, "4000000000003089")
    await visit.page.route_web_socket("**/graphql", _only_first_answer)
    await visit.success(session, "processing", final=False)


@state("success-failed-attempt")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session, "4000000000009995")
    await visit.success(session, "failed", final=False)


@state("success-failed-challenge")
async def _(visit: Visit) -> None:
    session = visit.begin()
    await visit.page.goto(session.url)
    await visit.fill("4000 0000 0000 3063")
    await visit.page.locator("button[value=fail]").click()
    await expect(visit.page.locator("#banner")).to_be_visible(timeout=WAIT_MS)
    await visit.success(session, "failed", final=False)


@state("success-failed")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session, "4000000000003071")
    await visit.success(session, "failed")


@state("success-expired")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.expire(session)
    await visit.success(session, "expired")


@state("success-canceled")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.cancel(session)
    await visit.success(session, "canceled")


@state("success-refunded")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session)
    await visit.success(session, "paid")
    visit.shop.refund(session)
    await _reload_until_reported(visit.page)


@state("success-disputed")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session, "4000000000000259")
    await visit.success(session, "paid")
    await _reload_until_reported(visit.page)


@state("success-unknown")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.gateway}/success?session_id=cs_test_nobody")
    await expect(visit.page.locator("main")).to_have_attribute("data-status", "unknown", timeout=WAIT_MS)


@state("success-reconnecting")
async def _(visit: Visit) -> None:
    await visit.success(visit.begin(), "unpaid", final=False)
    await visit.page.context.set_offline(True)
    await expect(visit.page.locator("#connection")).to_have_attribute("data-connection", "lost")
    await expect(visit.page.locator("#try-now")).to_be_visible()


@state("success-nothing-due", needs_all_shops=True, has_foreign_text=True)
async def _(visit: Visit) -> None:
    assert visit.shops.long
    session = visit.begin(visit.shops.long, FREE)
    await visit.page.goto(session.url)
    for name, value in {"email": "a@example.com", "name": "Jenny Rosen", "postal_code": "94107"}.items():
        await visit.page.locator(f"#{name}").fill(value)
    await visit.page.locator("#submit").click()
    await visit.page.wait_for_url("**/success?**")
    await visit.success(session, "no_payment_required", shop=visit.shops.long)


@state("long-success", needs_all_shops=True, has_foreign_text=True)
async def _(visit: Visit) -> None:
    assert visit.shops.long
    session = visit.begin(visit.shops.long)
    visit.shops.long.pay(session, "4000000000000002")
    await visit.success(session, "failed", shop=visit.shops.long, final=False)
    await visit.page.locator("#failure-message").evaluate(f"said => {{ said.textContent = '{LONG}'; }}")


def _only_first_answer(socket: WebSocketRoute) -> None:
    """The state would pass in a few seconds: what comes later never reaches the page."""
    server, is_reported = socket.connect_to_server(), False

    def pass_on(message: str | bytes) -> None:
        nonlocal is_reported
        kind = json.loads(message)["type"]
        if kind in {"connection_ack", "pong"} or (kind == "next" and not is_reported):
            socket.send(message)
        is_reported = is_reported or kind == "next"

    server.on_message(pass_on)


async def _reload_until_reported(page: Page) -> None:
    """What comes after the final status shows when the page is opened again."""
    for _ in range(20):
        await page.reload()
        await expect(page.locator("main")).to_have_attribute("data-final", "true", timeout=WAIT_MS)
        if await page.locator("#afterwards").is_visible():
            return
    raise AssertionError("the page never said what came afterwards")
