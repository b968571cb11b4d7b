"""The desk: every kind is opened by its cause, once, and closed by its end or by an operator; none is forgotten."""

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.errors import CheckoutRefused, InvalidRequest, NotFound
from gateway.domain.identifiers import INSTANCE_MARKER, MARKER
from gateway.services.operators.desk import DeskFilter
from gateway.services.running import upkeep
from tests.integration.services.conftest import Opener
from tests.integration.services.oracle import violations
from tests.integration.services.rig import PRICE, House, fresh_sandbox
from tests.integration.services.rows import Row, Rows, execute, rows_of

ReadRows = Callable[[], Awaitable[Rows]]
Event = dict[str, Any]
End = Callable[[], Awaitable[None]]

BY_OPERATOR = None
DUE_NOW = "UPDATE webhook_event SET next_try_at = '2026-01-01 00:00:00+00:00' WHERE next_try_at IS NOT NULL"


@dataclass
class Stage:
    """A house, its database, and the scratch folder with its catalogue."""

    house: House
    database_url: str
    scratch: Path
    opened: Opener

    async def rows(self) -> Rows:
        return await rows_of(self.database_url)

    async def paid(self) -> str:
        session_id = await self.house.created()
        await self.house.desk.pay(session_id)
        await self.house.learn_news()
        return session_id

    async def events(self) -> dict[str, Event]:
        return {event["type"]: event for event in await self.house.desk.events()}

    async def deliver(self, event: Event, **changes: Any) -> None:
        """A copy with an id of its own and other values in its object."""
        altered = copy.deepcopy(event)
        altered["id"] = f"evt_altered{len((await self.rows()).events)}"
        altered["type"] = changes.pop("type", altered["type"])
        altered["data"]["object"] |= changes
        await self.house.deliver(altered)
        await self.house.settled()

    async def elsewhere(self) -> None:
        """A create by another process, in a task of its own since Tortoise remembers a connection by task."""

        async def create() -> None:
            async with self.opened() as other:
                await other.created()

        await asyncio.create_task(create())

    async def reconcile(self) -> None:
        report = await self.house.services.reconciliation.run(trigger="cli")
        assert report.outcome != "failed", report.problem


@pytest.fixture
def stage(house: House, database_url: str, tmp_path: Path, opened: Opener) -> Stage:
    return Stage(house, database_url, tmp_path, opened)


