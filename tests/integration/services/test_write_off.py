"""Writing off: an operator ends a payment that waits for money that will never come. Late money still makes it paid."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.errors import InvalidRequest, SessionNotFound
from gateway.domain.status import Status
from tests.harness.bare_gateway import BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows

ReadRows = Callable[[], Awaitable[Rows]]


async def waiting(gateway: BareGateway, method: str = "pm_sandbox_processing") -> str:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id, method)
    await gateway.learn_news()
    return session_id


async def test_a_complete_payment_that_is_not_final_becomes_failed(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await waiting(gateway)
    snapshot = await gateway.services.checkout.write_off(session_id, by="jo", note="the bank went bankrupt")
    assert (snapshot.status, snapshot.is_final) == (Status.FAILED, True)
    found = await rows()
    assert found.changes[-1]["cause"] == "written off by jo: the bank went bankrupt"
    assert violations(found, await gateway.desk.sessions()) == []


async def test_late_money_still_makes_it_paid_and_is_on_the_desk(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await waiting(gateway)
    await gateway.services.checkout.write_off(session_id, by="jo", note="too long")
    await gateway.desk.settle()
    await gateway.learn_news()
    found = await rows()
    row = found.payment(session_id)
    assert (row["status"], found.on_desk("late_money")) == ("paid", [(row["id"], "open")])
    assert found.booked(row["id"]) == [("capture", 500)]
    assert violations(found, await gateway.desk.sessions()) == []


async def test_an_open_session_is_expired_first(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    snapshot = await gateway.services.checkout.write_off(session_id, by="jo", note="given up")
    assert (snapshot.status, snapshot.is_final) == (Status.EXPIRED, True)
    assert (await gateway.desk.session(session_id))["status"] == "expired"


async def test_one_that_was_paid_meanwhile_is_paid(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    assert (await gateway.services.checkout.write_off(session_id, by="jo", note="given up")).status is Status.PAID


@pytest.mark.parametrize("end", ["paid", "expired", "failed"])
async def test_what_has_ended_is_refused(gateway: BareGateway, rows: ReadRows, end: str) -> None:
    session_id = await gateway.created()
    if end == "expired":
        await gateway.desk.expire(session_id)
    else:
        await gateway.desk.pay(session_id, "pm_card_visa" if end == "paid" else "pm_sandbox_processingFails")
        await gateway.desk.settle()
    await gateway.learn_news()
    before = await rows()
    with pytest.raises(InvalidRequest):
        await gateway.services.checkout.write_off(session_id, by="jo", note="given up")
    assert await rows() == before


@pytest.mark.parametrize("note", ["", "  "])
async def test_a_note_is_required(gateway: BareGateway, note: str) -> None:
    session_id = await waiting(gateway)
    with pytest.raises(InvalidRequest, match="note"):
        await gateway.services.checkout.write_off(session_id, by="jo", note=note)


async def test_an_unknown_session_is_not_found(gateway: BareGateway) -> None:
    with pytest.raises(SessionNotFound):
        await gateway.services.checkout.write_off("cs_test_unknown", by="jo", note="why")
