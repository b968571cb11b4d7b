"""A row of the other mode, carried over from an older database: for operators alone, and no violation."""

import pytest

from gateway.domain.errors import SessionNotFound
from gateway.services.integrity import invariants
from gateway.services.recording.history import AuditKeys
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import execute

BEFORE_THE_INSTALLATION = "UPDATE payment SET livemode = true, created_at = '2026-01-01 00:00:00+00:00'"


@pytest.fixture
async def carried_over(gateway: BareGateway, database_url: str) -> str:
    """The id of a session whose row is of live mode; the gateway is in test mode."""
    session_id = await gateway.created()
    await execute(database_url, BEFORE_THE_INSTALLATION)
    return session_id


async def test_readers_do_not_find_it(gateway: BareGateway, carried_over: str) -> None:
    assert await gateway.services.payments.read(carried_over) is None
    assert await gateway.services.payments.wait(carried_over, seconds=0) is None


async def test_watchers_do_not_find_it(gateway: BareGateway, carried_over: str) -> None:
    with pytest.raises(SessionNotFound):
        await anext(gateway.services.payments.watch(carried_over))


async def test_it_cannot_be_canceled(gateway: BareGateway, carried_over: str) -> None:
    with pytest.raises(SessionNotFound):
        await gateway.services.checkout.cancel(carried_over)
    assert (await gateway.desk.session(carried_over))["status"] == "open"


async def test_operators_see_it(gateway: BareGateway, carried_over: str) -> None:
    view = await gateway.services.operators.payment(carried_over)
    assert view is not None
    assert await gateway.services.operators.explain(carried_over) is not None
    page = await gateway.services.operators.payments()
    assert [edge.node.snapshot.session_id for edge in page.edges] == [carried_over]


@pytest.mark.usefixtures("carried_over")
async def test_the_invariants_hold_with_rows_from_before_the_installation(gateway: BareGateway) -> None:
    report = await invariants.check(gateway.services.database, keys=AuditKeys(), livemode=False)
    assert report.violations == ()


async def test_a_row_of_the_other_mode_made_after_the_installation_is_a_violation(
    gateway: BareGateway, database_url: str
) -> None:
    await gateway.created()
    await execute(database_url, "UPDATE payment SET livemode = true")
    report = await invariants.check(gateway.services.database, keys=AuditKeys(), livemode=False)
    assert report.counts == {"I19": 1}
