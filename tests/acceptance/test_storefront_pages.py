"""The pages themselves: phones, keyboards, languages, blocked WebSockets, lost connections, refusals."""

import asyncio
import json

import pytest
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect

from tests.acceptance.processes import Addresses
from tests.acceptance.shopper import Shopper

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GOOD_CARD = "4242 4242 4242 4242"


async def test_a_phone_buys_without_scrolling_sideways(browser: Browser, running: Addresses) -> None:
    context = await browser.new_context(locale="en-US", viewport={"width": 390, "height": 844}, has_touch=True)
    shopper = Shopper(await context.new_page(), running)
    await shopper.open_shop()
    await shopper.page.locator("summary").click()
    await shopper.expect_no_sideways_scroll()
    await shopper.buy("Starter Plan")
    await shopper.expect_no_sideways_scroll()
    await shopper.page.locator("a.back").click()
    await shopper.expect_status("unpaid", final=False)
    await shopper.expect_no_sideways_scroll()
    await shopper.page.get_by_role("link", name="Resume").click()
    await shopper.pay(GOOD_CARD)
    await shopper.expect_status("paid", final=True)
    await shopper.expect_no_sideways_scroll()
    await context.close()


async def test_the_keyboard_alone_reaches_the_checkout(shopper: Shopper) -> None:
    await shopper.open_shop()
    wanted = shopper.page.get_by_role("button", name="Buy Starter Plan")
    for _ in range(20):
        await shopper.page.keyboard.press("Tab")
        if await wanted.evaluate("button => button === document.activeElement"):
            break
    outline = await wanted.evaluate("button => getComputedStyle(button).outlineStyle")
    assert outline == "solid"
    await shopper.page.keyboard.press("Enter")
    await shopper.reach_checkout()


async def test_a_buy_button_waits_for_its_script_instead_of_losing_the_click(shopper: Shopper) -> None:
    may_load = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_load.wait()
        await route.continue_()

    await shopper.page.route("**/shop.js", hold)
    await shopper.page.goto(shopper.addresses.gateway, wait_until="commit")
    button = shopper.page.get_by_role("button", name="Buy Starter Plan")
    await expect(button).to_be_disabled()
    may_load.set()
    await button.click()
    await shopper.reach_checkout()


async def test_the_shop_speaks_chinese_and_remembers_the_switch(shopper: Shopper) -> None:
    await shopper.open_shop()
    await shopper.page.get_by_role("link", name="中文").click()
    await expect(shopper.page.get_by_role("button", name="购买 入门套餐")).to_be_visible()
    await shopper.open_shop()
    await expect(shopper.page.get_by_role("button", name="购买 入门套餐")).to_be_visible()


async def test_where_websockets_are_blocked_the_payment_is_watched_by_events(shopper: Shopper) -> None:
    await shopper.page.add_init_script("delete window.WebSocket")
    await shopper.open_shop()
    await shopper.buy("Starter Plan")
    await shopper.pay(GOOD_CARD)
    await shopper.expect_status("paid", final=True)
    assert shopper.sockets == []
    shopper.assert_never_polled()


