"""Reading: Stripe is asked while a payment is not final, once a second, and never for a anonymous caller's guess."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows
from tests.harness.stripe_front import RETRIEVE, Fault

ReadRows = Callable[[], Awaitable[Rows]]


async def read(gateway: BareGateway, session_id: str) -> Snapshot:
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    return snapshot


async def test_a_buyer_who_returns_before_the_webhook_reads_paid(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    assert (await read(gateway, session_id)).status is Status.PAID
    history = (await rows()).changes
    assert [line["cause"] for line in history] == ["api", "retrieve"]
    await gateway.deliver_news()
    assert (await rows()).changes == history


async def test_a_hundred_reads_at_once_cost_one_call(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await asyncio.gather(*(read(gateway, session_id) for _ in range(100)))
    await read(gateway, session_id)
    assert gateway.front.calls[RETRIEVE] == 1


async def test_an_answer_older_than_a_second_is_asked_for_again(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await read(gateway, session_id)
    async with asyncio.timeout(5):
        while gateway.front.calls[RETRIEVE] < 2:
            await read(gateway, session_id)
            await asyncio.sleep(0.05)


async def test_a_final_payment_is_read_without_stripe(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    before = gateway.front.calls[RETRIEVE]
    assert (await read(gateway, session_id)).status is Status.PAID
    assert gateway.front.calls[RETRIEVE] == before


@pytest.mark.parametrize("session_id", ["cs_test_unknown", "cs_live_unknown", "", "cs_test_\x00", "x" * 5000])
async def test_unknown_and_malformed_ids_are_answered_alike_without_a_call(
    gateway: BareGateway, session_id: str
) -> None:
    assert await gateway.services.payments.read(session_id) is None
    assert await gateway.services.payments.wait(session_id, seconds=5) is None
    assert not gateway.front.calls


async def test_a_session_of_somebody_else_on_the_account_is_unknown(gateway: BareGateway) -> None:
    status, session = await gateway.desk._post(
        "/v1/checkout/sessions",
        {
            "mode": "payment",
            "line_items[0][price]": "price_starter",
            "line_items[0][quantity]": "1",
            "success_url": "http://x.test",
        },
    )
    assert status == 200
    assert await gateway.services.payments.read(session["id"]) is None
    assert gateway.front.calls[RETRIEVE] == 0


async def test_with_stripe_silent_the_last_known_answer_comes_within_a_second(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    gateway.front.next(RETRIEVE, Fault.SILENCE)
    async with asyncio.timeout(1.5):
        assert (await read(gateway, session_id)).status is Status.UNPAID


async def test_three_silent_calls_open_the_breaker_and_reads_answer_at_once(gateway: BareGateway) -> None:
    sessions = [await gateway.created() for _ in range(4)]
    gateway.front.next(RETRIEVE, *[Fault.SILENCE] * 4)
    await asyncio.gather(*(read(gateway, session_id) for session_id in sessions[:3]))
    async with asyncio.timeout(0.3):
        assert (await read(gateway, sessions[3])).status is Status.UNPAID


async def test_with_stripe_away_a_read_still_answers(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    gateway.front.away = True
    assert (await read(gateway, session_id)).status is Status.UNPAID


async def test_a_long_poll_answers_when_the_status_changes(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await read(gateway, session_id)
    waiting = asyncio.create_task(gateway.services.payments.wait(session_id, seconds=10))
    await gateway.desk.pay(session_id)
    await gateway.deliver_news()
    snapshot = await waiting
    assert snapshot is not None
    assert snapshot.status is Status.PAID


async def test_a_long_poll_that_knows_an_older_status_answers_at_once(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    async with asyncio.timeout(2):
        snapshot = await gateway.services.payments.wait(session_id, seconds=30, status="processing")
    assert snapshot is not None
    assert snapshot.status is Status.UNPAID


async def test_a_long_poll_ends_with_the_last_known_answer(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    snapshot = await gateway.services.payments.wait(session_id, seconds=0.05)
    assert snapshot is not None
    assert snapshot.status is Status.UNPAID
