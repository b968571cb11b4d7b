"""The double-payment radar: two anonymous sessions of one reference that are both paid are one row of the desk."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows
from tests.harness.stripe_account import FREE, PRICE

ReadRows = Callable[[], Awaitable[Rows]]


async def paid_twice(gateway: BareGateway) -> list[str]:
    sessions = [await gateway.created(client_reference_id="cart") for _ in range(2)]
    assert sessions[0] != sessions[1]
    for session_id in sessions:
        await gateway.desk.pay(session_id)
    return sessions


async def test_two_paid_sessions_of_one_reference_are_one_row_about_both(gateway: BareGateway, rows: ReadRows) -> None:
    sessions = await paid_twice(gateway)
    await gateway.learn_news()
    found = await rows()
    assert found.on_desk("duplicate_purchase") == [(f"{PRICE} cart", "open")]
    (row,) = [row for row in found.desk if row["kind"] == "duplicate_purchase"]
    linked = {link["payment_id"] for link in found.desk_links if link["discrepancy_id"] == row["id"]}
    assert linked == {found.payment(session_id)["id"] for session_id in sessions}
    assert violations(found, await gateway.desk.sessions()) == []


async def test_events_delivered_at_once_do_not_hide_it(gateway: BareGateway, rows: ReadRows) -> None:
    """On PostgreSQL the two transactions do not see each other's rows."""
    await paid_twice(gateway)
    await asyncio.gather(*(gateway.deliver(event) for event in await gateway.desk.events()))
    await gateway.settled()
    assert (await rows()).on_desk("duplicate_purchase") == [(f"{PRICE} cart", "open")]


async def test_it_closes_by_itself_when_one_is_wholly_refunded_and_opens_again_when_that_fails(
    gateway: BareGateway, rows: ReadRows
) -> None:
    sessions = await paid_twice(gateway)
    await gateway.learn_news()
    await gateway.desk.refund_charge(sessions[0], 200)
    await gateway.learn_news()
    assert (await rows()).on_desk("duplicate_purchase") == [(f"{PRICE} cart", "open")]
    refund_id = await gateway.desk.refund_charge(sessions[0], 300)
    await gateway.learn_news()
    found = await rows()
    assert found.on_desk("duplicate_purchase") == [(f"{PRICE} cart", "resolved")]
    assert violations(found, await gateway.desk.sessions()) == []
    await gateway.desk.control(f"refunds/{refund_id}/fail")
    await gateway.learn_news()
    assert (await rows()).on_desk("duplicate_purchase") == [(f"{PRICE} cart", "open")]


async def test_other_references_prices_and_free_ones_are_no_duplicates(gateway: BareGateway, rows: ReadRows) -> None:
    wishes = [(PRICE, "a"), (PRICE, "b"), (FREE, "c"), (FREE, "c"), (PRICE, None), (PRICE, None)]
    for price, reference in wishes:
        await gateway.desk.pay(await gateway.created(price, client_reference_id=reference))
    await gateway.learn_news()
    assert (await rows()).open_kinds() == []