async def test_a_lost_connection_resumes_after_the_last_version_seen(shopper: Shopper) -> None:
    asked: list[object] = []

    def relay(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        is_first = not asked

        async def from_page(message: str | bytes) -> None:
            frame = json.loads(message)
            if frame["type"] == "subscribe":
                asked.append(frame["payload"]["variables"]["since"])
            server.send(message)

        async def from_server(message: str | bytes) -> None:
            socket.send(message)
            if is_first and json.loads(message)["type"] == "next":
                await socket.close(code=1012)

        socket.on_message(from_page)
        server.on_message(from_server)

    await shopper.open_shop()
    session_id = await shopper.buy("Starter Plan")
    onlooker = Shopper(await shopper.page.context.new_page(), shopper.addresses)
    await onlooker.page.route_web_socket("**/graphql", relay)
    await onlooker.open_success_page(session_id)
    await expect(onlooker.page.locator("#connection[data-connection=websocket]")).to_be_visible()
    await shopper.pay(GOOD_CARD)
    await onlooker.expect_status("paid", final=True)
    assert asked == [None, 1]
    assert (await onlooker.reported())[0] == "unpaid"


async def test_a_refusal_is_shown_with_its_remedy_and_the_same_key_is_tried_again(shopper: Shopper) -> None:
    keys: list[str] = []

    async def refuse_once(route: Route) -> None:
        keys.append(json.loads(route.request.post_data or "")["variables"]["input"]["idempotencyKey"])
        if len(keys) > 1:
            return await route.continue_()
        return await route.abort()

    await shopper.page.route("**/graphql", refuse_once)
    await shopper.open_shop()
    await shopper.page.get_by_role("button", name="Buy Starter Plan").click()
    await expect(shopper.page.get_by_role("alert").first).to_contain_text("not be charged twice")
    await shopper.buy("Starter Plan")
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_a_typed_refusal_is_shown_in_words(shopper: Shopper) -> None:
    await shopper.open_shop()
    card = shopper.page.locator("[data-price-id]").first
    await card.evaluate("card => card.dataset.priceId = 'price_nobodySellsThis'")
    await card.get_by_role("button").click()
    await expect(card.get_by_role("alert")).to_contain_text("Please choose another package.")
    await expect(card.get_by_role("button")).to_have_attribute("aria-disabled", "false")


async def test_a_sale_that_stripe_refuses_for_good_is_not_offered_again(shopper: Shopper) -> None:
    refusal = {"code": "CHECKOUT_REFUSED", "message": "The shop's payment settings do not allow this sale."}
    await _answer_creates(shopper.page, refusal | {"existing": None})
    await shopper.open_shop()
    card = shopper.page.locator("[data-price-id]").first
    await card.get_by_role("button").click()
    await expect(card.get_by_role("alert")).to_contain_text("do not allow this sale. Please let the shop know")
    await expect(card.get_by_role("alert")).not_to_contain_text("press Buy again")


@pytest.mark.parametrize("code", ["ALREADY_PAID", "PAYMENT_IN_PROGRESS"])
async def test_a_purchase_that_has_a_payment_already_leads_to_it(shopper: Shopper, code: str) -> None:
    await _answer_creates(shopper.page, {"code": code, "message": "It is sold.", "existing": "cs_test_existing"})
    await shopper.open_shop()
    await shopper.page.locator("[data-price-id]").first.get_by_role("button").click()
    await shopper.page.wait_for_url("**/success?session_id=cs_test_existing")


@pytest.mark.parametrize("query", ["", "?session_id=cs_test_nobodyKnowsThis", "?session_id=nonsense"])
async def test_a_success_page_without_a_known_session_says_so(shopper: Shopper, query: str) -> None:
    await shopper.page.goto(f"{shopper.addresses.gateway}/success{query}")
    await expect(shopper.page.locator("main")).to_have_attribute("data-status", "unknown")
    await expect(shopper.page.get_by_role("link", name="Back to the shop")).to_be_visible()


async def test_a_cancel_page_without_a_purchase_says_so(shopper: Shopper) -> None:
    await shopper.page.goto(f"{shopper.addresses.gateway}/cancel")
    await expect(shopper.page.locator("h1")).to_have_text("There is nothing to pay")


@pytest.mark.parametrize("path", ["/", "/success", "/cancel"])
async def test_a_page_asks_no_other_host_and_breaks_no_policy(shopper: Shopper, path: str) -> None:
    complaints: list[str] = []
    _collect_complaints(shopper.page, complaints)
    await shopper.page.goto(f"{shopper.addresses.gateway}{path}", wait_until="networkidle")
    assert [url for url in shopper.requested if not url.startswith(shopper.addresses.gateway)] == []
    assert complaints == []


async def _answer_creates(page: Page, refusal: dict[str, str | None]) -> None:
    """The storefront calls without a signature, so the gateway itself would never give it these refusals."""
    result = {"__typename": "Refusal", **refusal}
    await page.route("**/graphql", lambda route: route.fulfill(json={"data": {"createCheckoutSession": result}}))


def _collect_complaints(page: Page, complaints: list[str]) -> None:
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
