"""Refunds that operators ask for: once, never more than came, and the same here as at Stripe, whatever broke."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.domain.errors import (
    GatewayError,
    IdempotencyConflict,
    InvalidRequest,
    NotRefundable,
    RefundTooLarge,
    SessionNotFound,
    StripeUnavailable,
)
from gateway.domain.identifiers import PaymentId
from gateway.domain.snapshot import Snapshot
from gateway.domain.states import RefundRequestState
from gateway.models import RefundRequest
from gateway.services.refunds import service
from gateway.services.refunds.requests import RefundReason, Wish
from gateway.services.refunds.service import RefundRequestView
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import kept_minor, violations
from tests.harness.rows import Rows
from tests.harness.stripe_front import REFUND, Fault
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]


async def paid(gateway: BareGateway) -> str:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    return session_id


async def refund(gateway: BareGateway, session_id: str, amount: int | None = None, **wishes: Any) -> Snapshot:
    wish = Wish(session_id, "ann", amount_minor=amount, **wishes)
    return (await gateway.services.refunds.refund(wish)).snapshot


async def asked_for(gateway: BareGateway, session_id: str) -> list[RefundRequestView]:
    view = await gateway.services.operators.payment(session_id)
    assert view is not None
    payment_id = view.snapshot.payment_id
    return (await gateway.services.refunds.of_payments([payment_id]))[payment_id]


async def time_passes(gateway: BareGateway) -> None:
    """So long that the background takes up what is pending."""
    earlier = {"tried_at": datetime.now(UTC) - timedelta(hours=1)}
    pending = RefundRequest.filter(state="pending")
    await gateway.services.database.run(lambda connection: pending.using_db(connection).update(**earlier))


async def refunds_at_stripe(gateway: BareGateway, session_id: str) -> list[int]:
    [session] = [one for one in await gateway.desk.sessions() if one["id"] == session_id]
    return [refund["amount"] for refund in session["refunds"]]


async def assert_agreement(gateway: BareGateway, rows: ReadRows, session_id: str, *amounts: int) -> None:
    """Before and after Stripe's own events came: what is booked is what Stripe has."""
    for _ in range(2):
        found, sessions = await rows(), await gateway.desk.sessions()
        assert violations(found, sessions) == []
        booked = found.booked(found.payment(session_id)["id"])
        assert sorted(amount for kind, amount in booked if kind == "refund") == sorted(-amount for amount in amounts)
        [session] = [one for one in sessions if one["id"] == session_id]
        assert sum(amount for _, amount in booked) == kept_minor(session)
        await gateway.learn_news()


