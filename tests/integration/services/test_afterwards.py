"""What comes after the money: refunds, disputes, the hash-chained history; and the same in subscription mode."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows, execute
from tests.harness.stripe_account import FREE, MONTHLY

ReadRows = Callable[[], Awaitable[Rows]]


async def read(gateway: BareGateway, session_id: str) -> Snapshot:
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    return snapshot


async def test_a_refunded_payment_is_still_paid(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    for amount, total in ((120, 120), (380, 500)):
        await gateway.desk.refund(session_id, amount)
        await gateway.deliver_news()
        snapshot = await read(gateway, session_id)
        assert (snapshot.status, snapshot.refunded.amount_minor) == (Status.PAID, total)


async def test_a_disputed_payment_is_still_paid(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id, "pm_card_createDispute")
    await gateway.deliver_news()
    snapshot = await read(gateway, session_id)
    assert (snapshot.status, snapshot.visible.disputed) == (Status.PAID, True)


async def test_each_visible_change_is_one_link_of_the_chain(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    for method in ("pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa"):
        await gateway.desk.pay(session_id, method)
        await gateway.learn_news()
    await gateway.desk.refund(session_id)
    await gateway.deliver_news()
    snapshot = await read(gateway, session_id)
    history = (await gateway.services.payments.histories([snapshot.payment_id]))[snapshot.payment_id]
    assert [line.version for line in history] == list(range(1, snapshot.version + 1))
    assert [line.to_status for line in history][-1] is Status.PAID
    assert history[0].cause == "api"
    assert {line.cause.partition(" ")[0] for line in history[1:]} == {"webhook", "retrieve"}
    assert violations(await rows(), await gateway.desk.sessions()) == []


async def test_the_oracle_notices_a_changed_link(gateway: BareGateway, rows: ReadRows, database_url: str) -> None:
    await gateway.created()
    try:
        await execute(database_url, "UPDATE status_change SET cause = 'nobody'")
    except Exception as refused:  # A trigger that guards the table is as good an answer.
        assert "append" in str(refused)  # noqa: PT017
        return
    found = violations(await rows(), await gateway.desk.sessions())
    assert any("I13" in problem for problem in found)


async def test_a_decline_inside_an_open_session_is_failed_but_not_final(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id, "pm_card_chargeDeclinedInsufficientFunds")
    await gateway.deliver_news()
    snapshot = await read(gateway, session_id)
    failure = snapshot.visible.last_failure
    assert (snapshot.status, snapshot.is_final, snapshot.visible.is_payable) == (Status.FAILED, False, True)
    assert failure is not None
    assert (failure.code, failure.decline_code) == ("card_declined", "insufficient_funds")


@pytest.mark.parametrize("price", ["price_starter", MONTHLY])
@pytest.mark.parametrize(("method", "status"), [("processing", Status.PAID), ("processingFails", Status.FAILED)])
async def test_a_delayed_payment_is_processing_until_it_settles(
    gateway: BareGateway, price: str, method: str, status: Status
) -> None:
    session_id = await gateway.created(price)
    await gateway.desk.pay(session_id, f"pm_sandbox_{method}")
    await gateway.deliver_news()
    assert (await read(gateway, session_id)).status is Status.PROCESSING
    await gateway.desk.settle()
    await gateway.deliver_news()
    snapshot = await read(gateway, session_id)
    assert (snapshot.status, snapshot.is_final) == (status, True)


@pytest.mark.parametrize("price", ["price_starter", MONTHLY])
@pytest.mark.parametrize("backwards", [False, True])
async def test_a_failed_authentication_then_a_good_card_is_paid(
    gateway: BareGateway, price: str, backwards: bool
) -> None:
    session_id = await gateway.created(price)
    await gateway.desk.pay(session_id, "pm_card_threeDSecure2Required")
    await gateway.desk.answer_challenge(session_id, well=False)
    await gateway.desk.pay(session_id)
    await gateway.deliver_news(backwards=backwards)
    assert (await read(gateway, session_id)).status is Status.PAID


async def test_a_subscription_is_paid_expired_and_canceled_like_a_payment(gateway: BareGateway, rows: ReadRows) -> None:
    paid, expired, canceled = [await gateway.created(MONTHLY) for _ in range(3)]
    await gateway.desk.pay(paid)
    await gateway.desk.expire(expired)
    await gateway.deliver_news(backwards=True)
    await gateway.services.checkout.cancel(canceled)
    await gateway.deliver_news()
    found = await rows()
    statuses = [found.payment(session_id)["status"] for session_id in (paid, expired, canceled)]
    assert statuses == ["paid", "expired", "canceled"]
    assert violations(found, await gateway.desk.sessions()) == []


async def test_nothing_due_is_final_without_money(gateway: BareGateway) -> None:
    session_id = await gateway.created(FREE)
    assert (await read(gateway, session_id)).status is Status.UNPAID
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    snapshot = await read(gateway, session_id)
    assert (snapshot.status, snapshot.is_final) == (Status.NO_PAYMENT_REQUIRED, True)
