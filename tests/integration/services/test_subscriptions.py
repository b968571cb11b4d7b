"""A subscription's first purchase is held to what any purchase is: refunds, disputes and declines are seen, by the
intent of its first invoice. Renewals are counted by Stripe and change nothing here."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.status import Status
from tests.integration.services.oracle import kept_minor, violations
from tests.integration.services.rig import MONTHLY, House
from tests.integration.services.rows import Rows

ReadRows = Callable[[], Awaitable[Rows]]


async def agrees(house: House, rows: ReadRows) -> None:
    """Nothing is violated, and the journal keeps what Stripe keeps."""
    found, sessions = await rows(), await house.desk.sessions()
    assert violations(found, sessions) == []
    for session in sessions:
        row = found.payment(session["id"])
        assert sum(amount for _, amount in found.booked(row["id"])) == kept_minor(session)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("together", [False, True], ids=["after the session event", "with the session event"])
async def test_a_refund_of_a_subscription_is_seen(
    house: House, rows: ReadRows, backwards: bool, together: bool
) -> None:
    """Its events carry no marker; backwards they come before the event that completes the session."""
    session_id = await house.created(MONTHLY)
    await house.desk.pay(session_id)
    if not together:
        await house.learn_news(backwards=backwards)
    await house.desk.refund_charge(session_id, 300)
    await house.learn_news(backwards=backwards)
    snapshot = await house.services.payments.read(session_id)
    assert snapshot is not None
    assert (snapshot.status, snapshot.paid.amount_minor, snapshot.refunded.amount_minor) == (Status.PAID, 900, 300)
    kinds = {kind for kind, _ in (await rows()).booked(snapshot.payment_id)}
    assert {"capture", "refund"} <= kinds
    await agrees(house, rows)
    report = await house.services.reconciliation.run(trigger="cli")
    assert [(line.here_minor, line.there_minor) for line in report.ledger] == [(600, 600)]
    assert report.differences == 0


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_dispute_of_a_subscription_is_seen(house: House, rows: ReadRows, backwards: bool) -> None:
    session_id = await house.created(MONTHLY)
    await house.desk.pay(session_id)
    dispute_id = await house.desk.dispute(session_id)
    await house.learn_news(backwards=backwards)
    snapshot = await house.services.payments.read(session_id)
    assert snapshot is not None
    assert snapshot.visible.disputed
    assert (dispute_id, "open") in (await rows()).on_desk("dispute_open")
    assert (await rows()).open_kinds() == ["dispute_open"]
    assert ("dispute", -900) in (await rows()).booked(snapshot.payment_id)
    await agrees(house, rows)


async def test_a_renewal_changes_nothing(house: House, rows: ReadRows) -> None:
    session_id = await house.created(MONTHLY)
    await house.desk.pay(session_id)
    await house.learn_news()
    before = await rows()
    await house.desk.renew(session_id)
    await house.desk.renew(session_id, "pm_card_chargeDeclined")
    await house.learn_news()
    after = await rows()
    assert (after.movements, after.changes, after.desk) == (before.movements, before.changes, before.desk)
    assert after.payment(session_id)["status"] == "paid"
    await agrees(house, rows)


async def test_a_renewal_that_comes_before_the_first_invoice_changes_nothing(house: House, rows: ReadRows) -> None:
    session_id = await house.created(MONTHLY)
    await house.desk.pay(session_id)
    await house.desk.renew(session_id)
    await house.learn_news(backwards=True)
    found = await rows()
    assert sum(amount for _, amount in found.booked(found.payment(session_id)["id"])) == 900
    await agrees(house, rows)


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_decline_of_the_first_invoices_intent_is_an_attempt(
    house: House, rows: ReadRows, backwards: bool
) -> None:
    session_id = await house.created(MONTHLY)
    await house.desk.decline(session_id)
    await house.desk.pay(session_id)
    await house.learn_news(backwards=backwards)
    explained = await house.services.operators.explain(session_id)
    assert explained is not None
    assert sorted(attempt.state.name for _, attempt in explained.attempts) == ["FAILED", "SUCCEEDED"]
    assert explained.payment.snapshot.visible.last_failure is not None
    await agrees(house, rows)


async def test_a_subscription_whose_delayed_payment_fails_is_failed(house: House, rows: ReadRows) -> None:
    session_id = await house.created(MONTHLY)
    await house.desk.pay(session_id, "pm_sandbox_processingFails")
    await house.learn_news()
    await house.desk.settle()
    await house.learn_news()
    assert (await rows()).payment(session_id)["status"] == "failed"
    await agrees(house, rows)