async def total_differs(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    price = await stage.house.desk.price(300)
    await stage.house.desk.control(f"checkout/sessions/{session_id}/cross_sell", price=price)
    await stage.house.desk.pay(session_id)
    await stage.house.learn_news()
    return BY_OPERATOR


async def underpaid(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    await stage.house.desk.pay(session_id)
    events = await stage.events()
    await stage.house.deliver(events["checkout.session.completed"])
    await stage.deliver(events["charge.succeeded"], amount_captured=400)

    async def end() -> None:
        await stage.house.deliver(events["charge.succeeded"])

    return end


async def overpaid(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    await stage.house.desk.pay(session_id)
    events = await stage.events()
    await stage.house.deliver(events["checkout.session.completed"])
    await stage.deliver(events["charge.succeeded"], amount_captured=600)
    return BY_OPERATOR


async def late_money(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    await stage.house.desk.decline(session_id)
    events = await stage.events()
    await stage.house.desk.expire(session_id)
    await stage.house.learn_news()
    paid = {"status": "succeeded", "amount_received": 500, "last_payment_error": None}
    await stage.deliver(events["payment_intent.payment_failed"], type="payment_intent.succeeded", **paid)
    return BY_OPERATOR


async def foreign_intent(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    await stage.house.desk.decline(session_id)
    events = await stage.events()
    await stage.house.learn_news()
    await stage.deliver(events["payment_intent.payment_failed"], id="pi_foreign", last_payment_error=None)
    await stage.house.desk.pay(session_id)
    completed = (await stage.events())["checkout.session.completed"]

    async def end() -> None:
        await stage.deliver(completed, payment_intent="pi_foreign")
        await stage.deliver(completed)

    return end


async def second_session(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    await stage.house.desk.pay(session_id)
    await stage.deliver((await stage.events())["checkout.session.completed"], id="cs_test_other")
    return BY_OPERATOR


async def duplicate_purchase(stage: Stage) -> End | None:
    sessions = [await stage.house.created(client_reference_id="cart") for _ in range(2)]
    for session_id in sessions:
        await stage.house.desk.pay(session_id)
    await stage.house.learn_news()

    async def end() -> None:
        await stage.house.desk.refund_charge(sessions[1])
        await stage.house.learn_news()

    return end


async def refund_failed(stage: Stage) -> End | None:
    session_id = await stage.paid()
    refund_id = await stage.house.desk.refund_charge(session_id)
    await stage.house.desk.control(f"refunds/{refund_id}/fail")
    await stage.house.learn_news()
    return BY_OPERATOR


async def dispute_open(stage: Stage) -> End | None:
    dispute_id = await stage.house.desk.dispute(await stage.paid())
    await stage.house.learn_news()

    async def end() -> None:
        await stage.house.desk.move_dispute(dispute_id, status="won")
        await stage.house.learn_news()

    return end


async def dispute_lost(stage: Stage) -> End | None:
    await stage.house.desk.dispute(await stage.paid(), status="lost")
    await stage.house.learn_news()
    return BY_OPERATOR


async def price_differs(stage: Stage) -> End | None:
    catalogue = stage.scratch / "catalogue.toml"
    right = catalogue.read_text()
    catalogue.write_text(right.replace("unit_amount = 500", "unit_amount = 400"))
    await stage.elsewhere()

    async def end() -> None:
        catalogue.write_text(right)
        await stage.elsewhere()

    return end


async def event_failed(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    facts = json.dumps((await stage.rows()).payment(session_id)["facts"])
    await stage.house.desk.pay(session_id)
    completed = (await stage.events())["checkout.session.completed"]
    await execute(stage.database_url, 'UPDATE payment SET facts = \'{"refunds": {"re_1": "nonsense"}}\'')
    await stage.house.deliver(completed)

    async def end() -> None:
        await execute(stage.database_url, f"UPDATE payment SET facts = '{facts}'")
        assert await stage.house.services.inbox.replay(completed["id"]) is not None

    return end


async def event_unmatched(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    payment_id = (await stage.rows()).payment(session_id)["id"]
    await stage.house.desk.pay(session_id)
    completed = (await stage.events())["checkout.session.completed"]
    await execute(stage.database_url, f"UPDATE payment SET id = '{'0' * 32}', session_id = NULL")
    await stage.house.deliver(completed)
    await stage.house.services.upkeep.watch_inbox()

    async def end() -> None:
        await execute(stage.database_url, f"UPDATE payment SET id = '{payment_id}'")
        await execute(stage.database_url, DUE_NOW)
        assert await stage.house.services.inbox.retry_due() == 1

    return end


async def missing_here(stage: Stage) -> End | None:
    instance = stage.house.services.installation.current.instance
    form = {
        "mode": "payment",
        "line_items[0][price]": PRICE,
        "line_items[0][quantity]": "1",
        "success_url": "http://shop.test/",
        f"metadata[{MARKER}]": "0" * 32,
        f"metadata[{INSTANCE_MARKER}]": instance,
    }
    status, _ = await stage.house.desk._post("/v1/checkout/sessions", form)
    assert status == 200
    await stage.reconcile()

    async def end() -> None:
        await stage.house.services.reconciliation.run(trigger="cli", adopt=True)

    return end


async def missing_there(stage: Stage) -> End | None:
    await stage.house.created()
    front = stage.house.front
    sandbox = front.app
    async with fresh_sandbox(front, stage.house.desk.clock, stage.house.desk.url):
        await stage.reconcile()
    front.app = sandbox
    return stage.reconcile


async def amount(stage: Stage) -> End | None:
    session_id = await stage.paid()
    row = (await stage.rows()).payment(session_id)
    right = json.dumps(row["facts"])
    (intent_id,) = row["facts"]["named_intents"]
    refund = {"state": "succeeded", "amounts": {"usd": 100}, "moved": True, "intent": intent_id}
    wrong = json.dumps(row["facts"] | {"refunds": {"re_invented": refund}})
    await execute(stage.database_url, f"UPDATE payment SET facts = '{wrong}', is_settled = false")
    await stage.reconcile()

    async def end() -> None:
        await execute(stage.database_url, f"UPDATE payment SET facts = '{right}'")
        await stage.reconcile()

    return end


async def complete_and_expired(stage: Stage) -> End | None:
    session_id = await stage.paid()
    completed = next(event for event in stage.house.desk.seen.values() if event["type"].endswith("session.completed"))
    assert completed["data"]["object"]["id"] == session_id
    await stage.deliver(completed, type="checkout.session.expired", status="expired")
    return BY_OPERATOR


async def async_failed_and_canceled(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    await stage.house.desk.pay(session_id, "pm_sandbox_processingFails")
    await stage.house.learn_news()
    await stage.house.desk.settle()
    events = await stage.events()
    await stage.house.deliver(events["checkout.session.async_payment_failed"])
    failed = events["payment_intent.payment_failed"]
    await stage.deliver(failed, type="payment_intent.canceled", status="canceled")
    return BY_OPERATOR


async def unknown_value(stage: Stage) -> End | None:
    session_id = await stage.house.created()
    await stage.house.desk.pay(session_id)
    await stage.deliver((await stage.events())["checkout.session.completed"], payment_status="perhaps")
    return BY_OPERATOR


async def refused_for_good(stage: Stage) -> End | None:
    await stage.house.desk.control("create_refusal", message="No.")
    with pytest.raises(CheckoutRefused):
        await stage.house.create()
    await stage.house.desk.accept_creates()
    return BY_OPERATOR


CAUSES = {
    DiscrepancyKind(cause.__name__): cause
    for cause in (
        *(total_differs, underpaid, overpaid, late_money, foreign_intent, second_session, duplicate_purchase),
        *(refund_failed, dispute_open, dispute_lost, price_differs, event_failed, event_unmatched),
        *(missing_here, missing_there, amount, complete_and_expired, async_failed_and_canceled),
        *(unknown_value, refused_for_good),
    )
}


def test_every_kind_has_its_cause() -> None:
    """A difference of status is always repaired by the run that finds it, so no row of that kind is ever opened."""
    assert set(DiscrepancyKind) - set(CAUSES) == {DiscrepancyKind.STATUS}


async def opened_by(stage: Stage, kind: DiscrepancyKind, monkeypatch: pytest.MonkeyPatch) -> tuple[Row, End | None]:
    monkeypatch.setattr(upkeep, "UNMATCHED_AFTER", timedelta(0))
    end = await CAUSES[kind](stage)
    (row,) = [row for row in (await stage.rows()).desk if row["kind"] == kind.value and row["state"] != "resolved"]
    return row, end


@pytest.mark.parametrize("kind", CAUSES)
async def test_a_kind_is_opened_by_its_cause_and_closed_by_its_end_or_by_an_operator(
    stage: Stage, kind: DiscrepancyKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, end = await opened_by(stage, kind, monkeypatch)
    assert row["detail"]
    if end is not None:
        await end()
    else:
        await stage.house.services.desk.acknowledge(row["id"], by="jo")
        await stage.house.services.desk.resolve(row["id"], by="jo", note="talked to the buyer")
    found = await stage.rows()
    (now,) = [one for one in found.desk if one["id"] == row["id"]]
    assert (now["state"], now["closed_by_itself"]) == ("resolved", end is not None)
    steps = [(step["from_state"], step["to_state"]) for step in found.desk_steps if step["discrepancy_id"] == row["id"]]
    between = [] if end is not None else [("open", "acknowledged")]
    last = "open" if end is not None else "acknowledged"
    assert steps == [(None, "open"), *between, (last, "resolved")]


ELSEWHERE = {DiscrepancyKind.PRICE_DIFFERS, DiscrepancyKind.MISSING_THERE, DiscrepancyKind.EVENT_FAILED}
"""Seen by another process, gone once Stripe is whole again, or of facts that reconciliation could not read."""


@pytest.mark.parametrize("kind", [kind for kind in CAUSES if kind not in ELSEWHERE])
async def test_twenty_reconciliations_double_none(
    stage: Stage, kind: DiscrepancyKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = await opened_by(stage, kind, monkeypatch)
    before = _steps_of(await stage.rows(), row)
    for _ in range(20):
        await stage.reconcile()
    found = await stage.rows()
    same = [one for one in found.desk if (one["kind"], one["subject"]) == (row["kind"], row["subject"])]
    assert [one["id"] for one in same] == [row["id"]]
    if same[0]["state"] == "open":
        assert _steps_of(found, row) == before


def _steps_of(rows: Rows, row: Row) -> list[Row]:
    return [step for step in rows.desk_steps if step["discrepancy_id"] == row["id"]]


async def test_none_is_lost_after_sixty_days(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await dispute_open(stage)
    await refund_failed(stage)
    await total_differs(stage)
    long_ago = "2026-01-01 00:00:00+00:00"
    await execute(
        stage.database_url,
        f"UPDATE payment SET created_at = '{long_ago}', updated_at = '{long_ago}'",
    )
    await execute(stage.database_url, f"UPDATE discrepancy SET opened_at = '{long_ago}', last_seen_at = '{long_ago}'")
    kinds = ["dispute_open", "refund_failed", "total_differs"]
    await stage.house.services.upkeep.prune()
    await stage.reconcile()
    assert (await stage.rows()).open_kinds() == kinds
    page = await stage.house.services.desk.page(DeskFilter(unresolved=True))
    assert sorted(view.kind.value for view in page.nodes) == kinds
    assert await stage.house.services.desk.open_counts() == dict.fromkeys(kinds, 1)


async def test_a_dispute_that_ends_sixty_days_later_closes_its_row(stage: Stage) -> None:
    """Nobody reported its end; reconciliation looks at whatever is not settled, however old."""
    session_id = await stage.paid()
    dispute_id = await stage.house.desk.dispute(session_id)
    await stage.house.learn_news()
    await execute(stage.database_url, "UPDATE payment SET created_at = '2026-01-01 00:00:00+00:00'")
    await stage.house.desk.move_dispute(dispute_id, status="won")
    await stage.reconcile()
    assert (await stage.rows()).open_kinds() == []


async def test_a_resolved_one_opens_again_only_with_another_detail(stage: Stage) -> None:
    session_id = await stage.paid()
    await stage.house.desk.dispute(session_id)
    events = await stage.events()
    created = events["charge.dispute.created"]
    await stage.house.deliver(created)
    (row,) = (await stage.rows()).desk
    await stage.house.services.desk.resolve(row["id"], by="jo", note="evidence sent")
    await stage.deliver(created)
    await stage.reconcile()
    assert (await stage.rows()).open_kinds() == []
    assert violations(await stage.rows(), await stage.house.desk.sessions()) == []
    await stage.deliver(events["charge.dispute.funds_withdrawn"], amount=700)
    found = await stage.rows()
    assert found.open_kinds() == ["dispute_open"]
    steps = [(step["to_state"], step["by"]) for step in found.desk_steps]
    assert steps == [("open", "itself"), ("resolved", "jo"), ("open", "itself")]


async def test_one_that_closed_by_itself_opens_again_with_the_same_detail(stage: Stage) -> None:
    session_id = await stage.paid()
    price = await duplicate_purchase(stage)
    assert price is not None
    await price()
    assert "duplicate_purchase" not in (await stage.rows()).open_kinds()
    (refund_id,) = [
        refund["id"]
        for session in await stage.house.desk.sessions()
        if session["id"] != session_id
        for refund in session["payment_intent"]["refunds"]
    ]
    await stage.house.desk.control(f"refunds/{refund_id}/fail")
    await stage.house.learn_news()
    assert "duplicate_purchase" in (await stage.rows()).open_kinds()


async def test_an_operators_steps_need_a_row_and_a_note(stage: Stage) -> None:
    await dispute_open(stage)
    (row,) = (await stage.rows()).desk
    desk = stage.house.services.desk
    with pytest.raises(InvalidRequest, match="note"):
        await desk.resolve(row["id"], by="jo", note=" ")
    with pytest.raises(InvalidRequest, match="note"):
        await desk.acknowledge(row["id"], by="jo", note="n" * 2001)
    for unknown in ("", "zzz", "0" * 32, row["id"] + "0"):
        with pytest.raises(NotFound):
            await desk.find(unknown)
    assert (await desk.find(row["id"][:8])).id == row["id"]
    assert (await desk.acknowledge(row["id"], by="jo")).state == "acknowledged"
    assert (await desk.acknowledge(row["id"], by="kim")).changes[-1].by == "jo"
    assert (await desk.resolve(row["id"], by="kim", note="done")).changes[-1].note == "done"
    assert (await desk.resolve(row["id"], by="jo", note="again")).changes[-1].note == "done"
