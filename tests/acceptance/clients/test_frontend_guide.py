"""docs/frontend.md is true: its code is the files beside it, and those files sell and watch, in a shop elsewhere."""

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect

from tests.acceptance.clients.conftest import Servers
from tests.acceptance.processes import Addresses
from tests.acceptance.shopper import Shopper
from tests.harness.child import ROOT

pytestmark = [pytest.mark.timeout(600)]

GUIDE = ROOT / "docs" / "frontend.md"
FILES = ROOT / "docs" / "frontend"
STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2"
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
GOOD_CARD, BAD_CARD = "4242 4242 4242 4242", "4000 0000 0000 0002"

_BLOCK = re.compile(r"<!-- frontend/(?P<name>[\w.]+) -->\n```\w+\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)


def test_what_the_guide_prints_is_exactly_the_file_beside_it() -> None:
    printed = {found["name"]: found["code"] for found in _BLOCK.finditer(GUIDE.read_text("utf-8"))}
    assert {"BuyButton.tsx", "SuccessPage.tsx", "operations.graphql"} <= printed.keys()
    assert printed == {name: (FILES / name).read_text("utf-8") for name in printed}


def test_the_guide_leads_to_every_file() -> None:
    files = {path.relative_to(FILES.parent).as_posix() for path in FILES.rglob("*") if path.is_file()}
    linked = set(re.findall(r"\]\((frontend/[^)]+)\)", GUIDE.read_text("utf-8")))
    assert files - linked == set()


@pytest_asyncio.fixture(loop_scope="session")
async def shop(browser: Browser, servers: Servers) -> AsyncIterator[Shopper]:
    """Somebody at the other origin's shop, which is made of docs/frontend alone."""
    context = await browser.new_context(locale="en-US")
    yield Shopper(await context.new_page(), Addresses(servers.pages.origin, servers.sandbox))
    await context.close()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_buyer_buys_and_sees_the_payment_arrive(shop: Shopper, servers: Servers) -> None:
    await shop.open_shop()
    await shop.buy("Starter Plan")
    await shop.pay(GOOD_CARD)
    await shop.page.wait_for_url(f"{servers.pages.origin}/success?**")
    await shop.expect_status("PAID", final=True)
    await expect(shop.page.get_by_role("heading")).to_have_text("Payment received")
    await expect(shop.page.locator("main")).to_contain_text("Starter Plan · $5.00")
    shop.assert_never_polled()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_declined_buyer_reads_why_and_tries_another_way(shop: Shopper) -> None:
    await shop.open_shop()
    session_id = await shop.buy("Starter Plan")
    await shop.pay(BAD_CARD)
    await shop.expect_declined()
    await shop.open_success_page(session_id)
    await shop.expect_status("FAILED", final=False)
    await expect(shop.page.get_by_role("alert")).to_contain_text("The card was declined.")
    await shop.page.get_by_role("link", name="Try another way").click()
    await shop.pay(GOOD_CARD)
    await shop.expect_status("PAID", final=True)


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_session_made_over_rest_is_watched_just_so(shop: Shopper, servers: Servers) -> None:
    session_id = _create_over_rest(servers)
    await shop.open_success_page(session_id)
    await shop.expect_status("UNPAID", final=False)
    servers.pay(session_id)
    await shop.expect_status("PAID", final=True)
    shop.assert_never_polled()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_cut_connection_is_taken_up_after_the_version_seen(shop: Shopper, servers: Servers) -> None:
    session_id = _create_over_rest(servers)
    asked: list[int | None] = []
    await shop.page.route_web_socket(re.compile("/graphql$"), lambda socket: _cut_the_first(socket, asked))
    await shop.open_success_page(session_id)
    await shop.expect_status("UNPAID", final=False)
    await _until_live(shop.page)
    servers.pay(session_id)
    await shop.expect_status("PAID", final=True)
    assert asked == [None, 1]


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("way", ["events", "long poll"])
async def test_where_a_way_is_blocked_the_next_one_is_taken(shop: Shopper, servers: Servers, way: str) -> None:
    session_id = _create_over_rest(servers)
    await shop.page.route_web_socket(re.compile("/graphql$"), lambda socket: socket.close())
    if way == "long poll":
        await shop.page.route(f"{servers.gateway}/graphql?**", lambda route: route.abort())
    await shop.open_success_page(session_id)
    await shop.expect_status("UNPAID", final=False)
    await _until_live(shop.page)
    servers.pay(session_id)
    await shop.expect_status("PAID", final=True)
    polled = [url for url in shop.requested if "check-payment-status" in url]
    assert bool(polled) == (way == "long poll")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_chinese_browser_gets_a_chinese_shop_and_checkout(browser: Browser, servers: Servers) -> None:
    context = await browser.new_context(locale="zh-CN")
    shop = Shopper(await context.new_page(), Addresses(servers.pages.origin, servers.sandbox))
    await shop.open_shop()
    await shop.page.get_by_role("button", name="购买 Starter Plan").click()
    await shop.reach_checkout()
    await expect(shop.page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    await shop.pay(GOOD_CARD)
    await shop.expect_status("PAID", final=True)
    await expect(shop.page.get_by_role("heading")).to_have_text("支付成功")
    await context.close()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_refusals_are_sentences_with_a_remedy(shop: Shopper, servers: Servers) -> None:
    await shop.page.goto(f"{servers.pages.origin}/?price=price_nobodySellsThis")
    await shop.page.get_by_role("button").click()
    alert = shop.page.get_by_role("alert")
    await expect(alert).to_have_attribute("data-code", "invalid_price_id")
    await expect(alert).to_contain_text("Please tell us")
    await shop.open_success_page("cs_test_nobodyKnowsThis")
    await expect(shop.page.locator("main[data-status=refused]")).to_have_text("There is no such checkout session.")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_two_presses_while_the_gateway_is_away_open_one_session(shop: Shopper, servers: Servers) -> None:
    keys: list[str] = []
    await shop.page.route(f"{servers.gateway}/graphql", lambda route: route.abort(), times=1)
    shop.page.on("request", lambda sent: _note_key(keys, sent.post_data))
    await shop.open_shop()
    await shop.page.get_by_role("button").click()
    await expect(shop.page.get_by_role("alert")).to_have_attribute("data-code", "unreachable")
    await shop.buy("Starter Plan")
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_coming_back_unpaid_resumes_and_coming_back_paid_buys_another(shop: Shopper, servers: Servers) -> None:
    keys: list[str] = []
    # "No content" leaves a browser where it is, as its own history would bring it back.
    await shop.page.route(f"{servers.sandbox}/**", lambda route: route.fulfill(status=204))
    shop.page.on("request", lambda sent: _note_key(keys, sent.post_data))
    await shop.open_shop()
    first, again = [await _leave_and_come_back(shop.page, servers) for _ in range(2)]
    servers.pay(first)
    await _until_paid(servers, first)
    another = await _leave_and_come_back(shop.page, servers)
    assert (again == first, another == first) == (True, False)
    assert (keys[0] == keys[1], keys[1] == keys[2]) == (True, False)


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_reload_keeps_the_purchase_and_another_browser_with_the_same_order_gets_its_own(
    shop: Shopper, browser: Browser, servers: Servers
) -> None:
    """The random key is what recognises a purchase; an order's id can be guessed, so it is a label."""
    address = f"{servers.pages.origin}/?order=order-17"
    first, again = [await _buy_at(shop, address) for _ in range(2)]
    assert first == again
    assert await _buy_at(shop, f"{servers.pages.origin}/?order=order-18") != first
    context = await browser.new_context(locale="en-US")
    other = Shopper(await context.new_page(), shop.addresses)
    assert await _buy_at(other, address) != first
    await context.close()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("code", ["ALREADY_PAID", "PAYMENT_IN_PROGRESS"])
async def test_a_purchase_that_has_a_payment_already_leads_to_it(shop: Shopper, servers: Servers, code: str) -> None:
    """A page calls without a signature, so the gateway itself would never give it these refusals."""
    session_id = _create_over_rest(servers)
    refusal = {"__typename": "Refusal", "code": code, "message": "It is sold.", "existing": session_id}

    async def refuse_creates(route: Route) -> None:
        if "createCheckoutSession" in (route.request.post_data or ""):
            return await route.fulfill(json={"data": {"createCheckoutSession": refusal}}, headers=ANY_ORIGIN)
        return await route.continue_()

    await shop.page.route(f"{servers.gateway}/graphql", refuse_creates)
    await shop.open_shop()
    await shop.page.get_by_role("button", name="Buy Starter Plan").click()
    await shop.page.wait_for_url(f"{servers.pages.origin}/success?session_id={session_id}")
    await shop.expect_status("UNPAID", final=False)


async def _buy_at(shop: Shopper, address: str) -> str:
    """The session whose checkout page opens."""
    await shop.page.goto(address)
    return await shop.buy("Starter Plan")


async def _leave_and_come_back(page: Page, servers: Servers) -> str:
    """Answers the session whose checkout page was about to open."""
    async with page.expect_request(lambda sent: sent.url.startswith(servers.sandbox)) as leaving:
        await page.get_by_role("button", name="Buy Starter Plan").click()
    session_id = _session_in((await leaving.value).url)
    await expect(page.get_by_role("button")).to_have_text("One moment…")
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    return session_id


def _session_in(url: str) -> str:
    found = re.search(r"cs_test_[A-Za-z0-9]+", url)
    assert found, url
    return found[0]


async def _until_paid(servers: Servers, session_id: str) -> None:
    async with httpx.AsyncClient(base_url=servers.gateway) as shop:
        headers = {"Prefer": "wait=10"}
        answer = await shop.get(f"/api/check-payment-status/{session_id}", headers=headers)
        assert answer.json() == {"status": "paid"}


def _cut_the_first(socket: WebSocketRoute, asked: list[int | None]) -> None:
    server = socket.connect_to_server()
    is_first = not asked

    def from_page(message: str | bytes) -> None:
        frame = json.loads(message)
        if frame["type"] == "subscribe":
            asked.append(frame["payload"]["variables"].get("sinceVersion"))
        server.send(message)

    async def from_server(message: str | bytes) -> None:
        socket.send(message)
        if is_first and json.loads(message)["type"] == "next":
            await server.close()
            await socket.close(code=1012)

    socket.on_message(from_page)
    server.on_message(from_server)


async def _until_live(page: Page) -> None:
    await expect(page.locator("small")).to_have_text("This page updates by itself.")


def _note_key(keys: list[str], body: str | None) -> None:
    if body and "idempotencyKey" in body:
        keys.append(json.loads(body)["variables"]["input"]["idempotencyKey"])


def _create_over_rest(servers: Servers) -> str:
    answer = httpx.post(f"{servers.gateway}/api/create-checkout-session", json={"priceId": STARTER})
    session_id: str = answer.raise_for_status().json()["sessionId"]
    return session_id
