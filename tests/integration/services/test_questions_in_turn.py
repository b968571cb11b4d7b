"""What Stripe fails to answer is asked again, and starves nobody: events of an unproven account, creates, retrieves."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.domain.errors import StripeUnavailable
from gateway.services.checkout import completion
from gateway.services.inbox import Receipt
from gateway.services.payments import refetch
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows, execute
from tests.harness.stripe_front import CREATE, RETRIEVE
from tests.integration.services.answers import Answer, Call, answering
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]
Event = dict[str, Any]

A_KEY = "a-key-that-nobody-can-guess"
DUE_NOW = "UPDATE webhook_event SET next_try_at = '2026-01-01 00:00:00+00:00' WHERE next_try_at IS NOT NULL"
LONG_AGO = "UPDATE payment SET created_at = '2026-11-01 00:00:00+00:00'"
FORBIDDEN: Answer = (403, {"error": {"type": "invalid_request_error", "message": "The key may not do that."}})


async def test_an_event_of_an_unproven_account_is_not_lost_when_stripe_fails_to_answer(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    account = (await gateway.desk._get("/v1/account", {}))["id"]
    completed = next(event for event in await gateway.desk.events() if event["type"] == "checkout.session.completed")
    gateway.front.turn_away(RETRIEVE, 500)
    await gateway.deliver(completed | {"account": account})
    await gateway.settled()
    gateway.front.calm()
    found = await rows()
    assert (found.payment(session_id)["status"], found.event(completed["id"])["state"]) == ("unpaid", "unmatched")
    assert await gateway.services.installation.prove() == 1
    await execute(database_url, DUE_NOW)
    assert await gateway.services.inbox.retry_due() == 1
    assert await gateway.services.inbox.retry_due() == 0
    found = await rows()
    assert (found.payment(session_id)["status"], found.event(completed["id"])["state"]) == ("paid", "applied")
    assert found.changes[-1]["cause"] == f"webhook {completed['id']}"
    assert found.booked(found.payment(session_id)["id"]) == [("capture", 500)]
    assert violations(found, await gateway.desk.sessions()) == []


async def test_it_is_asked_about_again_while_the_account_is_not_proven(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    completed = next(event for event in await gateway.desk.events() if event["type"] == "checkout.session.completed")
    gateway.front.turn_away(RETRIEVE, 500)
    assert await gateway.deliver(completed | {"account": "acct_somebody"}) is Receipt.STORED
    await gateway.settled()
    gateway.front.calm()
    await execute(database_url, DUE_NOW)
    await gateway.services.inbox.retry_due()
    await gateway.settled()
    found = await rows()
    assert (found.payment(session_id)["status"], found.changes[-1]["cause"]) == ("paid", "retrieve")


async def test_the_completer_takes_rows_by_their_last_try(
    gateway: BareGateway, rows: ReadRows, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More rows fail than a round takes; the one that the first round left is the first of the second."""
    monkeypatch.setattr(completion, "BATCH", 3)
    gateway.front.turn_away(CREATE, 403)
    for number in range(4):
        with pytest.raises(StripeUnavailable):
            await gateway.create(idempotency_key=f"{A_KEY}{number}")
    await execute(database_url, LONG_AGO)
    gateway.front.calm()
    tried: list[str] = []

    def forbidden(call: Call) -> Answer | None:
        if call.path == "/v1/checkout/sessions":
            tried.append(call.idempotency_key)
        return FORBIDDEN

    with answering(gateway.front, "POST", "/v1/checkout/sessions", forbidden):
        for _ in range(2):
            assert await gateway.services.completer.complete_abandoned() == 0
    assert len(tried) == 6
    assert tried[3] not in tried[:3]
    assert tried[4:] == tried[:2]
    assert await gateway.services.completer.complete_abandoned() == 3
    assert await gateway.services.completer.complete_abandoned() == 1
    assert {row["creation"] for row in (await rows()).payments} == {"linked"}


async def test_a_round_of_questions_reaches_the_row_behind_those_that_stripe_does_not_answer(
    opened: Opener, rows: ReadRows, database_url: str
) -> None:
    """Sixty rows cannot be asked about, more than one round takes; the next one is answered in the second round."""
    async with opened() as gateway:
        sessions = [await gateway.created() for _ in range(61)]
        gateway.front.turn_away(RETRIEVE, 403)
        for session_id in sessions:
            await gateway.desk.decline(session_id)
        for event in await gateway.desk.events():
            if event["type"] == "payment_intent.payment_failed":
                await gateway.deliver(event)
        await gateway.settled()
        gateway.front.calm()
    healthy = sessions[-1]
    await execute(database_url, "UPDATE payment SET retrieved_at = '2026-01-01 00:00:00+00:00'")
    await execute(
        database_url, f"UPDATE payment SET retrieved_at = '2026-02-01 00:00:00+00:00' WHERE session_id = '{healthy}'"
    )
    assert all(row["has_questions"] for row in (await rows()).payments)
    assert len(sessions) - 1 > refetch.BATCH

    def forbidden(call: Call) -> Answer | None:
        return None if call.path.endswith(healthy) else FORBIDDEN

    async with opened() as gateway:
        with answering(gateway.front, "GET", "/v1/checkout/sessions/", forbidden):
            assert [await gateway.services.refetcher.run_due() for _ in range(2)] == [0, 1]
    row = (await rows()).payment(healthy)
    assert (row["status"], row["has_questions"]) == ("failed", False)
