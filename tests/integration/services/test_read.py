"""Reading: Stripe is asked while a payment is not final, once a second, and never for a stranger's guess."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.snapshot import Snapshot
from gateway.domain.status import Status
from tests.integration.services.rig import House
from tests.integration.services.rows import Rows
from tests.integration.services.stripe_front import RETRIEVE, Fault

ReadRows = Callable[[], Awaitable[Rows]]


async def read(house: House, session_id: str) -> Snapshot:
    snapshot = await house.services.payments.read(session_id)
    assert snapshot is not None
    return snapshot


async def test_a_buyer_who_returns_before_the_webhook_reads_paid(house: House, rows: ReadRows) -> None:
    session_id = await house.created()
    await house.desk.pay(session_id)
    assert (await read(house, session_id)).status is Status.PAID
    history = (await rows()).changes
    assert [line["cause"] for line in history] == ["api", "retrieve"]
    await house.deliver_news()
    assert (await rows()).changes == history


async def test_a_hundred_reads_at_once_cost_one_call(house: House) -> None:
    session_id = await house.created()
    await asyncio.gather(*(read(house, session_id) for _ in range(100)))
    await read(house, session_id)
    assert house.front.calls[RETRIEVE] == 1


async def test_an_answer_older_than_a_second_is_asked_for_again(house: House) -> None:
    session_id = await house.created()
    await read(house, session_id)
    async with asyncio.timeout(5):
        while house.front.calls[RETRIEVE] < 2:
            await read(house, session_id)
            await asyncio.sleep(0.05)


async def test_a_final_payment_is_read_without_stripe(house: House) -> None:
    session_id = await house.created()
    await house.desk.pay(session_id)
    await house.learn_news()
    before = house.front.calls[RETRIEVE]
    assert (await read(house, session_id)).status is Status.PAID
    assert house.front.calls[RETRIEVE] == before


@pytest.mark.parametrize("session_id", ["cs_test_unknown", "cs_live_unknown", "", "cs_test_\x00", "x" * 5000])
async def test_unknown_and_malformed_ids_are_answered_alike_without_a_call(house: House, session_id: str) -> None:
    assert await house.services.payments.read(session_id) is None
    assert await house.services.payments.wait(session_id, seconds=5) is None
    assert not house.front.calls


async def test_a_session_of_somebody_else_on_the_account_is_unknown(house: House) -> None:
    status, session = await house.desk._post(
        "/v1/checkout/sessions",
        {
            "mode": "payment",
            "line_items[0][price]": "price_starter",
            "line_items[0][quantity]": "1",
            "success_url": "http://x.test",
        },
    )
    assert status == 200
    assert await house.services.payments.read(session["id"]) is None
    assert house.front.calls[RETRIEVE] == 0


async def test_with_stripe_silent_the_last_known_answer_comes_within_a_second(house: House) -> None:
    session_id = await house.created()
    house.front.next(RETRIEVE, Fault.SILENCE)
    async with asyncio.timeout(1.5):
        assert (await read(house, session_id)).status is Status.UNPAID


async def test_three_silent_calls_open_the_breaker_and_reads_answer_at_once(house: House) -> None:
    sessions = [await house.created() for _ in range(4)]
    house.front.next(RETRIEVE, *[Fault.SILENCE] * 4)
    await asyncio.gather(*(read(house, session_id) for session_id in sessions[:3]))
    async with asyncio.timeout(0.3):
        assert (await read(house, sessions[3])).status is Status.UNPAID


async def test_with_stripe_away_a_read_still_answers(house: House) -> None:
    session_id = await house.created()
    house.front.away = True
    assert (await read(house, session_id)).status is Status.UNPAID


async def test_a_long_poll_answers_when_the_status_changes(house: House) -> None:
    session_id = await house.created()
    await read(house, session_id)
    waiting = asyncio.create_task(house.services.payments.wait(session_id, seconds=10))
    await house.desk.pay(session_id)
    await house.deliver_news()
    snapshot = await waiting
    assert snapshot is not None
    assert snapshot.status is Status.PAID


async def test_a_long_poll_that_knows_an_older_status_answers_at_once(house: House) -> None:
    session_id = await house.created()
    async with asyncio.timeout(2):
        snapshot = await house.services.payments.wait(session_id, seconds=30, status="processing")
    assert snapshot is not None
    assert snapshot.status is Status.UNPAID


async def test_a_long_poll_ends_with_the_last_known_answer(house: House) -> None:
    session_id = await house.created()
    snapshot = await house.services.payments.wait(session_id, seconds=0.05)
    assert snapshot is not None
    assert snapshot.status is Status.UNPAID
