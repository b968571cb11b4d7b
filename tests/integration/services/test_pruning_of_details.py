"""What Stripe was asked with, the buyer's e-mail among it, is forgotten a while after the payment has ended."""

from collections.abc import Awaitable, Callable

from tests.harness.rows import Rows, execute
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]
LONG_AGO = "UPDATE payment SET updated_at = '2026-01-01 00:00:00+00:00', created_at = '2026-01-01 00:00:00+00:00'"


async def test_details_go_when_their_time_is_over_and_the_payment_has_ended(
    opened: Opener, rows: ReadRows, database_url: str
) -> None:
    async with opened(keep_buyer_details="2d") as gateway:
        ended, still_open = [await gateway.created(customer_email="jo@shop.example") for _ in range(2)]
        await gateway.desk.pay(ended)
        await gateway.learn_news()
        assert await gateway.services.upkeep.prune() == 0
        await execute(database_url, LONG_AGO)
        assert await gateway.services.upkeep.prune() == 1
        assert await gateway.services.upkeep.prune() == 0
        found = await rows()
        row = found.payment(ended)
        assert (row["parameters"], row["has_details"]) == ({}, False)
        assert found.payment(still_open)["parameters"]["customer_email"] == "jo@shop.example"
        await gateway.desk.refund_charge(ended, 100)
        await gateway.learn_news()
        assert ("refund", -100) in (await rows()).booked(row["id"])


async def test_they_stay_within_their_time(opened: Opener, rows: ReadRows) -> None:
    async with opened(keep_buyer_details="1d") as gateway:
        session_id = await gateway.created(customer_email="jo@shop.example")
        await gateway.desk.pay(session_id)
        await gateway.learn_news()
        assert await gateway.services.upkeep.prune() == 0
        assert (await rows()).payment(session_id)["has_details"]