async def test_a_part_and_then_all_that_is_left(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    seen = await refund(gateway, session_id, 200, reason=RefundReason.DUPLICATE)
    assert (seen.status.value, seen.refunded.amount_minor) == ("paid", 200)
    assert (await refund(gateway, session_id)).refunded.amount_minor == 500
    await assert_agreement(gateway, rows, session_id, 200, 300)
    first, second = await asked_for(gateway, session_id)
    assert (first.by, first.reason, first.state, second.amount.amount_minor) == ("ann", "duplicate", "made", 300)
    found = await gateway.services.operators.explain(session_id)
    assert found is not None
    assert [line.cause for line in found.history if line.cause.startswith("refund")] == ["refund by ann"] * 2
    with pytest.raises(NotRefundable):
        await refund(gateway, session_id)


async def test_one_key_refunds_once_and_refuses_another_amount(gateway: BareGateway, rows: ReadRows) -> None:
    session_id, other = await paid(gateway), await paid(gateway)
    for _ in range(3):
        assert (await refund(gateway, session_id, 200, key="ticket-1")).refunded.amount_minor == 200
    together = await asyncio.gather(*(refund(gateway, session_id, 100, key="ticket-2") for _ in range(5)))
    assert {seen.refunded.amount_minor for seen in together} == {300}
    for amount in (100, None, 500):
        with pytest.raises(IdempotencyConflict):
            await refund(gateway, session_id, amount, key="ticket-1")
    await assert_agreement(gateway, rows, session_id, 200, 100)
    assert (await refund(gateway, other, 100, key="ticket-1")).refunded.amount_minor == 100


async def test_two_at_once_never_give_back_more_than_came(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    both = await asyncio.gather(*(refund(gateway, session_id, 300) for _ in range(4)), return_exceptions=True)
    refused = [one for one in both if isinstance(one, GatewayError)]
    assert [type(one) for one in refused] == [RefundTooLarge] * 3
    await assert_agreement(gateway, rows, session_id, 300)


async def test_what_is_pending_at_stripe_counts_against_what_is_left(gateway: BareGateway) -> None:
    session_id = await paid(gateway)
    await gateway.desk.control("pending_refunds", enabled="true")
    assert (await refund(gateway, session_id, 400)).refunded.amount_minor == 0
    with pytest.raises(RefundTooLarge, match=r"\$1\.00"):
        await refund(gateway, session_id, 200)
    await gateway.learn_news()
    with pytest.raises(RefundTooLarge):
        await refund(gateway, session_id, 200)


async def test_a_refund_that_failed_can_be_made_again(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    await refund(gateway, session_id)
    [made] = await asked_for(gateway, session_id)
    await gateway.desk.control(f"refunds/{made.stripe_id}/fail")
    await gateway.learn_news()
    assert (await refund(gateway, session_id)).refunded.amount_minor == 500
    assert violations(await rows(), await gateway.desk.sessions()) == []


async def test_a_refund_from_the_dashboard_that_nobody_reported_yet_is_refused_by_stripe(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await paid(gateway)
    await gateway.desk.refund_charge(session_id, 400)
    with pytest.raises(NotRefundable, match="greater than unrefunded amount"):
        await refund(gateway, session_id, 200)
    [request] = await asked_for(gateway, session_id)
    assert (request.state, bool(request.problem)) == (RefundRequestState.REFUSED, True)
    await gateway.learn_news()
    assert (await refund(gateway, session_id)).refunded.amount_minor == 500
    await assert_agreement(gateway, rows, session_id, 400, 100)


@pytest.mark.parametrize("amount", [0, -1, -500])
async def test_nothing_and_less_are_refused_by_name(gateway: BareGateway, amount: int) -> None:
    session_id = await paid(gateway)
    with pytest.raises(InvalidRequest, match="`amount` must be at least 1"):
        await refund(gateway, session_id, amount)
    with pytest.raises(RefundTooLarge, match=r"\$5\.00"):
        await refund(gateway, session_id, 501)
    assert await asked_for(gateway, session_id) == []


async def test_what_cannot_be_refunded_is_refused_by_its_reason(gateway: BareGateway) -> None:
    unpaid = await gateway.created()
    with pytest.raises(NotRefundable, match="not paid"):
        await refund(gateway, unpaid)
    lost = await paid(gateway)
    dispute = await gateway.desk.dispute(lost)
    await gateway.desk.move_dispute(dispute, status="lost")
    await gateway.learn_news()
    with pytest.raises(NotRefundable, match="dispute"):
        await refund(gateway, lost)
    for unknown in ("cs_test_unknown", "nonsense", ""):
        with pytest.raises(SessionNotFound):
            await refund(gateway, unknown)


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.BREAK_AFTER, Fault.LOSE_REQUEST, Fault.BREAK_BEFORE])
@pytest.mark.parametrize("again", ["by the same key", "in the background"])
async def test_after_a_lost_answer_it_is_made_once(
    gateway: BareGateway, rows: ReadRows, fault: Fault, again: str
) -> None:
    session_id = await paid(gateway)
    gateway.front.next(REFUND, *[fault] * 2)  # The SDK repeats a lost answer once.
    try:
        await refund(gateway, session_id, 200, key="ticket")
    except StripeUnavailable:
        gateway.front.calm()
        if again == "in the background":
            await time_passes(gateway)
            assert await gateway.services.refunds.complete_pending() == 1
        else:
            await refund(gateway, session_id, 200, key="ticket")
    await assert_agreement(gateway, rows, session_id, 200)
    assert [one.state for one in await asked_for(gateway, session_id)] == [RefundRequestState.MADE]


async def test_while_stripe_is_away_it_waits_and_counts(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    gateway.front.away = True
    with pytest.raises(StripeUnavailable):
        await refund(gateway, session_id, 400)
    with pytest.raises(RefundTooLarge, match=r"\$1\.00"):
        await refund(gateway, session_id, 200)
    await time_passes(gateway)
    assert await gateway.services.refunds.complete_pending() == 0
    gateway.front.calm()
    await time_passes(gateway)
    assert await gateway.services.refunds.complete_pending() == 1
    await assert_agreement(gateway, rows, session_id, 400)


async def test_a_process_that_died_between_row_and_call_leaves_a_refund_that_is_made(
    opened: Opener, rows: ReadRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as gateway:
        session_id = await paid(gateway)
        with monkeypatch.context() as dying:
            dying.setattr(service, "failpoint", _die)
            with pytest.raises(KeyboardInterrupt):
                await refund(gateway, session_id, 200)
        assert (await asked_for(gateway, session_id))[0].state is RefundRequestState.PENDING
    async with opened() as gateway:
        await time_passes(gateway)
        assert await gateway.services.refunds.complete_pending() == 1
        await assert_agreement(gateway, rows, session_id, 200)


async def test_a_refund_that_stripe_refuses_in_the_background_is_put_on_the_desk(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await paid(gateway)
    gateway.front.away = True
    with pytest.raises(StripeUnavailable):
        await refund(gateway, session_id, 400)
    gateway.front.calm()
    await gateway.desk.refund_charge(session_id, 500)
    await time_passes(gateway)
    await gateway.services.refunds.complete_pending()
    [request] = await asked_for(gateway, session_id)
    assert request.state is RefundRequestState.REFUSED
    assert (await rows()).on_desk("refund_refused") == [(request.id, "open")]


async def test_what_is_known_by_the_session_alone_is_looked_up_before_it_is_refunded(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    [completed] = [event for event in await gateway.desk.events() if event["type"] == "checkout.session.completed"]
    await gateway.deliver(completed)
    view = await gateway.services.operators.payment(session_id)
    assert view is not None
    assert isinstance(view.snapshot.payment_id, str)
    assert (await refund(gateway, session_id, 100)).refunded.amount_minor == 100
    assert (await gateway.services.refunds.of_payments([PaymentId("0" * 32)]))[PaymentId("0" * 32)] == []


def _die(_: object) -> None:
    raise KeyboardInterrupt
