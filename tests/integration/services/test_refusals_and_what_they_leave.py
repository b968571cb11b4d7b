"""What Stripe refuses is distinguished: what a caller can correct, what the shop must, and what was never executed."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.callers import SIGNED, Caller, operator
from gateway.domain.errors import CheckoutRefused, PriceNotFound, StripeUnavailable
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows, execute
from tests.harness.stripe_account import fresh_sandbox
from tests.harness.stripe_front import CREATE, LIST
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]

LONG_AGO = "2026-01-01 00:00:00+00:00"
OF_THE_SHOP = {
    "404 about something else than the price": {
        "status": "404",
        "code": "resource_missing",
        "param": "payment_method_configuration",
        "message": "No such payment_method_configuration: 'pmc_1'",
    },
    "400 about the success url of the settings": {
        "status": "400",
        "param": "success_url",
        "message": "Invalid URL: An explicit scheme (such as https) must be provided.",
    },
    "400 about the cancel url of the settings": {"status": "400", "param": "cancel_url", "message": "Not a valid URL"},
}
OF_THE_PRICE = {
    "with its parameter": {"param": "line_items[0][price]", "message": "No such price: 'price_starter'"},
    "by its message alone": {"message": "No such price: 'price_starter'; a similar object exists in live mode"},
}


@pytest.mark.parametrize("what", sorted(OF_THE_SHOP))
async def test_what_only_the_shop_can_correct_is_refused_for_good(
    gateway: BareGateway, rows: ReadRows, what: str
) -> None:
    await gateway.desk.control("create_refusal", **OF_THE_SHOP[what])
    with pytest.raises(CheckoutRefused):
        await gateway.create()
    assert gateway.front.calls[CREATE] == 2
    found = await rows()
    (payment,) = found.payments
    assert (payment["creation"], payment["refusal"]) == ("refused", "checkout_refused")
    assert found.on_desk("refused_for_good") == [(payment["id"], "open")]
    assert OF_THE_SHOP[what]["message"] in found.desk[0]["detail"]


@pytest.mark.parametrize("what", sorted(OF_THE_PRICE))
async def test_a_price_that_stripe_does_not_have_stays_the_callers_mistake(
    gateway: BareGateway, rows: ReadRows, what: str
) -> None:
    await gateway.desk.control("create_refusal", status="404", code="resource_missing", **OF_THE_PRICE[what])
    with pytest.raises(PriceNotFound):
        await gateway.create()
    assert gateway.front.calls[CREATE] == 1
    found = await rows()
    assert (found.payments[0]["refusal"], found.desk) == ("price_not_found", [])


@pytest.mark.parametrize("caller", [SIGNED, operator("jo")], ids=lambda caller: caller.label)
async def test_a_known_caller_whose_open_session_is_gone_at_stripe_gets_a_new_one(
    gateway: BareGateway, rows: ReadRows, caller: Caller
) -> None:
    gone = await gateway.created(client_reference_id="cart", caller=caller)
    async with fresh_sandbox(gateway.front, gateway.desk.clock, gateway.desk.url):
        new = await gateway.create(client_reference_id="cart", caller=caller, customer_email="jo@shop.example")
        again = await gateway.create(client_reference_id="cart", caller=caller, customer_email="jo@shop.example")
    assert (new.snapshot.session_id == gone, new.reused) == (False, False)
    assert (again.snapshot.session_id == new.snapshot.session_id, again.reused) == (True, True)
    found = await rows()
    assert found.payment(gone)["open_key"] is None
    assert found.payment(new.snapshot.session_id)["open_key"] is not None


async def test_the_details_of_a_refused_row_go_when_their_time_is_over(
    opened: Opener, rows: ReadRows, database_url: str
) -> None:
    async with opened(keep_buyer_details="2d") as gateway:
        await gateway.desk.control("create_refusal", message="No.")
        with pytest.raises(CheckoutRefused):
            await gateway.create(customer_email="jo@shop.example")
        assert await gateway.services.upkeep.prune() == 0
        assert (await rows()).payments[0]["parameters"]["customer_email"] == "jo@shop.example"
        await execute(database_url, f"UPDATE payment SET updated_at = '{LONG_AGO}'")
        assert await gateway.services.upkeep.prune() == 1
        assert await gateway.services.upkeep.prune() == 0
    (payment,) = (await rows()).payments
    assert (payment["parameters"], payment["has_details"]) == ({}, False)


async def test_a_row_that_nobody_can_claim_is_closed_even_if_stripe_answers_no_list(
    gateway: BareGateway, rows: ReadRows
) -> None:
    gateway.front.turn_away(CREATE, 429)
    gateway.front.turn_away(LIST, 429)
    with pytest.raises(StripeUnavailable):
        await gateway.create()
    (payment,) = (await rows()).payments
    assert (payment["creation"], payment["refusal"]) == ("refused", "stripe_unavailable")
    gateway.front.calm()
    assert await gateway.services.completer.complete_abandoned() == 0
    assert await gateway.desk.sessions() == []


async def test_what_is_missing_at_stripe_closes_when_the_row_is_closed_as_refused(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    gateway.front.turn_away(CREATE, 403)
    with pytest.raises(StripeUnavailable):
        await gateway.create(client_reference_id="cart", caller=SIGNED)
    gateway.front.calm()
    twenty_minutes_ago = (datetime.now(UTC) - timedelta(minutes=20)).isoformat(sep=" ")
    await execute(database_url, f"UPDATE payment SET created_at = '{twenty_minutes_ago}'")
    assert (await gateway.services.reconciliation.run(trigger="cli")).outcome == "differences"
    (payment,) = (await rows()).payments
    assert (await rows()).on_desk("missing_there") == [(payment["id"], "open")]
    await gateway.desk.control("create_refusal", message="No.")
    assert await gateway.services.completer.complete_abandoned() == 1
    assert (await rows()).on_desk("missing_there") == [(payment["id"], "resolved")]
    assert (await gateway.services.reconciliation.run(trigger="cli")).outcome == "clean"
    assert (await rows()).open_kinds() == ["refused_for_good"]
