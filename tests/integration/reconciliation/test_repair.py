"""What no webhook reported is found at Stripe, repaired, listed and stored; a second run has nothing to say."""

import uuid
from collections import Counter
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.facts import Facts
from gateway.domain.facts_json import facts_to_json
from gateway.domain.identifiers import PaymentId
from gateway.models import Payment
from gateway.services.reconciliation.service import (
    Difference,
    DifferenceKind,
    LedgerLine,
    Outcome,
    ReconciliationReport,
)

from .pair import MONTHLY, Pair, running


async def reconcile(pair: Pair, **values: object) -> tuple[ReconciliationReport, list[Difference]]:
    report = await pair.services.reconciliation.run(trigger="cli", **values)  # type: ignore[arg-type]
    found = await pair.services.reconciliation.differences([report.id], first=1000)
    return report, found[report.id]


async def assert_clean(pair: Pair) -> ReconciliationReport:
    report, found = await reconcile(pair)
    assert (report.outcome, found) == (Outcome.CLEAN, [])
    assert all(line.drift_minor == 0 for line in report.ledger)
    return report


async def test_thirty_payments_whose_events_were_all_lost_are_repaired_by_one_run(pair: Pair) -> None:
    pair.post.loses = lambda event: True
    sessions = [await pair.create() for _ in range(30)]
    for session_id in sessions:
        await pair.pay(session_id)
    await pair.settled()
    assert {await pair.stored(session_id) for session_id in sessions} == {"unpaid"}

    report, found = await reconcile(pair)
    assert (report.outcome, report.sessions, report.differences, report.repaired) == (Outcome.DIFFERENCES, 30, 30, 30)
    assert {(d.kind, d.before, d.after, d.repaired) for d in found} == {(DifferenceKind.STATUS, "unpaid", "paid", True)}
    assert {d.session_id for d in found} == set(sessions)
    assert report.ledger == (LedgerLine("usd", 15_000, 15_000),)
    assert {await pair.stored(session_id) for session_id in sessions} == {"paid"}
    await assert_clean(pair)


async def test_the_history_names_the_reconciliation(pair: Pair) -> None:
    pair.post.loses = lambda event: True
    session_id = await pair.create()
    await pair.pay(session_id)
    _, found = await reconcile(pair)
    payment_id = found[0].payment_id
    assert payment_id is not None
    history = (await pair.services.payments.histories([PaymentId(payment_id)]))[PaymentId(payment_id)]
    assert [line.cause for line in history] == ["api", "reconciliation"]


async def test_every_ending_is_repaired(pair: Pair) -> None:
    pair.post.loses = lambda event: True
    names = ("declined", "processing", "expired", "refunded", "partly", "disputed", "monthly", "async_failed")
    sessions = {name: await pair.create(MONTHLY if name == "monthly" else "price_Starter") for name in names}
    methods = {
        "declined": "pm_card_chargeDeclined",
        "processing": "pm_sandbox_processing",
        "async_failed": "pm_sandbox_processingFails",
        "disputed": "pm_card_createDispute",
    }
    for name in names:
        if name != "expired":
            await pair.pay(sessions[name], methods.get(name, "pm_card_visa"))
    await pair.call("POST", f"/v1/checkout/sessions/{sessions['expired']}/expire")
    await pair.refund(sessions["refunded"])
    await pair.refund(sessions["partly"], 200)
    await pair.settled()

    report, found = await reconcile(pair)
    reported = {(name, d.kind, d.after) for name in names for d in found if d.session_id == sessions[name]}
    assert {entry for entry in reported if entry[0] not in {"processing", "async_failed"}} == {
        ("declined", DifferenceKind.STATUS, "failed"),
        ("expired", DifferenceKind.STATUS, "expired"),
        ("refunded", DifferenceKind.STATUS, "paid"),
        ("partly", DifferenceKind.STATUS, "paid"),
        ("disputed", DifferenceKind.STATUS, "paid, disputed"),
        ("monthly", DifferenceKind.STATUS, "paid"),
    }
    assert Counter(d.repaired for d in found) == {True: report.differences}
    assert all(line.drift_minor == 0 for line in report.ledger)


