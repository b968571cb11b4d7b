"""What a buyer reads: the payment's own history, a lost connection at once, and never "unfinished" once it is paid."""

import json
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.acceptance.processes import Addresses
from tests.acceptance.shopper import Shopper
from tests.pages.shops import Session, Shop

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GOOD_CARD = "4242 4242 4242 4242"
CHALLENGED_CARD = "4000 0000 0000 3063"


@pytest.fixture
def shop(running: Addresses) -> Iterator[Shop]:
    shop = Shop(running)
    yield shop
    shop.close()


async def test_the_story_is_the_gateway_s_and_a_reload_tells_the_same(shopper: Shopper, shop: Shop) -> None:
    session = shop.begin()
    shop.pay(session)
    await shopper.open_success_page(session.id)
    await shopper.expect_status("paid", final=True)
    lines = shopper.page.locator("#timeline li")
    reported = await lines.all_inner_texts()
    times = await lines.locator("time").evaluate_all("times => times.map(time => time.dateTime)")
    await shopper.page.reload()
    await shopper.expect_status("paid", final=True)
    assert await lines.all_inner_texts() == reported
    assert await lines.locator("time").evaluate_all("times => times.map(time => time.dateTime)") == times
    assert "The purchase began in the shop." in reported[0]
    assert "Stripe" in reported[-1]


async def test_the_links_lead_to_this_payment(shopper: Shopper, shop: Shop) -> None:
    session = shop.begin()
    await shopper.open_success_page(session.id)
    address = await shopper.page.locator("#in-playground").get_attribute("href")
    assert address is not None
    assert address.startswith("/graphql#query=")
    assert session.id in address
    await shopper.page.locator("#in-sandbox").click()
    await expect(shopper.page.locator("main")).to_contain_text(session.id)


async def test_a_silent_connection_is_said_and_trying_now_brings_it_back(shopper: Shopper, shop: Shop) -> None:
    """The socket stays open and nothing comes through it, as behind a cable that was pulled."""
    sockets: list[WebSocketRoute] = []

    def relay(socket: WebSocketRoute) -> None:
        server, is_dead = socket.connect_to_server(), not sockets
        sockets.append(socket)

        def from_server(message: str | bytes) -> None:
            if not is_dead or json.loads(message)["type"] != "pong":
                socket.send(message)

        server.on_message(from_server)

    await shopper.page.route_web_socket("**/graphql", relay)
    await shopper.open_success_page(shop.begin().id)
    connection = shopper.page.locator("#connection")
    await expect(connection).to_have_attribute("data-connection", "lost", timeout=15_000)
    await shopper.page.get_by_role("button", name="Try now").click()
    await expect(connection).to_have_attribute("data-connection", "websocket")
    await expect(shopper.page.locator("#try-now")).to_be_hidden()
    assert len(sockets) == 2


async def test_a_device_without_network_is_said_and_the_network_s_return_is_used(shopper: Shopper, shop: Shop) -> None:
    session = shop.begin()
    await shopper.open_success_page(session.id)
    connection = shopper.page.locator("#connection")
    await expect(connection).to_have_attribute("data-connection", "websocket")
    await shopper.page.context.set_offline(True)
    await expect(connection).to_have_attribute("data-connection", "lost")
    shop.pay(session)
    await shopper.page.context.set_offline(False)
    await shopper.expect_status("paid", final=True)


async def test_what_was_paid_in_another_tab_is_never_called_unfinished(shopper: Shopper, shop: Shop) -> None:
    await shopper.open_shop()
    session_id = await shopper.buy("Starter Plan")
    await shopper.open_shop()
    notice = shopper.page.locator("#open-purchase")
    await expect(notice).to_contain_text("waiting for you: Starter Plan")
    shop.pay(Session(session_id, ""))
    await expect(notice).to_contain_text("Your purchase is paid")
    await expect(notice).not_to_contain_text("waiting")
    await shopper.page.goto(f"{shopper.addresses.gateway}/cancel?session_id={session_id}")
    await expect(shopper.page.locator("h1")).to_have_text("This purchase is paid")
    await shopper.open_shop()
    await expect(notice).to_be_hidden()


async def test_going_back_to_the_shop_after_paying_calls_nothing_unfinished(shopper: Shopper) -> None:
    await shopper.open_shop()
    await shopper.buy("Starter Plan")
    await shopper.pay(GOOD_CARD)
    await shopper.expect_status("paid", final=True)
    await shopper.page.go_back()
    await shopper.page.go_back()
    await shopper.open_shop()
    await expect(shopper.page.locator("#open-purchase")).to_be_hidden()


async def test_the_chosen_language_travels_to_the_checkout_and_back(shopper: Shopper) -> None:
    """The browser asks for English throughout."""
    await shopper.open_shop()
    await shopper.page.get_by_role("link", name="中文").click()
    await shopper.page.get_by_role("button", name="购买 入门套餐").click()
    session_id = await shopper.reach_checkout()
    await expect(shopper.page.locator(".items")).to_contain_text("入门套餐")
    await expect(shopper.page.locator("h1")).to_contain_text("演示商店")
    await shopper.pay(GOOD_CARD)
    await shopper.expect_status("paid", final=True)
    assert shopper.page.url.endswith(f"/success?session_id={session_id}&lang=zh")
    await expect(shopper.page.locator("h1")).to_contain_text("支付成功")
    assert shopper.faults == []


async def test_another_language_closes_the_first_checkout_and_opens_one_of_its_own(
    shopper: Shopper, shop: Shop
) -> None:
    await shopper.open_shop()
    first = await shopper.buy("Starter Plan")
    await shopper.page.goto(f"{shopper.addresses.gateway}/?lang=zh")
    await shopper.page.get_by_role("button", name="购买 入门套餐").click()
    second = await shopper.reach_checkout()
    assert second != first
    await shopper.open_success_page(first)
    await shopper.expect_status("canceled", final=True)


async def test_a_failed_challenge_on_a_phone_keeps_the_form_and_shows_no_prose_of_stripe_s(
    browser: Browser, running: Addresses
) -> None:
    context = await browser.new_context(locale="en-US", viewport={"width": 320, "height": 640}, has_touch=True)
    shopper = Shopper(await context.new_page(), running)
    await shopper.open_shop()
    session_id = await shopper.buy("Starter Plan")
    form, cards = shopper.page.locator("#pay"), shopper.page.locator("#test-cards")
    above, below = await form.bounding_box(), await cards.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    await shopper.pay(CHALLENGED_CARD)
    await shopper.answer_challenge("fail")
    await shopper.expect_declined()
    await expect(shopper.page.locator("#email")).to_have_value("buyer@example.com")
    await expect(shopper.page.locator("#name")).to_have_value("Test Buyer")
    await expect(shopper.page.locator("#cvc")).to_have_value("")
    await shopper.expect_no_sideways_scroll()
    await shopper.open_success_page(session_id)
    await shopper.expect_status("failed", final=False)
    await shopper.expect_no_sideways_scroll()
    await context.close()
