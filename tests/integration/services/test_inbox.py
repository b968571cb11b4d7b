"""The inbox: verified, stored once, applied in the same transaction, and looked at again where that may help."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.domain.errors import InvalidRequest, InvalidSignature
from gateway.domain.identifiers import MARKER
from gateway.services.inbox import Receipt
from gateway.telemetry.metrics import LIVEMODE_MISMATCH
from tests.harness.bare_gateway import BareGateway, signed
from tests.harness.oracle import violations
from tests.harness.rows import Rows, execute, stalled
from tests.harness.stripe_front import CREATE, Fault

ReadRows = Callable[[], Awaitable[Rows]]

DUE_NOW = "UPDATE webhook_event SET next_try_at = '2026-01-01 00:00:00+00:00' WHERE next_try_at IS NOT NULL"


async def paid_events(gateway: BareGateway) -> tuple[str, list[dict[str, Any]]]:
    """A session that was paid at Stripe, and its events, not delivered yet."""
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    return session_id, await gateway.desk.events()


async def test_a_second_delivery_of_an_event_changes_nothing(gateway: BareGateway, rows: ReadRows) -> None:
    _, events = await paid_events(gateway)
    first = [await gateway.deliver(event) for event in events]
    await gateway.settled()
    before = await rows()
    again = [await gateway.deliver(event) for event in events]
    assert first == [Receipt.IGNORED] + [Receipt.STORED] * (len(events) - 1)
    assert set(again) == {Receipt.DUPLICATE}
    assert await rows() == before


async def test_events_delivered_backwards_end_in_the_same_status(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    await gateway.desk.decline(session_id)
    await gateway.desk.pay(session_id)
    await gateway.desk.refund(session_id, 200)
    await gateway.deliver_news(backwards=True)
    found = await rows()
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert (snapshot.status.value, snapshot.refunded.amount_minor) == ("paid", 200)
    assert violations(found, await gateway.desk.sessions()) == []


async def test_the_same_fact_reported_by_other_events_is_one_change(gateway: BareGateway, rows: ReadRows) -> None:
    _, events = await paid_events(gateway)
    for event in events:
        await gateway.deliver(event)
    found = await rows()
    steps = [(line["from_status"], line["to_status"]) for line in found.history(found.payments[0]["id"])]
    assert steps.count(("unpaid", "paid")) + steps.count(("processing", "paid")) == 1
    assert steps[-1][1] == "paid"
    assert len(steps) <= 3


async def test_a_webhook_that_comes_before_the_answer_to_create_is_applied(
    gateway: BareGateway, rows: ReadRows
) -> None:
    gateway.front.next(CREATE, Fault.HOLD)
    creating = asyncio.create_task(gateway.create(idempotency_key="a-key-that-nobody-can-guess"))
    await gateway.front.reached()
    session_id = (await gateway.desk.sessions())[0]["id"]
    await gateway.desk.pay(session_id)
    assert set(await gateway.deliver_news()) == {Receipt.STORED, Receipt.IGNORED}
    assert (await rows()).payment(session_id)["status"] == "paid"
    gateway.front.release()
    created = await creating
    assert (created.snapshot.session_id, created.snapshot.status.value) == (session_id, "paid")
    assert created.url
    assert violations(await rows(), await gateway.desk.sessions()) == []


async def test_an_event_without_our_marker_waits_until_a_session_reveals_its_intent(
    gateway: BareGateway, rows: ReadRows
) -> None:
    """Refunds and disputes name only the intent; here they come first."""
    session_id = await gateway.created()
    await gateway.desk.pay(session_id, "pm_card_createDispute")
    await gateway.desk.refund(session_id, 150)
    events = await gateway.desk.events()
    early = [event for event in events if MARKER not in (event["data"]["object"].get("metadata") or {})]
    assert {event["data"]["object"]["object"] for event in early} == {"refund", "dispute"}
    assert {await gateway.deliver(event) for event in early} == {Receipt.IGNORED}
    for event in events:
        await gateway.deliver(event)
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert (snapshot.refunded.amount_minor, snapshot.visible.disputed) == (150, True)
    found = await rows()
    assert {found.event(event["id"])["state"] for event in early} == {"applied"}


async def test_an_intent_revealed_by_a_read_finds_its_early_events(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id, "pm_card_createDispute")
    for event in await gateway.desk.events():
        if event["type"] == "charge.dispute.created":
            assert await gateway.deliver(event) is Receipt.IGNORED
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert snapshot.visible.disputed


async def test_an_early_event_stored_while_its_intent_is_revealed_is_not_forgotten(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    """Neither transaction sees the other's row: the dispute finds no intent, the reveal finds no dispute."""
    session_id = await gateway.created()
    await gateway.desk.pay(session_id, "pm_card_createDispute")
    events = {event["type"]: event for event in await gateway.desk.events()}
    dispute, completed = events["charge.dispute.created"], events["checkout.session.completed"]
    hold = (
        "INSERT INTO webhook_event (id, type, created_at, received_at, livemode, body, state, tries) "
        f"VALUES ('{dispute['id']}', '', now(), now(), false, '', 'ignored', 1)"
    )
    async with stalled(database_url, hold):
        early = asyncio.create_task(gateway.deliver(dispute))
        await asyncio.wait({early}, timeout=0.3)
        revealing = asyncio.create_task(gateway.deliver(completed))
        await asyncio.wait({revealing}, timeout=0.5)
    await asyncio.gather(early, revealing)
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert snapshot.visible.disputed
    assert (await rows()).event(dispute["id"])["state"] == "applied"


