"""A subscription's first purchase is held to what any purchase is: refunds, disputes and declines are seen, by the
intent of its first invoice. Renewals are counted by Stripe and change nothing here."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.status import Status
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import kept_minor, violations
from tests.harness.rows import Rows
from tests.harness.stripe_account import MONTHLY

ReadRows = Callable[[], Awaitable[Rows]]


async def agrees(gateway: BareGateway, rows: ReadRows) -> None:
    """Nothing is violated, and the journal keeps what Stripe keeps."""
    found, sessions = await rows(), await gateway.desk.sessions()
    assert violations(found, sessions) == []
    for session in sessions:
        row = found.payment(session["id"])
        assert sum(amount for _, amount in found.booked(row["id"])) == kept_minor(session)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("together", [False, True], ids=["after the session event", "with the session event"])
async def test_a_refund_of_a_subscription_is_seen(
    gateway: BareGateway, rows: ReadRows, backwards: bool, together: bool
) -> None:
    """Its events carry no marker; backwards they come before the event that completes the session."""
    session_id = await gateway.created(MONTHLY)
    await gateway.desk.pay(session_id)
    if not together:
        await gateway.learn_news(backwards=backwards)
    await gateway.desk.refund_charge(session_id, 300)
    await gateway.learn_news(backwards=backwards)
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert (snapshot.status, snapshot.paid.amount_minor, snapshot.refunded.amount_minor) == (Status.PAID, 900, 300)
    kinds = {kind for kind, _ in (await rows()).booked(snapshot.payment_id)}
    assert {"capture", "refund"} <= kinds
    await agrees(gateway, rows)
    report = await gateway.services.reconciliation.run(trigger="cli")
    assert [(line.here_minor, line.there_minor) for line in report.ledger] == [(600, 600)]
    assert report.differences == 0


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_dispute_of_a_subscription_is_seen(gateway: BareGateway, rows: ReadRows, backwards: bool) -> None:
    session_id = await gateway.created(MONTHLY)
    await gateway.desk.pay(session_id)
    dispute_id = await gateway.desk.dispute(session_id)
    await gateway.learn_news(backwards=backwards)
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert snapshot.visible.disputed
    assert (dispute_id, "open") in (await rows()).on_desk("dispute_open")
    assert (await rows()).open_kinds() == ["dispute_open"]
    assert ("dispute", -900) in (await rows()).booked(snapshot.payment_id)
    await agrees(gateway, rows)


async def test_a_renewal_changes_nothing(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created(MONTHLY)
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    before = await rows()
    await gateway.desk.renew(session_id)
    await gateway.desk.renew(session_id, "pm_card_chargeDeclined")
    await gateway.learn_news()
    after = await rows()
    assert (after.movements, after.changes, after.desk) == (before.movements, before.changes, before.desk)
    assert after.payment(session_id)["status"] == "paid"
    await agrees(gateway, rows)


async def test_a_renewal_that_comes_before_the_first_invoice_changes_nothing(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await gateway.created(MONTHLY)
    await gateway.desk.pay(session_id)
    await gateway.desk.renew(session_id)
    await gateway.learn_news(backwards=True)
    found = await rows()
    assert sum(amount for _, amount in found.booked(found.payment(session_id)["id"])) == 900
    await agrees(gateway, rows)


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_decline_of_the_first_invoices_intent_is_an_attempt(
    gateway: BareGateway, rows: ReadRows, backwards: bool
) -> None:
    session_id = await gateway.created(MONTHLY)
    await gateway.desk.decline(session_id)
    await gateway.desk.pay(session_id)
    await gateway.learn_news(backwards=backwards)
    explained = await gateway.services.operators.explain(session_id)
    assert explained is not None
    assert sorted(attempt.state.name for _, attempt in explained.attempts) == ["FAILED", "SUCCEEDED"]
    assert explained.payment.snapshot.visible.last_failure is not None
    await agrees(gateway, rows)


async def test_a_subscription_whose_delayed_payment_fails_is_failed(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created(MONTHLY)
    await gateway.desk.pay(session_id, "pm_sandbox_processingFails")
    await gateway.learn_news()
    await gateway.desk.settle()
    await gateway.learn_news()
    assert (await rows()).payment(session_id)["status"] == "failed"
    await agrees(gateway, rows)
