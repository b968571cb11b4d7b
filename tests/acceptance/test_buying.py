"""A buyer's whole way through the shop, the checkout page and back, in a real browser.

The browser sees nothing of the database: what is bought on PostgreSQL is bought once by each way that SQL differs in,
at once and later.
"""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.acceptance.processes import Addresses
from tests.acceptance.shopper import Shopper

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]
BOTH = pytest.mark.parametrize("running", ["sqlite", "postgres"], indirect=True, scope="session")

GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"
CHALLENGED_CARD = "4000 0000 0000 3220"
DISTRUSTED_CARD = "4000 0000 0000 3063"
SLOW_CARD = "4000 0000 0000 3089"
SLOW_FAILING_CARD = "4000 0000 0000 3071"


async def test_a_good_card_turns_the_success_page_paid_by_subscription(shopper: Shopper) -> None:
    await shopper.open_shop()
    session_id = await shopper.buy("Starter Plan")
    await shopper.pay(GOOD_CARD)
    await shopper.page.wait_for_url(f"**/success?session_id={session_id}")
    await shopper.expect_status("paid", final=True)
    await expect(shopper.page.locator("#bought")).to_contain_text("$5.00")
    assert (await shopper.reported())[-1] == "paid"
    assert shopper.sockets == [shopper.addresses.gateway.replace("http", "ws") + "/graphql"]
    shopper.assert_never_polled()


@BOTH
async def test_a_declined_card_can_be_replaced_by_a_good_one(shopper: Shopper) -> None:
    await shopper.open_shop()
    await shopper.buy("Starter Plan")
    await shopper.pay(DECLINED_CARD)
    await shopper.expect_declined()
    await shopper.pay(GOOD_CARD)
    await shopper.expect_status("paid", final=True)
    shopper.assert_never_polled()


async def test_a_second_tab_sees_the_decline_and_the_payment_as_they_happen(
    shopper: Shopper, context: BrowserContext, running: Addresses
) -> None:
    await shopper.open_shop()
    session_id = await shopper.buy("Advanced Plan")
    onlooker = Shopper(await context.new_page(), running)
    await onlooker.open_success_page(session_id)
    await onlooker.expect_status("unpaid", final=False)
    await shopper.pay(DECLINED_CARD)
    await onlooker.expect_status("failed", final=False)
    await expect(onlooker.page.locator("#failure")).to_contain_text("declined")
    await expect(onlooker.page.locator("#pay")).to_have_text("Try another card")
    await shopper.expect_declined()
    await shopper.pay(GOOD_CARD)
    await onlooker.expect_status("paid", final=True)
    reported = await onlooker.reported()
    assert (reported[0], reported[-1]) == ("unpaid", "paid")
    assert "failed" in reported
    onlooker.assert_never_polled()


async def test_a_completed_challenge_is_paid(shopper: Shopper) -> None:
    await shopper.open_shop()
    await shopper.buy("Professional Plan")
    await shopper.pay(CHALLENGED_CARD)
    await shopper.answer_challenge("complete")
    await shopper.expect_status("paid", final=True)
    shopper.assert_never_polled()


async def test_a_failed_challenge_is_reported_and_another_card_is_offered(shopper: Shopper) -> None:
    await shopper.open_shop()
    session_id = await shopper.buy("Lifetime Plan")
    await shopper.pay(DISTRUSTED_CARD)
    await shopper.answer_challenge("fail")
    await shopper.expect_declined()
    await shopper.open_success_page(session_id)
    await shopper.expect_status("failed", final=False)
    await shopper.page.get_by_role("link", name="Try another card").click()
    assert await shopper.reach_checkout() == session_id
    await shopper.pay(GOOD_CARD)
    await shopper.expect_status("paid", final=True)
    shopper.assert_never_polled()


@BOTH
async def test_a_slow_payment_is_processing_first_and_paid_later(shopper: Shopper) -> None:
    await shopper.open_shop()
    await shopper.buy("Small Points Pack")
    await shopper.pay(SLOW_CARD)
    await shopper.expect_status("processing", final=False)
    await expect(shopper.page.locator("#waits")).to_contain_text("waiting for the bank")
    await shopper.expect_status("paid", final=True)
    reported = await shopper.reported()
    assert reported[-2:] == ["processing", "paid"]
    shopper.assert_never_polled()


async def test_a_slow_payment_that_fails_is_final_and_leads_back_to_the_shop(shopper: Shopper) -> None:
    await shopper.open_shop()
    await shopper.buy("Small Points Pack")
    await shopper.pay(SLOW_FAILING_CARD)
    await shopper.expect_status("processing", final=False)
    await shopper.expect_status("failed", final=True)
    await expect(shopper.page.locator("h1")).to_have_text("The payment failed")
    await expect(shopper.page.locator("#pay")).to_be_hidden()
    await shopper.page.get_by_role("link", name="Back to the shop").click()
    await expect(shopper.page.get_by_role("button", name="Buy Starter Plan")).to_be_visible()


async def test_leaving_the_checkout_offers_to_resume_the_same_session(shopper: Shopper) -> None:
    await shopper.open_shop()
    session_id = await shopper.buy("Medium Points Pack")
    await shopper.page.locator("a.back").click()
    await shopper.expect_status("unpaid", final=False)
    await expect(shopper.page.locator("h1")).to_have_text("Nothing was charged")
    await shopper.page.get_by_role("link", name="Resume").click()
    assert await shopper.reach_checkout() == session_id
    await shopper.pay(GOOD_CARD)
    await shopper.expect_status("paid", final=True)
    shopper.assert_never_polled()


async def test_a_canceled_purchase_is_over_and_the_next_click_begins_another(shopper: Shopper) -> None:
    await shopper.open_shop()
    first = await shopper.buy("Large Points Pack")
    await shopper.page.locator("a.back").click()
    await shopper.page.get_by_role("button", name="Cancel this purchase").click()
    await shopper.expect_status("canceled", final=True)
    await expect(shopper.page.locator("#resume")).to_be_hidden()
    await shopper.page.get_by_role("link", name="Back to the shop").click()
    assert await shopper.buy("Large Points Pack") != first


async def test_buying_again_before_paying_opens_no_second_session(shopper: Shopper) -> None:
    await shopper.open_shop()
    first = await shopper.buy("Starter Plan")
    await shopper.open_shop()
    assert await shopper.buy("Starter Plan") == first


async def test_a_double_click_asks_once(shopper: Shopper) -> None:
    await shopper.open_shop()
    await shopper.page.get_by_role("button", name="Buy Starter Plan").dblclick()
    await shopper.reach_checkout()
    assert len([url for url in shopper.requested if url.endswith("/graphql")]) == 1
