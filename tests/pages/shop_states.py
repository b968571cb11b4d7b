"""The shop, the checkout, the cancel page and what any address may end in: how to get to each state of them."""

from playwright.async_api import Route, expect

from tests.pages.shops import LONG
from tests.pages.visits import WAIT_MS, Visit, state


@state("shop")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.gateway}/")


@state("shop-with-cards")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.gateway}/")
    await visit.page.locator("summary").click()


@state("shop-open-purchase")
async def _(visit: Visit) -> None:
    await visit.buy()
    await visit.page.goto(f"{visit.shop.gateway}/")
    await expect(visit.page.locator("#open-purchase")).to_be_visible(timeout=WAIT_MS)


@state("shop-create-refused")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.gateway}/")
    await visit.page.locator("[data-price-id]").first.evaluate("card => card.dataset.priceId = 'price_nobodySellsThis'")
    await visit.page.locator("#buy-1").click()
    await expect(visit.page.locator(".trouble").first).to_be_visible(timeout=WAIT_MS)


@state("shop-unreachable")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.gateway}/")
    await visit.page.route("**/graphql", _abort)
    await visit.page.locator("#buy-1").click()
    await expect(visit.page.locator(".trouble").first).to_be_visible(timeout=WAIT_MS)


@state("checkout")
async def _(visit: Visit) -> None:
    await visit.buy()


@state("checkout-faults")
async def _(visit: Visit) -> None:
    await visit.buy()
    await visit.page.locator("#submit").click()
    await expect(visit.page.locator(".has-fault").first).to_be_visible()


@state("checkout-declined")
async def _(visit: Visit) -> None:
    await visit.buy()
    await visit.fill("4000 0000 0000 9995")
    await expect(visit.page.locator("#banner")).to_be_visible(timeout=WAIT_MS)


@state("checkout-challenge")
async def _(visit: Visit) -> None:
    await visit.buy()
    await visit.fill("4000 0000 0000 3063")
    await visit.page.wait_for_url("**/challenge")


@state("checkout-challenge-failed")
async def _(visit: Visit) -> None:
    await visit.buy()
    await visit.fill("4000 0000 0000 3063")
    await visit.page.locator("button[value=fail]").click()
    await expect(visit.page.locator("#banner")).to_be_visible(timeout=WAIT_MS)
    assert await visit.page.locator("#email").input_value() == "buyer@example.com"
    assert await visit.page.locator("#cvc").input_value() == ""


@state("checkout-expired")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.expire(session)
    await visit.page.goto(session.url)


@state("checkout-complete")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session)
    await visit.page.goto(session.url)


@state("checkout-unknown")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.sandbox}/c/pay/cs_test_nobody")


@state("cancel-open")
async def _(visit: Visit) -> None:
    await visit.buy()
    await visit.page.locator("a.back").click()
    await expect(visit.page.locator("#resume")).to_be_visible(timeout=WAIT_MS)


@state("cancel-paid-elsewhere")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session)
    await visit.page.goto(f"{visit.shop.gateway}/cancel?session_id={session.id}")
    await expect(visit.page.locator("#see")).to_be_visible(timeout=WAIT_MS)


@state("cancel-canceled")
async def _(visit: Visit) -> None:
    await visit.buy()
    await visit.page.locator("a.back").click()
    await visit.page.locator("#cancel").click()
    await expect(visit.page.locator("main")).to_have_attribute("data-status", "canceled", timeout=WAIT_MS)


@state("cancel-nothing")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.gateway}/cancel")
    await expect(visit.page.locator("main")).to_have_attribute("data-status", "unknown")


@state("missing")
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.gateway}/no/such/page")


@state("shop-off", needs_all_shops=True)
async def _(visit: Visit) -> None:
    assert visit.shops.off
    await visit.page.goto(f"{visit.shops.off.gateway}/")


@state("shop-off-missing", needs_all_shops=True)
async def _(visit: Visit) -> None:
    assert visit.shops.off
    await visit.page.goto(f"{visit.shops.off.gateway}/success")


@state("long-shop", needs_all_shops=True, has_foreign_text=True)
async def _(visit: Visit) -> None:
    assert visit.shops.long
    await visit.page.goto(f"{visit.shops.long.gateway}/")


@state("long-checkout", needs_all_shops=True, has_foreign_text=True)
async def _(visit: Visit) -> None:
    assert visit.shops.long
    email = f"{LONG[:60]}@{LONG[:60]}.{LONG[:60]}.example".encode("ascii", "ignore").decode()
    session = visit.shops.long.begin(customerEmail=email, locale=visit.language)
    await visit.page.goto(session.url)
    said = f"banner => {{ banner.hidden = false; banner.textContent = '{LONG}'; }}"
    await visit.page.locator("#banner").evaluate(said)


@state("sandbox-home", is_chinese=False)
async def _(visit: Visit) -> None:
    await visit.page.goto(f"{visit.shop.sandbox}/")


@state("sandbox-session", is_chinese=False)
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session)
    await visit.page.goto(f"{visit.shop.sandbox}/sessions/{session.id}")


async def _abort(route: Route) -> None:
    await route.abort()
