"""Shop code copies metadata: our marker on an object is a hint where to look, and known ids come before it."""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.domain.errors import StripeUnavailable
from gateway.domain.identifiers import INSTANCE_MARKER, MARKER
from gateway.services.inbox import Receipt
from gateway.services.integrity import invariants
from gateway.services.recording.history import AuditKeys
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows
from tests.harness.stripe_account import PRICE
from tests.harness.stripe_front import CREATE, RETRIEVE, Fault

ReadRows = Callable[[], Awaitable[Rows]]
Event = dict[str, Any]

A_KEY = "a-key-that-nobody-can-guess"
MANY = 205
AT_MOST = MANY
"""Calls to Stripe about copied markers: one an intent, and never again."""


def marked(event: Event, payment_id: str, *, event_id: str | None = None, **changes: Any) -> Event:
    """A copy whose object bears the marker of this payment, with other values in its object."""
    altered = copy.deepcopy(event)
    altered["id"] = event_id or event["id"]
    altered["data"]["object"]["metadata"] = {MARKER: payment_id}
    altered["data"]["object"] |= changes
    return altered


async def news(gateway: BareGateway) -> dict[str, Event]:
    """What happened since the last time, by type."""
    return {event["type"]: event for event in await gateway.desk.events()}


async def session_of_another(gateway: BareGateway, payment_id: str) -> Event:
    """The event of a paid session that bears the marker of this payment and is none of ours."""
    other = await gateway.created()
    await gateway.desk.pay(other)
    completed = (await news(gateway))["checkout.session.completed"]
    ends = completed["data"]["object"]["expires_at"] + 60
    return marked(
        completed,
        payment_id,
        event_id="evt_of_another",
        id="cs_test_ofAnother",
        payment_intent="pi_of_another",
        expires_at=ends,
    )


def not_bought(found: Rows, payment_id: str) -> bool:
    """It has no session and no money."""
    row = next(row for row in found.payments if row["id"] == payment_id)
    return (row["session_id"], row["status"], found.booked(payment_id)) == (None, "unpaid", [])


async def test_a_session_that_only_bears_the_marker_does_not_link_a_row_whose_create_was_refused(
    gateway: BareGateway, rows: ReadRows
) -> None:
    gateway.front.turn_away(CREATE, 403)
    with pytest.raises(StripeUnavailable):
        await gateway.create(idempotency_key=A_KEY)
    gateway.front.calm()
    (row,) = (await rows()).payments
    event = await session_of_another(gateway, row["id"])
    await gateway.deliver(event)
    await gateway.settled()
    found = await rows()
    assert (found.event(event["id"])["state"], found.event(event["id"])["payment_id"]) == ("unmatched", None)
    assert not_bought(found, row["id"])


async def test_it_does_not_link_a_row_whose_create_is_under_way_and_the_genuine_session_does(
    gateway: BareGateway, rows: ReadRows
) -> None:
    gateway.front.next(CREATE, Fault.HOLD)
    creating = asyncio.create_task(gateway.create(idempotency_key=A_KEY))
    await gateway.front.reached()
    genuine = (await gateway.desk.newest_session())["id"]
    (row,) = (await rows()).payments
    await gateway.deliver(await session_of_another(gateway, row["id"]))
    assert not_bought(await rows(), row["id"])
    await gateway.desk.pay(genuine)
    await gateway.deliver((await news(gateway))["checkout.session.completed"])
    early = (await rows()).payment(genuine)
    assert (early["id"], early["status"]) == (row["id"], "paid"), "linked before Stripe has answered the create"
    gateway.front.release()
    assert (await creating).snapshot.session_id == genuine
    found = await rows()
    assert found.event("evt_of_another")["state"] == "unmatched"
    assert found.booked(row["id"]) == [("capture", 500)]
    assert violations(found, await gateway.desk.sessions()) == []


async def test_a_refund_goes_to_the_session_that_names_the_intent(gateway: BareGateway, rows: ReadRows) -> None:
    copied, real = await gateway.created(), await gateway.created()
    found = await rows()
    a, b = found.payment(copied)["id"], found.payment(real)["id"]
    await gateway.desk.pay(real)
    events = await news(gateway)
    await gateway.deliver(events["checkout.session.completed"])
    for name in ("payment_intent.succeeded", "charge.succeeded"):
        await gateway.deliver(marked(events[name], a))
    await gateway.settled()
    await gateway.desk.refund_charge(real)
    await gateway.deliver(marked((await news(gateway))["charge.refunded"], a))
    await gateway.settled()
    found = await rows()
    assert found.booked(b) == [("capture", 500), ("refund", -500)]
    assert (found.booked(a), found.payment(copied)["status"]) == ([], "unpaid")
    assert {event["payment_id"] for event in found.events} == {b}
    assert violations(found, await gateway.desk.sessions()) == []


