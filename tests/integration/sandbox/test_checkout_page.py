"""The hosted page as plain forms, and as a browser shows it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.integration.sandbox.conftest import Running

FORM = {
    "email": "a@example.com",
    "card_number": "4242 4242 4242 4242",
    "expiry": "12 / 34",
    "cvc": "123",
    "name": "Jenny Rosen",
    "country": "US",
    "postal_code": "94107",
}


async def submit(sandbox: Running, session_id: str, **changes: str) -> tuple[int, str, str]:
    url = f"{sandbox.url}/c/pay/{session_id}"
    async with sandbox.http.post(url, data={**FORM, **changes}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def show(sandbox: Running, session_id: str, language: str = "en") -> tuple[int, str]:
    url = f"{sandbox.url}/c/pay/{session_id}"
    async with sandbox.http.get(url, headers={"Accept-Language": language}) as answer:
        return answer.status, await answer.text()


async def test_without_javascript_a_good_card_pays_and_goes_to_the_shop(sandbox: Running) -> None:
    session = await sandbox.create()

    status, location, _ = await submit(sandbox, session.id)

    assert (status, location) == (303, f"http://shop.test/done?session_id={session.id}")
    assert (await sandbox.retrieve(session.id)).payment_status == "paid"


async def test_an_encoded_placeholder_is_filled_in_too(sandbox: Running) -> None:
    session = await sandbox.create(success_url="http://shop.test/done?session_id=%7BCHECKOUT_SESSION_ID%7D")

    assert (await submit(sandbox, session.id))[1] == f"http://shop.test/done?session_id={session.id}"


async def test_a_second_submit_pays_nothing_and_goes_to_the_shop_as_well(sandbox: Running) -> None:
    session = await sandbox.create()
    first = await submit(sandbox, session.id)

    second = await submit(sandbox, session.id)

    assert first[:2] == second[:2]
    assert len((await sandbox.stripe.v1.charges.list_async()).data) == 1


async def test_faults_are_named_and_nothing_is_attempted(sandbox: Running) -> None:
    session = await sandbox.create()

    status, _, html = await submit(sandbox, session.id, card_number="4242 4242 4242 4241", email="nobody")

    assert status == 400
    assert "Your card number is incorrect." in html
    assert "Enter a valid email address." in html
    assert (await sandbox.retrieve(session.id)).payment_intent is None


async def test_a_decline_is_said_on_the_page_and_the_form_is_kept(sandbox: Running) -> None:
    session = await sandbox.create()

    status, _, html = await submit(sandbox, session.id, card_number="4000000000009995")

    assert status == 402
    assert "Your card has insufficient funds." in html
    assert 'value="a@example.com"' in html


async def test_the_page_speaks_the_language_of_the_session_or_the_browser(sandbox: Running) -> None:
    session, chinese = await sandbox.create(), await sandbox.create(locale="zh")

    assert "Card number" in (await show(sandbox, session.id))[1]
    assert "卡号" in (await show(sandbox, session.id, "zh-CN,zh;q=0.9"))[1]
    assert "卡号" in (await show(sandbox, chinese.id))[1]


async def test_what_a_shop_sends_is_shown_as_text_and_never_as_markup(sandbox: Running) -> None:
    session = await sandbox.create(customer_email='"><script>alert(1)</script>@x.y')

    assert "<script>alert" not in (await show(sandbox, session.id))[1]


async def change_order(sandbox: Running, session_id: str, **form: str) -> tuple[int, str]:
    url = f"{sandbox.url}/c/pay/{session_id}/order"
    async with sandbox.http.post(url, data=form, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_the_buyer_chooses_a_currency_and_enters_a_code_without_javascript(sandbox: Running) -> None:
    coupon = await sandbox.stripe.v1.coupons.create_async({"percent_off": 20})
    promotion: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
    await sandbox.stripe.v1.promotion_codes.create_async(promotion)
    price = await sandbox.price(currency_options={"eur": {"unit_amount": 900}})
    session = await sandbox.create(price, allow_promotion_codes=True)

    assert (await change_order(sandbox, session.id, currency="eur"))[0] == 303
    assert (await change_order(sandbox, session.id, promotion_code="spring"))[0] == 303

    html = (await show(sandbox, session.id))[1]
    assert "SPRING (−20%)" in html
    assert "−€1.80" in html
    assert "Pay €7.20" in html


async def test_a_code_that_gives_nothing_is_named_beside_its_box(sandbox: Running) -> None:
    session = await sandbox.create(allow_promotion_codes=True)

    status, html = await change_order(sandbox, session.id, promotion_code="NOTHING")

    assert (status, "This code is invalid." in html) == (400, True)
    assert 'value="NOTHING"' in html


async def test_nothing_can_be_chosen_where_the_shop_decided_everything(sandbox: Running) -> None:
    price = await sandbox.price(currency_options={"eur": {"unit_amount": 900}})
    pinned = await sandbox.create(price, currency="eur")

    html = (await show(sandbox, pinned.id))[1]

    assert "/order" not in html
    assert (await change_order(sandbox, pinned.id, currency="usd"))[0] == 400


async def test_closed_and_unknown_sessions_have_a_page_of_their_own(sandbox: Running) -> None:
    paid, expired = await sandbox.create(), await sandbox.create()
    await sandbox.pay(paid.id)
    await sandbox.stripe.v1.checkout.sessions.expire_async(expired.id)

    assert "already completed" in (await show(sandbox, paid.id))[1]
    assert "has expired" in (await show(sandbox, expired.id))[1]
    status, html = await show(sandbox, "cs_test_nothing")
    assert (status, "could not find" in html) == (404, True)


async def test_the_front_page_lists_sessions_and_deliveries(sandbox: Running) -> None:
    session = await sandbox.create()
    await sandbox.pay(session.id)
    await sandbox.receiver.wait_for("checkout.session.completed")

    async with sandbox.http.get(f"{sandbox.url}/") as answer:
        html = await answer.text()

    assert session.id[:18] in html
    assert "/_sandbox/create_refusal" in html
    assert "checkout.session.completed" in html
    async with sandbox.http.get(f"{sandbox.url}/healthz") as answer:
        assert await answer.text() == "ok"


async def test_a_session_has_a_page_of_its_own_with_the_events_about_it(sandbox: Running) -> None:
    paid, other = await sandbox.create(), await sandbox.create()
    await sandbox.pay(paid.id)
    await sandbox.pay(other.id)
    await sandbox.receiver.wait_for("checkout.session.completed")

    async with sandbox.http.get(f"{sandbox.url}/sessions/{paid.id}") as answer:
        html = await answer.text()
    async with sandbox.http.get(f"{sandbox.url}/sessions/cs_test_nothing") as missing:
        status = missing.status

    assert paid.id in html
    assert other.id not in html
    assert html.count("checkout.session.completed") == 1
    assert "payment_intent.succeeded" in html
    assert status == 404


async def test_after_a_failed_challenge_the_form_is_as_it_was_but_for_the_security_code(sandbox: Running) -> None:
    session = await sandbox.create()
    await submit(sandbox, session.id, card_number="4000000000003063")
    url = f"{sandbox.url}/c/pay/{session.id}/challenge"
    async with sandbox.http.post(url, data={"outcome": "fail"}) as answer:
        html = await answer.text()

    for kept in ("a@example.com", "4000000000003063", "Jenny Rosen", "94107"):
        assert f'value="{kept}"' in html
    assert 'value="123"' not in html
    assert "We could not authenticate your card." in html


async def test_a_paid_session_leads_to_the_shop_s_page_for_it(sandbox: Running) -> None:
    session = await sandbox.create()
    await sandbox.pay(session.id)

    assert f'href="http://shop.test/done?session_id={session.id}"' in (await show(sandbox, session.id))[1]


async def test_a_seeded_price_has_its_chinese_name_on_a_chinese_page_until_it_is_renamed(sandbox: Running) -> None:
    session = await sandbox.create("price_starter", locale="zh")

    assert "入门套餐" in (await show(sandbox, session.id))[1]
    assert "Starter Plan" not in (await show(sandbox, session.id))[1]


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        launched = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        await launched.close()


async def open_page(browser: Browser, sandbox: Running, session_url: str) -> Page:
    page = await browser.new_page(locale="en-US")
    page.set_default_timeout(10_000)
    # The shop is not there; its address alone is what counts.
    await page.route("http://shop.test/**", lambda route: route.fulfill(body="the shop"))
    await page.goto(session_url)
    return page


@pytest.mark.browser
async def test_in_a_browser_a_decline_can_be_followed_by_a_payment(sandbox: Running, browser: Browser) -> None:
    session = await sandbox.create()
    page = await open_page(browser, sandbox, session.url)

    await page.get_by_role("button", name="Pay $5.00").click()
    await page.get_by_text("Enter a card number.").wait_for()
    await page.get_by_role("button", name="4000 0000 0000 0002").click()
    await page.get_by_role("button", name="Pay $5.00").click()
    await page.get_by_text("Your card was declined. Try another card.").wait_for()
    await page.get_by_label("Card number").fill("")
    await page.get_by_label("Card number").press_sequentially("4242424242424242")
    assert await page.get_by_label("Card number").input_value() == "4242 4242 4242 4242"
    await page.get_by_label("Expiry").fill("")
    await page.get_by_label("Expiry").press_sequentially("934")
    assert await page.get_by_label("Expiry").input_value() == "09 / 34"
    await page.keyboard.press("Enter")

    await page.wait_for_url(f"http://shop.test/done?session_id={session.id}")
    assert (await sandbox.retrieve(session.id)).payment_status == "paid"


@pytest.mark.browser
async def test_in_a_browser_authentication_can_fail_and_then_be_completed(sandbox: Running, browser: Browser) -> None:
    session = await sandbox.create()
    page = await open_page(browser, sandbox, session.url)

    for button in ("Fail authentication", "Complete authentication"):
        await page.get_by_role("button", name="4000 0000 0000 3063").click()
        await page.get_by_role("button", name="Pay $5.00").click()
        await page.get_by_role("button", name=button).click()
        if button.startswith("Fail"):
            await page.get_by_text("We could not authenticate your card.").wait_for()

    await page.wait_for_url("http://shop.test/done**")
    assert (await sandbox.retrieve(session.id)).payment_status == "paid"


@pytest.mark.browser
async def test_in_a_narrow_browser_a_code_a_rate_and_a_currency_change_what_is_paid(
    sandbox: Running, browser: Browser
) -> None:
    coupon = await sandbox.stripe.v1.coupons.create_async({"percent_off": 50})
    promotion: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "HALF"}
    await sandbox.stripe.v1.promotion_codes.create_async(promotion)
    options = {"eur": {"amount": 700}}
    fixed = {"amount": 800, "currency": "usd", "currency_options": options}
    rates = [
        {"shipping_rate_data": {"display_name": name, "type": "fixed_amount", "fixed_amount": fixed}}
        for name in ("Standard", "Express")
    ]
    price = await sandbox.price(currency_options={"eur": {"unit_amount": 900}})
    session = await sandbox.create(price, allow_promotion_codes=True, shipping_options=rates)
    page = await open_page(browser, sandbox, session.url)
    await page.set_viewport_size({"width": 390, "height": 800})

    await page.get_by_label("Promotion code").fill("half")
    await page.keyboard.press("Enter")
    await page.get_by_text("HALF (−50%)").wait_for()
    await page.get_by_role("button", name="Express").click()
    await page.get_by_role("button", name="EUR").click()
    await page.get_by_role("button", name="4242 4242 4242 4242").click()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await page.get_by_role("button", name="Pay €11.50").click()

    await page.wait_for_url("http://shop.test/done**")
    paid = await sandbox.retrieve(session.id, "payment_intent")
    assert (paid.payment_intent.currency, paid.payment_intent.amount_received) == ("eur", 1_150)


@pytest.mark.browser
async def test_in_a_browser_the_back_link_changes_nothing(sandbox: Running, browser: Browser) -> None:
    session = await sandbox.create()
    page = await open_page(browser, sandbox, session.url)

    await page.get_by_role("link", name="Back to").click()

    await page.wait_for_url("http://shop.test/cancel")
    assert (await sandbox.retrieve(session.id)).status == "open"
    assert (await sandbox.stripe.v1.events.list_async()).data == []