async def test_more_sessions_than_a_page_are_compared_each_once(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.stripe_api.checkout.PAGE", 10)
    monkeypatch.setattr("gateway.services.reconciliation.pairs.BATCH", 7)
    for _ in range(25):
        await pair.create()
    report = await assert_clean(pair)
    assert report.sessions == 25


async def test_a_payment_older_than_the_window_is_still_found_while_it_is_not_final(pair: Pair) -> None:
    pair.post.loses = lambda event: True
    session_id = await pair.create()
    await pair.pay(session_id)
    await Payment.filter(session_id=session_id).update(created_at=datetime.now(UTC) - timedelta(days=9))
    now = datetime.now(UTC) + timedelta(hours=1)
    report, found = await reconcile(pair, window_start=now, window_end=now)
    assert [(d.kind, d.session_id, d.after) for d in found] == [(DifferenceKind.STATUS, session_id, "paid")]
    assert report.sessions == 1


async def test_a_cancel_that_died_before_stripe_heard_of_it_is_finished(pair: Pair) -> None:
    session_id = await pair.create()
    wish = facts_to_json(Facts(cancel_requested=True))
    await Payment.filter(session_id=session_id).update(facts=wish)
    _, found = await reconcile(pair)
    assert [(d.kind, d.before, d.after) for d in found] == [(DifferenceKind.STATUS, "unpaid", "canceled")]
    assert (await pair.call("GET", f"/v1/checkout/sessions/{session_id}"))["status"] == "expired"
    await assert_clean(pair)


async def test_rows_without_a_session_are_the_completers_for_ten_minutes(pair: Pair) -> None:
    await _row_without_a_session(age=timedelta(minutes=9))
    await assert_clean(pair)
    await Payment.all().delete()
    await _row_without_a_session(age=timedelta(minutes=11))
    _, found = await reconcile(pair)
    assert [(d.kind, d.session_id, d.repaired) for d in found] == [(DifferenceKind.MISSING_THERE, None, False)]


async def test_sessions_stripe_does_not_have_are_reported_and_left_alone(folder: Path) -> None:
    async with running(folder) as pair:
        lost = await pair.create()
        paid = await pair.create()
        await pair.pay(paid)
        await pair.settled()
    async with running(folder) as another_stripe:
        report, found = await reconcile(another_stripe)
        assert {(d.kind, d.session_id, d.before, d.repaired) for d in found} == {
            (DifferenceKind.MISSING_THERE, lost, "unpaid", False),
            (DifferenceKind.MISSING_THERE, paid, "paid", False),
        }
        assert report.ledger == (LedgerLine("usd", 500, 0),)


async def test_a_total_that_our_figures_do_not_explain_is_paid_and_on_the_desk_once(pair: Pair) -> None:
    session_id = await pair.create()
    await Payment.filter(session_id=session_id).update(expected={"usd": 400})
    await pair.pay(session_id)
    await pair.settled()
    for _ in range(2):
        report = await assert_clean(pair)
        assert report.ledger == (LedgerLine("usd", 500, 500),)
    assert await pair.stored(session_id) == "paid"
    (shown,) = (await pair.services.desk.page()).nodes
    assert (shown.kind, shown.detail) == (
        DiscrepancyKind.TOTAL_DIFFERS,
        "Stripe asked for $5.00, expected $4.00",
    )


async def test_a_refund_that_failed_after_all_is_taken_back(pair: Pair) -> None:
    session_id = await pair.create()
    await pair.pay(session_id)
    await pair.settled()
    await pair.refund(session_id)
    await pair.settled()
    pair.post.loses = lambda event: True
    (refund,) = (await pair.call("GET", "/v1/refunds"))["data"]
    await pair.call("POST", f"/_sandbox/refunds/{refund['id']}/fail")
    report, found = await reconcile(pair)
    assert [(d.kind, d.before, d.after, d.repaired) for d in found] == [
        (DifferenceKind.AMOUNT, "nothing kept", "$5.00 kept", True)
    ]
    assert report.ledger == (LedgerLine("usd", 500, 500),)
    await assert_clean(pair)


async def test_a_refund_long_after_the_payment_is_found(pair: Pair) -> None:
    session_id = await pair.create()
    await pair.pay(session_id)
    await pair.settled()
    assert await pair.stored(session_id) == "paid"
    pair.post.loses = lambda event: True
    await pair.refund(session_id, 200)
    await Payment.filter(session_id=session_id).update(created_at=datetime.now(UTC) - timedelta(days=30))
    pair.line.answers["/v1/checkout/sessions"] = {"object": "list", "data": [], "has_more": False}
    report, found = await reconcile(pair)
    assert [(d.kind, d.before, d.after, d.repaired) for d in found] == [
        (DifferenceKind.AMOUNT, "$5.00 kept", "$3.00 kept", True)
    ]
    assert report.ledger == (LedgerLine("usd", 300, 300),)
    await assert_clean(pair)


async def test_watchers_hear_what_reconciliation_learned(pair: Pair) -> None:
    pair.post.loses = lambda event: True
    session_id = await pair.create()
    async with aclosing(pair.services.payments.watch(session_id)) as watched:
        assert (await anext(watched)).status == "unpaid"
        await pair.pay(session_id)
        await reconcile(pair)
        assert (await anext(watched)).status == "paid"


async def _row_without_a_session(*, age: timedelta) -> None:
    created_at = datetime.now(UTC) - age
    await Payment.create(
        id=uuid.uuid4().hex,
        price_id="price_Starter",
        quantity=1,
        expected={"usd": 500},
        currency="usd",
        caller="anonymous",
        details="",
        attempts_seen={},
        answered=[],
        mode="payment",
        livemode=False,
        parameters={},
        request_hash="",
        facts={},
        status="unpaid",
        created_at=created_at,
        updated_at=created_at,
    )