async def test_an_event_that_a_copied_marker_led_astray_is_applied_where_the_session_names_its_intent(
    gateway: BareGateway, rows: ReadRows
) -> None:
    copied, real = await gateway.created(), await gateway.created()
    found = await rows()
    a, b = found.payment(copied)["id"], found.payment(real)["id"]
    await gateway.desk.pay(real)
    events = await news(gateway)
    charge = marked(events["charge.succeeded"], a)
    await gateway.deliver(charge)
    assert (await rows()).event(charge["id"])["payment_id"] == a
    await gateway.deliver(events["checkout.session.completed"])
    await gateway.settled()
    found = await rows()
    assert (found.event(charge["id"])["state"], found.event(charge["id"])["payment_id"]) == ("applied", b)
    assert list(found.payment(real)["facts"]["charges"]) == [charge["data"]["object"]["id"]]
    assert (found.booked(a), found.booked(b)) == ([], [("capture", 500)])
    assert violations(found, await gateway.desk.sessions()) == []
    report = await invariants.check(gateway.services.database, keys=AuditKeys(), livemode=False)
    assert report.violations == ()


async def test_an_event_of_a_known_session_is_its_own_whatever_marker_it_bears(
    gateway: BareGateway, rows: ReadRows
) -> None:
    copied, real = await gateway.created(), await gateway.created()
    await gateway.desk.pay(real)
    await gateway.deliver(
        marked((await news(gateway))["checkout.session.completed"], (await rows()).payment(copied)["id"])
    )
    found = await rows()
    assert (found.payment(real)["status"], found.payment(copied)["status"]) == ("paid", "unpaid")
    assert found.desk == []


async def test_all_events_that_wait_for_an_id_are_applied_however_many(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    events = await news(gateway)
    charge = copy.deepcopy(events["charge.succeeded"])
    charge["data"]["object"]["metadata"] = {}
    waiting = [f"evt_waiting{number:03}" for number in range(130)]
    for event_id in waiting:
        assert await gateway.deliver(charge | {"id": event_id}) is Receipt.IGNORED
    await gateway.deliver(events["checkout.session.completed"])
    found = await rows()
    applied = {event["id"] for event in found.events if event["state"] == "applied" and event["payment_id"] is not None}
    assert applied == {*waiting, events["checkout.session.completed"]["id"]}
    assert found.booked(found.payment(session_id)["id"]) == [("capture", 500)]


async def test_many_intents_with_one_copied_marker_are_asked_about_once_each_and_no_question_is_left(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await gateway.created()
    other = await gateway.created()
    await gateway.desk.decline(other)
    declined = (await news(gateway))["payment_intent.payment_failed"]
    payment_id = (await rows()).payment(session_id)["id"]
    for number in range(MANY):
        await gateway.deliver(marked(declined, payment_id, event_id=f"evt_{number}", id=f"pi_copied{number}"))
    await gateway.settled()
    asked = gateway.front.calls[RETRIEVE]
    assert 1 <= asked <= AT_MOST
    for _ in range(5):
        await gateway.services.refetcher.run_due()
        await gateway.settled()
    assert gateway.front.calls[RETRIEVE] == asked
    row = (await rows()).payment(session_id)
    assert (row["has_questions"], row["status"]) == (False, "unpaid")
    assert len(row["answered"]) <= AT_MOST


async def test_adopting_leaves_the_session_of_another_installation_alone(gateway: BareGateway, rows: ReadRows) -> None:
    form = {
        "mode": "payment",
        "line_items[0][price]": PRICE,
        "line_items[0][quantity]": "1",
        "success_url": "http://shop.test/",
        f"metadata[{MARKER}]": "0" * 32,
        f"metadata[{INSTANCE_MARKER}]": "a" * 32,
    }
    status, _ = await gateway.desk._post("/v1/checkout/sessions", form)
    assert status == 200
    report = await gateway.services.reconciliation.run(trigger="cli", adopt=True)
    assert (report.outcome, report.passed_over) == ("clean", 1)
    assert ((await rows()).payments, (await rows()).desk) == ([], [])
