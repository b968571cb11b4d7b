"""Disputes by their id, through every end state: what is shown, what the desk says, and how money moves."""

from collections.abc import Awaitable, Callable

import pytest

from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import is_disputed, kept_minor, violations
from tests.harness.rows import Rows

ReadRows = Callable[[], Awaitable[Rows]]

Ending = tuple[tuple[str, ...], bool, list[str], list[tuple[str, int]]]
"""The states it goes through, whether it then counts as disputed, the open kinds, and what is booked."""
ENDINGS: list[Ending] = [
    (("warning_needs_response",), True, ["dispute_open"], []),
    (("warning_needs_response", "warning_under_review"), True, ["dispute_open"], []),
    (("warning_needs_response", "warning_under_review", "warning_closed"), False, [], []),
    (("needs_response",), True, ["dispute_open"], [("dispute", -500)]),
    (("needs_response", "under_review"), True, ["dispute_open"], [("dispute", -500)]),
    (("needs_response", "prevented"), False, [], [("dispute", -500), ("dispute_reversed", 500)]),
    (("needs_response", "under_review", "won"), False, [], [("dispute", -500), ("dispute_reversed", 500)]),
    (("needs_response", "under_review", "lost"), True, ["dispute_lost"], [("dispute", -500)]),
    (("warning_needs_response", "needs_response", "lost"), True, ["dispute_lost"], [("dispute", -500)]),
    (("lost",), True, ["dispute_lost"], [("dispute", -500)]),
]


async def paid(gateway: BareGateway) -> str:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    return session_id


async def assert_agreement(gateway: BareGateway, rows: ReadRows, session_id: str) -> None:
    found, sessions = await rows(), await gateway.desk.sessions()
    assert violations(found, sessions) == []
    (session,) = [session for session in sessions if session["id"] == session_id]
    row = found.payment(session_id)
    assert sum(amount for _, amount in found.booked(row["id"])) == kept_minor(session)
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert snapshot.visible.disputed == is_disputed(session)
    assert snapshot.status.value == "paid"


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: " ".join(ending[0]))
async def test_a_dispute_is_followed_to_every_state(
    gateway: BareGateway, rows: ReadRows, ending: Ending, backwards: bool
) -> None:
    path, disputed, kinds, booked = ending
    session_id = await paid(gateway)
    dispute_id = await gateway.desk.dispute(session_id, status=path[0])
    for state in path[1:]:
        await gateway.desk.move_dispute(dispute_id, status=state)
    await gateway.learn_news(backwards=backwards)
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert snapshot.visible.disputed is disputed
    found = await rows()
    assert found.open_kinds() == kinds
    assert sorted(move for move in found.booked(snapshot.payment_id) if move[0] != "capture") == sorted(booked)
    await assert_agreement(gateway, rows, session_id)


async def test_the_desk_closes_by_itself_when_a_dispute_is_won(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    dispute_id = await gateway.desk.dispute(session_id)
    await gateway.learn_news()
    assert (await rows()).on_desk("dispute_open") == [(dispute_id, "open")]
    await gateway.desk.move_dispute(dispute_id, status="won")
    await gateway.learn_news()
    found = await rows()
    assert found.on_desk("dispute_open") == [(dispute_id, "resolved")]
    (row,) = [row for row in found.desk if row["kind"] == "dispute_open"]
    assert row["closed_by_itself"]
    assert [step["to_state"] for step in found.desk_steps] == ["open", "resolved"]
    assert {step["by"] for step in found.desk_steps} == {"itself"}


async def test_an_open_dispute_names_its_deadline_and_reason(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    await gateway.desk.dispute(session_id, reason="product_not_received", amount="400")
    await gateway.learn_news()
    (row,) = (await rows()).desk
    assert row["detail"].startswith("$4.00 disputed (product_not_received), answer by 20")


async def test_a_part_of_the_money_may_return_without_a_win(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    dispute_id = await gateway.desk.dispute(session_id)
    await gateway.desk.move_dispute(dispute_id, funds="reinstated", funds_amount="120")
    await gateway.learn_news(backwards=True)
    found = await rows()
    booked = found.booked(found.payment(session_id)["id"])
    assert [move for move in booked if move[0].startswith("dispute")] == [("dispute", -500), ("dispute_reversed", 120)]
    await assert_agreement(gateway, rows, session_id)


async def test_an_inquiry_is_shown_and_is_never_money(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await paid(gateway)
    await gateway.desk.dispute(session_id, status="warning_needs_response")
    await gateway.learn_news()
    found = await rows()
    assert found.booked(found.payment(session_id)["id"]) == [("capture", 500)]
    assert not found.payment(session_id)["is_settled"]


async def test_two_different_closed_states_are_asked_about_and_the_answer_decides(
    gateway: BareGateway, rows: ReadRows
) -> None:
    """Events of both come; which is the newest only Stripe can say."""
    session_id = await paid(gateway)
    dispute_id = await gateway.desk.dispute(session_id)
    await gateway.desk.move_dispute(dispute_id, status="lost")
    await gateway.desk.move_dispute(dispute_id, status="won", funds="none")
    await gateway.learn_news()
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert not snapshot.visible.disputed
    assert (await rows()).open_kinds() == []
    await assert_agreement(gateway, rows, session_id)


async def test_a_lost_dispute_whose_events_never_came_is_found_by_reconciliation(
    gateway: BareGateway, rows: ReadRows
) -> None:
    session_id = await paid(gateway)
    dispute_id = await gateway.desk.dispute(session_id)
    await gateway.learn_news()
    await gateway.desk.move_dispute(dispute_id, status="lost")
    assert (await gateway.services.reconciliation.run(trigger="cli")).outcome == "clean"
    assert (await rows()).open_kinds() == ["dispute_lost"]
    await assert_agreement(gateway, rows, session_id)


@pytest.mark.parametrize(
    "path",
    [
        ("warning_closed", "warning_needs_response"),
        ("needs_response", "won", "under_review"),
        ("needs_response", "prevented", "needs_response"),
    ],
    ids=" ".join,
)
async def test_a_dispute_that_opens_again_without_money_is_right_after_a_comparison(
    gateway: BareGateway, rows: ReadRows, path: tuple[str, ...]
) -> None:
    """Events in any order do not show which state is newer; Stripe's answer does."""
    session_id = await paid(gateway)
    dispute_id = await gateway.desk.dispute(session_id, status=path[0])
    for state in path[1:]:
        await gateway.desk.move_dispute(dispute_id, status=state)
    await gateway.learn_news()
    await gateway.services.reconciliation.run(trigger="cli")
    await assert_agreement(gateway, rows, session_id)
    assert (await rows()).open_kinds() == ["dispute_open"]
