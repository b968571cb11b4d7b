"""Each page and each state it can be in: how to get there. A picture is taken of what is there afterwards."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.pages.shops import FREE, LONG, Session, Shop, Shops

Reach = Callable[["Visit"], Awaitable[None]]
WAIT_MS = 20_000

STATES: dict[str, "State"] = {}


@dataclass(frozen=True)
class State:
    """`is_chinese`: there is a Chinese page too. `has_foreign_text`: texts of the shop's owner, in one language."""

    name: str
    reach: Reach
    is_chinese: bool = True
    has_foreign_text: bool = False
    needs_all_shops: bool = False


@dataclass(frozen=True)
class Visit:
    """A fresh tab in one language."""

    page: Page
    shops: Shops
    language: str

    @property
    def shop(self) -> Shop:
        return self.shops.usual

    def begin(self, shop: Shop | None = None, price_id: str | None = None) -> Session:
        more = {"price_id": price_id} if price_id else {}
        return (shop or self.shop).begin(**more, locale=self.language)

    async def success(self, session: Session, status: str, *, shop: Shop | None = None, final: bool = True) -> None:
        await self.page.goto(f"{(shop or self.shop).gateway}/success?session_id={session.id}")
        await expect(self.page.locator("main")).to_have_attribute("data-status", status, timeout=WAIT_MS)
        await expect(self.page.locator("main")).to_have_attribute("data-final", str(final).lower(), timeout=WAIT_MS)

    async def buy(self) -> None:
        await self.page.goto(f"{self.shop.gateway}/")
        await self.page.locator("#buy-1").click()
        await self.page.wait_for_url("**/c/pay/**")

    async def fill(self, card: str) -> None:
        fields = {"email": "buyer@example.com", "card_number": card, "expiry": "12 / 34", "cvc": "123"}
        for name, value in {**fields, "name": "Jenny Rosen", "postal_code": "94107"}.items():
            await self.page.locator(f"#{name}").fill(value)
        await self.page.locator("#submit").click()


def state(name: str, **more: bool) -> Callable[[Reach], Reach]:
    def keep(reach: Reach) -> Reach:
        STATES[name] = State(name, reach, **more)
        return reach

    return keep


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
    await _reload_until_told(visit.page)


@state("success-disputed")
async def _(visit: Visit) -> None:
    session = visit.begin()
    visit.shop.pay(session, "4000000000000259")
    await visit.success(session, "paid")
    await _reload_until_told(visit.page)


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


@state("long-success", needs_all_shops=True, has_foreign_text=True)
async def _(visit: Visit) -> None:
    assert visit.shops.long
    session = visit.begin(visit.shops.long)
    visit.shops.long.pay(session, "4000000000000002")
    await visit.success(session, "failed", shop=visit.shops.long, final=False)
    await visit.page.locator("#failure-message").evaluate(f"said => {{ said.textContent = '{LONG}'; }}")


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


def _only_first_answer(socket: WebSocketRoute) -> None:
    """The state would pass in a few seconds: what comes later never reaches the page."""
    server, is_told = socket.connect_to_server(), False

    def pass_on(message: str | bytes) -> None:
        nonlocal is_told
        kind = json.loads(message)["type"]
        if kind in {"connection_ack", "pong"} or (kind == "next" and not is_told):
            socket.send(message)
        is_told = is_told or kind == "next"

    server.on_message(pass_on)


async def _reload_until_told(page: Page) -> None:
    """What comes after the final status shows when the page is opened again."""
    for _ in range(20):
        await page.reload()
        await expect(page.locator("main")).to_have_attribute("data-final", "true", timeout=WAIT_MS)
        if await page.locator("#afterwards").is_visible():
            return
    raise AssertionError("the page never said what came afterwards")
