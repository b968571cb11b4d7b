"""Questions to Stripe: what an event leaves open is asked once, after the commit, or by the next process."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.services.inbox import Receipt
from tests.integration.services.conftest import Opener
from tests.integration.services.oracle import violations
from tests.integration.services.rig import House, fresh_sandbox
from tests.integration.services.rows import Rows
from tests.integration.services.stripe_front import RETRIEVE

ReadRows = Callable[[], Awaitable[Rows]]


async def declined_event(house: House, session_id: str) -> dict[str, Any]:
    """The intent's event of a declined card; it bears our marker, and no session has named the intent."""
    await house.desk.decline(session_id)
    events = await house.desk.events()
    return next(event for event in events if event["type"] == "payment_intent.payment_failed")


async def test_a_decline_inside_an_open_session_is_failed_after_one_question(house: House, rows: ReadRows) -> None:
    session_id = await house.created()
    assert await house.deliver(await declined_event(house, session_id)) is Receipt.STORED
    await house.settled()
    row = (await rows()).payment(session_id)
    assert (row["status"], row["is_final"], row["has_questions"]) == ("failed", False, False)
    assert house.front.calls[RETRIEVE] == 1
    assert violations(await rows(), await house.desk.sessions()) == []


async def test_the_status_stays_unpaid_until_stripe_says_whose_the_intent_is(house: House, rows: ReadRows) -> None:
    session_id = await house.created()
    event = await declined_event(house, session_id)
    house.front.away = True
    await house.deliver(event)
    await house.settled()
    row = (await rows()).payment(session_id)
    assert (row["status"], row["has_questions"]) == ("unpaid", True)


async def test_a_question_is_asked_once_however_often_its_cause_comes(house: House, rows: ReadRows) -> None:
    session_id = await house.created()
    event = await declined_event(house, session_id)
    for number in range(5):
        await house.deliver(event | {"id": f"evt_again{number}"})
        await house.settled()
    assert house.front.calls[RETRIEVE] == 1
    assert (await rows()).payment(session_id)["status"] == "failed"


async def test_an_intent_that_the_session_does_not_name_is_asked_about_once_and_never_money(
    house: House, rows: ReadRows
) -> None:
    session_id = await house.created()
    event = await declined_event(house, session_id)
    intent = event["data"]["object"]
    foreign = {"id": "pi_foreign", "status": "succeeded", "amount": 100, "amount_received": 100}
    paid = {
        **event,
        "id": "evt_foreign",
        "type": "payment_intent.succeeded",
        "data": {"object": {**intent, **foreign, "last_payment_error": None}},
    }
    await house.deliver(paid)
    await house.settled()
    found = await rows()
    assert (found.payment(session_id)["status"], found.movements) == ("failed", [])
    assert found.on_desk("foreign_intent") == [("pi_foreign", "open")]
    await house.deliver(paid | {"id": "evt_foreign_again"})
    await house.settled()
    assert house.front.calls[RETRIEVE] == 1
    assert violations(await rows(), await house.desk.sessions()) == []


async def test_the_next_process_asks_what_one_that_died_did_not(opened: Opener, rows: ReadRows) -> None:
    async with opened() as house:
        session_id = await house.created()
        event = await declined_event(house, session_id)
        house.front.away = True
        await house.deliver(event)
        await house.settled()
    assert (await rows()).payment(session_id)["has_questions"]
    house.front.away = False
    async with opened() as house:
        assert await house.services.refetcher.run_due() == 1
        assert await house.services.refetcher.run_due() == 0
    row = (await rows()).payment(session_id)
    assert (row["status"], row["has_questions"]) == ("failed", False)


async def test_a_session_that_stripe_does_not_have_is_asked_about_once(house: House, rows: ReadRows) -> None:
    session_id = await house.created()
    event = await declined_event(house, session_id)
    async with fresh_sandbox(house.front, house.desk.clock, house.desk.url):
        await house.deliver(event)
        await house.settled()
        assert await house.services.refetcher.run_due() == 0
    assert not (await rows()).payment(session_id)["has_questions"]


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_natural_expiry_after_a_decline_is_expired_and_not_canceled(
    house: House, rows: ReadRows, backwards: bool
) -> None:
    """Its intent is canceled first; that event alone says nothing about the session."""
    session_id = await house.created()
    await house.desk.decline(session_id)
    await house.learn_news()
    await house.desk.expire(session_id)
    await house.learn_news(backwards=backwards)
    found = await rows()
    assert found.payment(session_id)["status"] == "expired"
    assert "canceled" not in {line["to_status"] for line in found.changes}
