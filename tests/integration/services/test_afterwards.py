"""What comes after the money: refunds, disputes, the hash-chained history; and the same in subscription mode."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from tests.integration.services.oracle import violations
from tests.integration.services.rig import FREE, MONTHLY, House
from tests.integration.services.rows import Rows, execute

ReadRows = Callable[[], Awaitable[Rows]]


async def read(house: House, session_id: str) -> Snapshot:
    snapshot = await house.services.payments.read(session_id)
    assert snapshot is not None
    return snapshot


async def test_a_refunded_payment_is_still_paid(house: House) -> None:
    session_id = await house.created()
    await house.desk.pay(session_id)
    await house.deliver_news()
    for amount, total in ((120, 120), (380, 500)):
        await house.desk.refund(session_id, amount)
        await house.deliver_news()
        snapshot = await read(house, session_id)
        assert (snapshot.status, snapshot.refunded.amount_minor) == (Status.PAID, total)


async def test_a_disputed_payment_is_still_paid(house: House) -> None:
    session_id = await house.created()
    await house.desk.pay(session_id, "pm_card_createDispute")
    await house.deliver_news()
    snapshot = await read(house, session_id)
    assert (snapshot.status, snapshot.visible.disputed) == (Status.PAID, True)


async def test_each_visible_change_is_one_link_of_the_chain(house: House, rows: ReadRows) -> None:
    session_id = await house.created()
    for method in ("pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa"):
        await house.desk.pay(session_id, method)
        await house.learn_news()
    await house.desk.refund(session_id)
    await house.deliver_news()
    snapshot = await read(house, session_id)
    history = (await house.services.payments.histories([snapshot.payment_id]))[snapshot.payment_id]
    assert [line.version for line in history] == list(range(1, snapshot.version + 1))
    assert [line.to_status for line in history][-1] is Status.PAID
    assert history[0].cause == "api"
    assert {line.cause.partition(" ")[0] for line in history[1:]} == {"webhook", "retrieve"}
    assert violations(await rows(), await house.desk.sessions()) == []


async def test_the_oracle_notices_a_changed_link(house: House, rows: ReadRows, database_url: str) -> None:
    await house.created()
    try:
        await execute(database_url, "UPDATE status_change SET cause = 'nobody'")
    except Exception as refused:  # A trigger that guards the table is as good an answer.
        assert "append" in str(refused)  # noqa: PT017
        return
    found = violations(await rows(), await house.desk.sessions())
    assert any("I13" in problem for problem in found)


async def test_a_decline_inside_an_open_session_is_failed_but_not_final(house: House) -> None:
    session_id = await house.created()
    await house.desk.pay(session_id, "pm_card_chargeDeclinedInsufficientFunds")
    await house.deliver_news()
    snapshot = await read(house, session_id)
    failure = snapshot.visible.last_failure
    assert (snapshot.status, snapshot.is_final, snapshot.visible.is_payable) == (Status.FAILED, False, True)
    assert failure is not None
    assert (failure.code, failure.decline_code) == ("card_declined", "insufficient_funds")


@pytest.mark.parametrize("price", ["price_starter", MONTHLY])
@pytest.mark.parametrize(("method", "status"), [("processing", Status.PAID), ("processingFails", Status.FAILED)])
async def test_a_delayed_payment_is_processing_until_it_settles(
    house: House, price: str, method: str, status: Status
) -> None:
    session_id = await house.created(price)
    await house.desk.pay(session_id, f"pm_sandbox_{method}")
    await house.deliver_news()
    assert (await read(house, session_id)).status is Status.PROCESSING
    await house.desk.settle()
    await house.deliver_news()
    snapshot = await read(house, session_id)
    assert (snapshot.status, snapshot.is_final) == (status, True)


@pytest.mark.parametrize("price", ["price_starter", MONTHLY])
@pytest.mark.parametrize("backwards", [False, True])
async def test_a_failed_authentication_then_a_good_card_is_paid(house: House, price: str, backwards: bool) -> None:
    session_id = await house.created(price)
    await house.desk.pay(session_id, "pm_card_threeDSecure2Required")
    await house.desk.answer_challenge(session_id, well=False)
    await house.desk.pay(session_id)
    await house.deliver_news(backwards=backwards)
    assert (await read(house, session_id)).status is Status.PAID


async def test_a_subscription_is_paid_expired_and_canceled_like_a_payment(house: House, rows: ReadRows) -> None:
    paid, expired, canceled = [await house.created(MONTHLY) for _ in range(3)]
    await house.desk.pay(paid)
    await house.desk.expire(expired)
    await house.deliver_news(backwards=True)
    await house.services.checkout.cancel(canceled)
    await house.deliver_news()
    found = await rows()
    statuses = [found.payment(session_id)["status"] for session_id in (paid, expired, canceled)]
    assert statuses == ["paid", "expired", "canceled"]
    assert violations(found, await house.desk.sessions()) == []


async def test_nothing_due_is_final_without_money(house: House) -> None:
    session_id = await house.created(FREE)
    assert (await read(house, session_id)).status is Status.UNPAID
    await house.desk.pay(session_id)
    await house.deliver_news()
    snapshot = await read(house, session_id)
    assert (snapshot.status, snapshot.is_final) == (Status.NO_PAYMENT_REQUIRED, True)
