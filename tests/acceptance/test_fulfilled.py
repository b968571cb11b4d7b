"""What a buyer sees of fulfilment, and every option that a checkout may hold, bought in a browser."""

import json
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, expect

from tests.acceptance.processes import Addresses, gateway_dev
from tests.acceptance.shopper import Shopper
from tests.harness.back_end import SECRET, BackEnd, back_end

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GOOD_CARD = "4242 4242 4242 4242"
STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2"
CATALOGUE = """
[[packages]]
price_id = "{starter}"
unit_amount = 500
currency = "usd"
name = "Starter Plan"

[packages.checkout]
allow_promotion_codes = true
automatic_tax = true
tax_id_collection = true
billing_address = "required"
phone_number = true
shipping_countries = ["US", "CN"]
shipping_rates = ["{rate}", "{express}"]
invoice = true
payment_methods = ["card", "alipay"]
submit_type = "book"
expires_after = "1h"

[packages.checkout.custom_text]
submit = {{ en = "We ship within a day.", zh = "一天内发货。" }}
shipping_address = "No post boxes, please."

[[packages]]
price_id = "{monthly}"
unit_amount = 900
currency = "usd"
name = "Monthly Plan"

[packages.checkout]
trial_days = 14
submit_type = "subscribe"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop() -> AsyncIterator[BackEnd]:
    async with back_end() as shop:
        yield shop


@pytest.fixture(scope="module")
def selling(tmp_path_factory: pytest.TempPathFactory, shop: BackEnd) -> Iterator[Addresses]:
    """`gateway dev` with a back end and every option; the sandbox knows the rates from an earlier run."""
    data = tmp_path_factory.mktemp("options") / "data"
    with gateway_dev(data) as first:
        rates = [_made(first, "/v1/shipping_rates", _rate(*rate)) for rate in (("Post", 300), ("Express", 900))]
        product = _made(first, "/v1/products", {"name": "Monthly Plan"})
        recurring = {"product": product, "unit_amount": "900", "currency": "usd", "recurring[interval]": "month"}
        monthly = _made(first, "/v1/prices", recurring)
        coupon = _made(first, "/v1/coupons", {"percent_off": "20"})
        code = {"promotion[type]": "coupon", "promotion[coupon]": coupon, "code": "SPRING"}
        _made(first, "/v1/promotion_codes", code)
    catalogue = data / "catalogue.toml"
    catalogue.write_text(CATALOGUE.format(starter=STARTER, rate=rates[0], express=rates[1], monthly=monthly), "utf-8")
    notify = {"GATEWAY_NOTIFY_URLS": shop.url, "GATEWAY_NOTIFY_SECRETS": SECRET}
    with gateway_dev(data, GATEWAY_CATALOGUE=str(catalogue), **notify) as addresses:
        yield addresses


@pytest_asyncio.fixture(loop_scope="session")
async def buyer(context: BrowserContext, selling: Addresses, shop: BackEnd) -> Shopper:
    shop.decide = lambda _: 200
    return Shopper(await context.new_page(), selling)


def _rate(name: str, amount: int) -> dict[str, str]:
    return {"display_name": name, "fixed_amount[amount]": str(amount), "fixed_amount[currency]": "usd"}


def _made(addresses: Addresses, path: str, fields: dict[str, str]) -> str:
    request = urllib.request.Request(
        addresses.sandbox + path,
        data=urllib.parse.urlencode(fields).encode(),
        headers={"Authorization": "Bearer sk_test_sandbox"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        made: dict[str, Any] = json.load(answer)
    return str(made["id"])


async def fill_in(buyer: Shopper) -> None:
    answers = {
        "phone": "+1 555 0100",
        "ship_name": "Jenny Rosen",
        "ship_line1": "1 Main St",
        "ship_city": "Springfield",
        "line1": "2 Main St",
        "city": "Springfield",
        "tax_id": "DE123456789",
    }
    for name, answer in answers.items():
        await buyer.page.locator(f"#{name}").fill(answer)
    await buyer.page.locator("#ship_country").select_option("CN")


async def test_the_success_page_turns_to_on_its_way_when_the_back_end_answers(buyer: Shopper, shop: BackEnd) -> None:
    shop.decide = lambda _: 503
    await buyer.open_shop()
    await buyer.buy("Starter Plan")
    await fill_in(buyer)
    await buyer.pay(GOOD_CARD)
    await buyer.expect_status("paid", final=True)
    main, waits = buyer.page.locator("main"), buyer.page.locator("#waits")
    await expect(main).to_have_attribute("data-fulfilment", "unreached", timeout=15_000)
    await expect(waits).to_contain_text("cannot be reached right now")
    await expect(buyer.page.locator("#connection")).to_have_attribute("data-connection", "websocket")
    shop.decide = lambda _: 200
    await expect(main).to_have_attribute("data-fulfilment", "delivered", timeout=30_000)
    await expect(buyer.page.locator("#meaning")).to_contain_text("on its way")
    await expect(buyer.page.locator("#connection")).to_have_attribute("data-connection", "done")
    await expect(buyer.page.locator("#timeline")).to_contain_text("The shop’s system was notified")
    buyer.assert_never_polled()


async def test_every_option_of_a_one_time_checkout_is_bought(buyer: Shopper, shop: BackEnd) -> None:
    await buyer.open_shop()
    session_id = await buyer.buy("Starter Plan")
    page = buyer.page
    await expect(page.locator("body")).to_contain_text("We ship within a day.")
    await expect(page.locator("body")).to_contain_text("No post boxes, please.")
    await expect(page.locator("body")).to_contain_text("card, alipay")
    await page.locator("#promotion_code").fill("spring")
    await page.get_by_role("button", name="Apply").click()
    await expect(page.locator(".applied")).to_contain_text("SPRING")
    await page.get_by_role("button", name="Express").click()
    await expect(page.locator(".total b")).to_have_text("$13.40")  # 5.00 - 1.00 + 0.40 tax + 9.00
    await page.locator("#submit").click()
    await expect(page.locator("#phone-fault")).to_have_text("Fill in this field.")
    await fill_in(buyer)
    await buyer.expect_no_sideways_scroll()
    await buyer.pay(GOOD_CARD)
    await buyer.expect_status("paid", final=True)
    await expect(page.locator("#bought-amount")).to_have_text("$13.40")
    for name, title in (("receipt", "Receipt"), ("invoice", "Invoice")):
        await expect(page.locator(f"#{name}")).to_be_visible()
        paper = await page.context.new_page()
        await paper.goto(await page.locator(f"#{name}").get_attribute("href") or "")
        await expect(paper.get_by_role("heading", name=title)).to_be_visible()
        await expect(paper.locator(".total b")).to_have_text("$13.40")
        await paper.close()
    [notice] = [one for one in shop.of(session_id) if one.type == "payment.paid"]
    assert notice.body["paidAmount"]["amountMinor"] == 1340
    assert buyer.faults == []


async def test_a_trial_is_begun_without_a_payment(buyer: Shopper) -> None:
    await buyer.open_shop()
    await buyer.buy("Monthly Plan")
    await expect(buyer.page.locator("body")).to_contain_text("14 days free")
    for name, answer in (("email", "buyer@example.com"), ("name", "Test Buyer"), ("postal_code", "94107")):
        await buyer.page.locator(f"#{name}").fill(answer)
    await buyer.page.locator("#submit").click()
    await buyer.expect_status("no_payment_required", final=True)
    assert buyer.faults == []
