"""Questions to Stripe: what an event leaves open is asked once, after the commit, or by the next process."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.services.inbox import Receipt
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows
from tests.harness.stripe_account import fresh_sandbox
from tests.harness.stripe_front import RETRIEVE
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]


async def declined_event(gateway: BareGateway, session_id: str) -> dict[str, Any]:
    """The intent's event of a declined card; it bears our marker, and no session has named the intent."""
    await gateway.desk.decline(session_id)
    events = await gateway.desk.events()
    return next(event for event in events if event["type"] == "payment_intent.payment_failed")


async def test_a_decline_inside_an_open_session_is_failed_after_one_question(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await gateway.created()
    assert await gateway.deliver(await declined_event(gateway, session_id)) is Receipt.STORED
    await gateway.settled()
    row = (await rows()).payment(session_id)
    assert (row["status"], row["is_final"], row["has_questions"]) == ("failed", False, False)
    assert gateway.front.calls[RETRIEVE] == 1
    assert violations(await rows(), await gateway.desk.sessions()) == []


async def test_the_status_stays_unpaid_until_stripe_says_whose_the_intent_is(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await gateway.created()
    event = await declined_event(gateway, session_id)
    gateway.front.away = True
    await gateway.deliver(event)
    await gateway.settled()
    row = (await rows()).payment(session_id)
    assert (row["status"], row["has_questions"]) == ("unpaid", True)


async def test_a_question_is_asked_once_however_often_its_cause_comes(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    event = await declined_event(gateway, session_id)
    for number in range(5):
        await gateway.deliver(event | {"id": f"evt_again{number}"})
        await gateway.settled()
    assert gateway.front.calls[RETRIEVE] == 1
    assert (await rows()).payment(session_id)["status"] == "failed"


async def test_an_intent_that_the_session_does_not_name_is_asked_about_once_and_never_money(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await gateway.created()
    event = await declined_event(gateway, session_id)
    intent = event["data"]["object"]
    foreign = {"id": "pi_foreign", "status": "succeeded", "amount": 100, "amount_received": 100}
    paid = {
        **event,
        "id": "evt_foreign",
        "type": "payment_intent.succeeded",
        "data": {"object": {**intent, **foreign, "last_payment_error": None}},
    }
    await gateway.deliver(paid)
    await gateway.settled()
    found = await rows()
    assert (found.payment(session_id)["status"], found.movements) == ("failed", [])
    assert found.on_desk("foreign_intent") == [("pi_foreign", "open")]
    await gateway.deliver(paid | {"id": "evt_foreign_again"})
    await gateway.settled()
    assert gateway.front.calls[RETRIEVE] == 1
    assert violations(await rows(), await gateway.desk.sessions()) == []


async def test_the_next_process_asks_what_one_that_died_did_not(opened: Opener, rows: ReadRows) -> None:
    async with opened() as gateway:
        session_id = await gateway.created()
        event = await declined_event(gateway, session_id)
        gateway.front.away = True
        await gateway.deliver(event)
        await gateway.settled()
    assert (await rows()).payment(session_id)["has_questions"]
    gateway.front.away = False
    async with opened() as gateway:
        assert await gateway.services.refetcher.run_due() == 1
        assert await gateway.services.refetcher.run_due() == 0
    row = (await rows()).payment(session_id)
    assert (row["status"], row["has_questions"]) == ("failed", False)


async def test_a_session_that_stripe_does_not_have_is_asked_about_once(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    event = await declined_event(gateway, session_id)
    async with fresh_sandbox(gateway.front, gateway.desk.clock, gateway.desk.url):
        await gateway.deliver(event)
        await gateway.settled()
        assert await gateway.services.refetcher.run_due() == 0
    assert not (await rows()).payment(session_id)["has_questions"]


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_natural_expiry_after_a_decline_is_expired_and_not_canceled(
    gateway: BareGateway, rows: ReadRows, backwards: bool
) -> None:
    """Its intent is canceled first; that event alone says nothing about the session."""
    session_id = await gateway.created()
    await gateway.desk.decline(session_id)
    await gateway.learn_news()
    await gateway.desk.expire(session_id)
    await gateway.learn_news(backwards=backwards)
    found = await rows()
    assert found.payment(session_id)["status"] == "expired"
    assert "canceled" not in {line["to_status"] for line in found.changes}
