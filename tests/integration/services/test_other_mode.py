"""A row of the other mode, carried over from an older database: for operators alone, and no violation."""

import pytest

from gateway.domain.errors import SessionNotFound
from gateway.services.integrity import invariants
from gateway.services.recording.history import AuditKeys
from tests.integration.services.rig import House
from tests.integration.services.rows import execute

BEFORE_THE_INSTALLATION = "UPDATE payment SET livemode = true, created_at = '2026-01-01 00:00:00+00:00'"


@pytest.fixture
async def carried_over(house: House, database_url: str) -> str:
    """The id of a session whose row is of live mode; the house is in test mode."""
    session_id = await house.created()
    await execute(database_url, BEFORE_THE_INSTALLATION)
    return session_id


async def test_readers_do_not_find_it(house: House, carried_over: str) -> None:
    assert await house.services.payments.read(carried_over) is None
    assert await house.services.payments.wait(carried_over, seconds=0) is None


async def test_watchers_do_not_find_it(house: House, carried_over: str) -> None:
    with pytest.raises(SessionNotFound):
        await anext(house.services.payments.watch(carried_over))


async def test_it_cannot_be_canceled(house: House, carried_over: str) -> None:
    with pytest.raises(SessionNotFound):
        await house.services.checkout.cancel(carried_over)
    assert (await house.desk.session(carried_over))["status"] == "open"


async def test_operators_see_it(house: House, carried_over: str) -> None:
    view = await house.services.operators.payment(carried_over)
    assert view is not None
    assert await house.services.operators.explain(carried_over) is not None
    page = await house.services.operators.payments()
    assert [edge.node.snapshot.session_id for edge in page.edges] == [carried_over]


@pytest.mark.usefixtures("carried_over")
async def test_the_invariants_hold_with_rows_from_before_the_installation(house: House) -> None:
    report = await invariants.check(house.services.database, keys=AuditKeys(), livemode=False)
    assert report.violations == ()


async def test_a_row_of_the_other_mode_made_after_the_installation_is_a_violation(
    house: House, database_url: str
) -> None:
    await house.created()
    await execute(database_url, "UPDATE payment SET livemode = true")
    report = await invariants.check(house.services.database, keys=AuditKeys(), livemode=False)
    assert report.counts == {"I19": 1}