async def test_an_unmatched_event_is_parked_and_applied_when_its_row_is_there(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    session_id, events = await paid_events(gateway)
    payment_id = (await rows()).payments[0]["id"]
    await execute(database_url, f"UPDATE payment SET id = '{'0' * 32}', session_id = NULL WHERE id = '{payment_id}'")
    completed = next(event for event in events if event["type"] == "checkout.session.completed")
    assert await gateway.deliver(completed) is Receipt.STORED
    assert (await rows()).event(completed["id"])["state"] == "unmatched"
    assert await gateway.services.inbox.retry_due() == 0
    await execute(database_url, f"UPDATE payment SET id = '{payment_id}'")
    await execute(database_url, DUE_NOW)
    assert await gateway.services.inbox.retry_due() == 1
    row = (await rows()).payment(session_id)
    assert (row["status"], (await rows()).event(completed["id"])["state"]) == ("paid", "applied")


async def test_an_event_that_cannot_be_applied_is_kept_and_tried_again(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    session_id, events = await paid_events(gateway)
    good = '{"attempts": {}}'
    await execute(database_url, 'UPDATE payment SET facts = \'{"refunds": {"re_1": ["nonsense", 1]}}\'')
    completed = next(event for event in events if event["type"] == "checkout.session.completed")
    assert await gateway.deliver(completed) is Receipt.STORED
    event = (await rows()).event(completed["id"])
    assert (event["state"], event["tries"]) == ("failed", 1)
    await execute(database_url, DUE_NOW)
    assert await gateway.services.inbox.retry_due() == 0
    assert (await rows()).event(completed["id"])["tries"] == 2
    await execute(database_url, f"UPDATE payment SET facts = '{good}'")
    await execute(database_url, DUE_NOW)
    assert await gateway.services.inbox.retry_due() == 1
    assert (await rows()).payment(session_id)["status"] == "paid"
    assert await gateway.deliver(completed) is Receipt.DUPLICATE


async def test_text_that_a_database_cannot_hold_does_not_make_stripe_come_for_ever(
    gateway: BareGateway, rows: ReadRows
) -> None:
    """PostgreSQL stores no NUL: the event is kept all the same, or it would be answered 503 until Stripe gives up."""
    session_id = await gateway.created()
    await gateway.desk.decline(session_id)
    failed = next(event for event in await gateway.desk.events() if event["type"] == "payment_intent.payment_failed")
    failed["data"]["object"]["last_payment_error"]["message"] = "a\x00b"
    assert await gateway.deliver(failed) is Receipt.STORED
    assert (await rows()).event(failed["id"])["state"] in {"applied", "failed"}


async def test_an_event_of_the_other_mode_is_kept_ignored_and_counted(gateway: BareGateway, rows: ReadRows) -> None:
    session_id, events = await paid_events(gateway)
    before = LIVEMODE_MISMATCH._value.get()
    live = next(event for event in events if event["type"] == "checkout.session.completed") | {"livemode": True}
    assert await gateway.deliver(live) is Receipt.IGNORED
    assert LIVEMODE_MISMATCH._value.get() == before + 1
    assert (await rows()).payment(session_id)["status"] == "unpaid"


async def test_a_second_session_with_our_marker_changes_nothing_and_is_on_the_desk(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id, events = await paid_events(gateway)
    completed = next(event for event in events if event["type"] == "checkout.session.completed")
    completed["id"], completed["data"]["object"]["id"] = "evt_other", "cs_test_other"
    assert await gateway.deliver(completed) is Receipt.STORED
    found = await rows()
    assert found.on_desk("second_session") == [("cs_test_other", "open")]
    assert found.payment(session_id)["status"] == "unpaid"


async def test_an_event_of_an_unknown_type_is_kept_as_ignored(gateway: BareGateway, rows: ReadRows) -> None:
    event = {"id": "evt_1", "object": "event", "type": "coffee.brewed", "created": 1, "livemode": False, "data": {}}
    assert await gateway.deliver(event) is Receipt.IGNORED
    assert (await rows()).event("evt_1")["state"] == "ignored"


@pytest.mark.parametrize("damage", ["body", "secret", "late", "early", "none", "junk", "not ascii"])
async def test_what_is_not_proven_to_be_stripes_is_refused_and_not_stored(
    gateway: BareGateway, rows: ReadRows, damage: str
) -> None:
    _, events = await paid_events(gateway)
    body, signature = signed(events[0], "whsec_other") if damage == "secret" else signed(events[0])
    given: str | None = {
        "late": signature.replace("t=", "t=1", 1),
        "early": signature.replace("t=1", "t=", 1),
        "none": None,
        "junk": "v1=" + "0" * 64,
        "not ascii": "t=1,v1=ö",
    }.get(damage, signature)
    with pytest.raises(InvalidSignature):
        await gateway.services.inbox.receive(body + b" " if damage == "body" else body, given)
    assert (await rows()).events == []


@pytest.mark.parametrize("payload", [{}, {"object": "event"}, {"object": "event", "id": "evt_1", "type": "x"}])
async def test_a_signed_body_that_is_no_event_is_refused(gateway: BareGateway, payload: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        await gateway.deliver(payload)
