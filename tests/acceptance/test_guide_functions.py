"""The integration guide's two client functions, of the shape it documents, run unchanged from a browser page."""

import json
from typing import Any

import pytest

from tests.acceptance.shopper import Shopper

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2"

# As the guide has them: `response.ok`, then `error.error?.message`, over the two /api paths.
CALL = """async ([path, init, fallback]) => {
  const call = async () => {
    const response = await fetch(`${location.origin}/api${path}`, init ?? undefined);
    if (!response.ok) {
      const error = await response.json();
      throw new Error(error.error?.message || fallback);
    }
    return response.json();
  };
  try {
    return { answer: await call() };
  } catch (error) {
    return { thrown: error.message };
  }
}"""


async def _create(shopper: Shopper, price_id: str) -> dict[str, Any]:
    init = {
        "method": "POST",
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"priceId": price_id}),
    }
    answer: dict[str, Any] = await shopper.page.evaluate(CALL, ["/create-checkout-session", init, "no message"])
    return answer


async def _check(shopper: Shopper, session_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = await shopper.page.evaluate(CALL, [f"/check-payment-status/{session_id}", None, "none"])
    return answer


async def test_create_answers_a_url_and_a_session_whose_status_can_be_checked(shopper: Shopper) -> None:
    await shopper.open_shop()
    created = (await _create(shopper, STARTER))["answer"]
    assert set(created) == {"url", "sessionId"}
    assert await _check(shopper, created["sessionId"]) == {"answer": {"status": "unpaid"}}
    await shopper.page.goto(created["url"])
    await shopper.pay("4242 4242 4242 4242")
    await shopper.expect_status("paid", final=True)
    assert await _check(shopper, created["sessionId"]) == {"answer": {"status": "paid"}}


async def test_refusals_arrive_as_messages_for_people(shopper: Shopper) -> None:
    await shopper.open_shop()
    assert "price" in (await _create(shopper, "price_nobodySellsThis"))["thrown"]
    assert (await _check(shopper, "cs_test_nobodyKnowsThis"))["thrown"] == "There is no such checkout session."
