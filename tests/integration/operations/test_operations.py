"""Lists, filters and cursors, explanations and replays, as GraphQL and the commands will use them."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.discrepancies import DiscrepancyKind
from gateway.domain.errors import InvalidRequest
from gateway.domain.identifiers import PriceId
from gateway.domain.states import EventState
from gateway.domain.status import Status
from gateway.services.operators.service import EventFilter, OperationsService, PaymentFilter

from .conftest import Sample

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def operations(sample: Sample) -> OperationsService:
    return sample.pair.services.operators


async def test_pages_go_newest_first_without_gap_or_repetition(sample: Sample, operations: OperationsService) -> None:
    seen, after = [], None
    for more in (True, True, False):
        page = await operations.payments(first=1, after=after)
        assert page.has_next is more
        seen += [view.snapshot.session_id for view in page.nodes]
        after = page.end_cursor
    assert seen == [sample.open, sample.refunded, sample.paid]
    assert (await operations.payments(first=1, after=after)).nodes == ()


async def test_events_page_too(operations: OperationsService) -> None:
    whole = [view.id for view in (await operations.events(first=200)).nodes]
    paged, after = [], None
    while True:
        page = await operations.events(first=3, after=after)
        paged += [view.id for view in page.nodes]
        after = page.end_cursor
        if not page.has_next:
            break
    assert paged == whole
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("cursor", ["", "nonsense", "é", "MjAyNi0wMS0wMSxw", "A" * 5000, "LA"])
async def test_a_foreign_cursor_is_refused(operations: OperationsService, cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        await operations.payments(after=cursor)


@pytest.mark.parametrize("first", [0, -1, 201])
async def test_pages_are_bounded(operations: OperationsService, first: int) -> None:
    with pytest.raises(InvalidRequest):
        await operations.events(first=first)


async def test_payments_are_filtered(sample: Sample, operations: OperationsService) -> None:
    now = datetime.now(UTC)
    expected = {
        PaymentFilter(status=Status.UNPAID): [sample.open],
        PaymentFilter(status=Status.PAID, client_reference_id="order-one"): [sample.paid],
        PaymentFilter(discrepancy=DiscrepancyKind.LATE_MONEY): [],
        PaymentFilter(price_id=PriceId("price_other")): [],
        PaymentFilter(created_from=now): [],
        PaymentFilter(created_from=now - timedelta(hours=1), created_to=now, client_reference_id="order-two"): [
            sample.refunded
        ],
    }
    for where, sessions in expected.items():
        assert [view.snapshot.session_id for view in (await operations.payments(where)).nodes] == sessions


async def test_events_are_filtered(sample: Sample, operations: OperationsService) -> None:
    reported = await operations.explain(sample.refunded)
    assert reported is not None
    mine = EventFilter(
        payment_id=reported.payment.snapshot.payment_id, type="charge.refunded", state=EventState.APPLIED
    )
    (event,) = (await operations.events(mine)).nodes
    assert event.id in {one.id for one in reported.events}
    assert (await operations.events(EventFilter(state=EventState.FAILED))).nodes == ()


async def test_an_explanation_has_facts_rule_history_and_events(sample: Sample, operations: OperationsService) -> None:
    reported = await operations.explain(sample.paid)
    assert reported is not None
    assert (reported.rule.number, reported.rule.name) == ("1", "money received")
    assert reported.facts["session_paid"] is True
    assert [(movement.kind.value, movement.amount.amount_minor) for movement in reported.movements] == [
        ("capture", 500)
    ]
    assert sorted(attempt.state.name for _, attempt in reported.attempts) == ["FAILED", "SUCCEEDED"]
    steps = [line.to_status for line in reported.history]
    assert list(dict.fromkeys(steps)) == [Status.UNPAID, Status.FAILED, Status.PAID]
    assert "charge.failed" in {event.type for event in reported.events}
    assert reported.retrieved_at is not None


@pytest.mark.parametrize("session_id", ["cs_test_unknown", "nonsense", "", "cs_test_\x00"])
async def test_an_unknown_session_is_none(operations: OperationsService, session_id: str) -> None:
    assert await operations.payment(session_id) is None
    assert await operations.explain(session_id) is None


async def test_a_replay_changes_nothing_and_can_be_repeated(sample: Sample, operations: OperationsService) -> None:
    before = await operations.explain(sample.paid)
    assert before is not None
    for event in before.events:
        replayed = await operations.replay(event.id)
        assert replayed is not None
        assert (replayed.changed, replayed.event.state, replayed.event.tries) == (False, event.state, event.tries + 1)
    after = await operations.explain(sample.paid)
    assert after is not None
    assert (after.history, after.facts) == (before.history, before.facts)
    assert await operations.replay("evt_unknown") is None


async def test_a_replay_applies_what_was_not_applied(sample: Sample, operations: OperationsService) -> None:
    """An event whose handler once failed, as a bug would leave it."""
    reported = await operations.explain(sample.paid)
    assert reported is not None
    event_id = reported.events[0].id
    with closing(sqlite3.connect(sample.path)) as database:
        database.execute("UPDATE webhook_event SET state = 'failed', payment_id = NULL WHERE id = ?", (event_id,))
        database.commit()
    assert await operations.unsettled() == [event_id]
    replayed = await operations.replay(event_id)
    assert replayed is not None
    assert replayed.event.state is EventState.APPLIED
    assert replayed.event.payment_id == reported.payment.snapshot.payment_id
    assert await operations.unsettled() == []
