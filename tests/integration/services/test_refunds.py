"""Refunds by their id: those that fail late, those that are pending, those that nobody reported."""

from collections.abc import Awaitable, Callable

import pytest

from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import kept_minor, violations
from tests.harness.rows import Rows

ReadRows = Callable[[], Awaitable[Rows]]


async def paid(gateway: BareGateway) -> str:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    return session_id


async def refunded(gateway: BareGateway, session_id: str) -> int:
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    return snapshot.refunded.amount_minor


async def assert_agreement(gateway: BareGateway, rows: ReadRows) -> None:
    found, sessions = await rows(), await gateway.desk.sessions()
    assert violations(found, sessions) == []
    for session in sessions:
        row = found.payment(session["id"])
        assert sum(amount for _, amount in found.booked(row["id"])) == kept_minor(session)


@pytest.mark.parametrize("seen", ["before", "never before"])
@pytest.mark.parametrize("backwards", [False, True])
async def test_a_refund_that_fails_late_is_booked_both_ways_and_on_the_desk(
    gateway: BareGateway, rows: ReadRows, seen: str, backwards: bool
) -> None:
    session_id = await paid(gateway)
    refund_id = await gateway.desk.refund_charge(session_id, 200)
    if seen == "before":
        await gateway.learn_news()
        assert await refunded(gateway, session_id) == 200
    await gateway.desk.control(f"refunds/{refund_id}/fail")
    await gateway.learn_news(backwards=backwards)
    found = await rows()
    booked = found.booked(found.payment(session_id)["id"])
    assert sorted(booked) == [("capture", 500), ("refund", -200), ("refund_failed", 200)]
    assert found.on_desk("refund_failed") == [(refund_id, "open")]
    assert await refunded(gateway, session_id) == 0
    await assert_agreement(gateway, rows)


async def test_a_refund_after_one_that_failed_is_counted_once(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    first = await gateway.desk.refund_charge(session_id, 500)
    await gateway.desk.control(f"refunds/{first}/fail")
    await gateway.desk.refund_charge(session_id, 500)
    await gateway.learn_news(backwards=True)
    assert await refunded(gateway, session_id) == 500
    await assert_agreement(gateway, rows)


@pytest.mark.parametrize(("ending", "total"), [("succeed", 200), ("cancel", 0), ("fail", 0)])
async def test_a_pending_refund_moves_nothing_until_it_has_ended(
    gateway: BareGateway, rows: ReadRows, ending: str, total: int
) -> None:
    session_id = await paid(gateway)
    await gateway.desk.control("pending_refunds", enabled="true")
    refund_id = await gateway.desk.refund_charge(session_id, 200)
    await gateway.learn_news()
    found = await rows()
    assert found.booked(found.payment(session_id)["id"]) == [("capture", 500)]
    assert not found.payment(session_id)["is_settled"]
    await gateway.desk.control(f"refunds/{refund_id}/{ending}")
    await gateway.learn_news()
    assert await refunded(gateway, session_id) == total
    assert (await rows()).payment(session_id)["is_settled"]
    await assert_agreement(gateway, rows)


async def test_a_charge_that_says_more_went_back_than_is_known_is_asked_about(
    gateway: BareGateway, rows: ReadRows
) -> None:
    """The refund's own events never came; only the charge's total did."""
    session_id = await paid(gateway)
    await gateway.desk.refund_charge(session_id, 150)
    (event,) = [event for event in await gateway.desk.events() if event["type"] == "charge.refunded"]
    await gateway.deliver(event)
    await gateway.settled()
    assert await refunded(gateway, session_id) == 150
    await assert_agreement(gateway, rows)


async def test_refunds_in_parts_are_never_counted_twice(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    for amount in (100, 150, 250):
        await gateway.desk.refund_charge(session_id, amount)
    events = await gateway.desk.events()
    for event in (*events, *reversed(events)):
        await gateway.deliver(event)
    await gateway.settled()
    assert await refunded(gateway, session_id) == 500
    assert sorted((await rows()).booked((await rows()).payments[0]["id"])) == [
        ("capture", 500),
        ("refund", -250),
        ("refund", -150),
        ("refund", -100),
    ]
    await assert_agreement(gateway, rows)
