"""A session that only bears our marker links nothing, and rows of the other mode are left alone in the background."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.errors import StripeUnavailable
from gateway.domain.identifiers import MARKER
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows, execute
from tests.harness.stripe_account import PRICE
from tests.harness.stripe_front import CREATE, LIST, RETRIEVE, Fault
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]
CARRIED_OVER = "UPDATE payment SET livemode = true, created_at = '2026-01-01 00:00:00+00:00'"


async def paid_session_that_only_bears_the_marker(gateway: BareGateway, payment_id: str) -> str:
    form = {
        "mode": "payment",
        "line_items[0][price]": PRICE,
        "line_items[0][quantity]": "1",
        "success_url": "http://shop.test/",
        f"metadata[{MARKER}]": payment_id,
    }
    status, session = await gateway.desk._post("/v1/checkout/sessions", form)
    assert status == 200, session
    await gateway.desk.pay(session["id"])
    return str(session["id"])


async def still_creating(gateway: BareGateway, rows: ReadRows, minutes: int) -> str:
    """A row whose create is answered 403, so old."""
    gateway.front.turn_away(CREATE, 403)
    with pytest.raises(StripeUnavailable):
        await gateway.create(idempotency_key="a-key-that-nobody-can-guess")
    await aged(gateway, minutes)
    (row,) = (await rows()).payments
    return str(row["id"])


async def aged(gateway: BareGateway, minutes: int) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat(sep=" ")
    await execute(gateway.settings.database_url, f"UPDATE payment SET created_at = '{at}'")


async def test_reconciliation_does_not_link_a_session_that_only_bears_the_marker(
    gateway: BareGateway, rows: ReadRows
) -> None:
    payment_id = await still_creating(gateway, rows, 20)
    await paid_session_that_only_bears_the_marker(gateway, payment_id)
    await gateway.services.reconciliation.run(trigger="cli")
    (row,) = (await rows()).payments
    assert (row["session_id"], row["status"]) == (None, "unpaid")


async def test_the_completer_does_not_link_a_session_that_only_bears_the_marker(
    gateway: BareGateway, rows: ReadRows
) -> None:
    payment_id = await still_creating(gateway, rows, 5)
    gateway.front.calm()
    other = await paid_session_that_only_bears_the_marker(gateway, payment_id)
    gateway.front.next(CREATE, Fault.BREAK_BEFORE)
    await gateway.services.completer.complete_abandoned()
    (row,) = (await rows()).payments
    assert row["session_id"] != other


async def test_a_lost_answer_is_not_forgotten_when_a_later_try_and_the_list_are_turned_away(
    gateway: BareGateway, rows: ReadRows
) -> None:
    gateway.front.next(CREATE, Fault.LOSE_ANSWER)
    with pytest.raises(StripeUnavailable):
        await gateway.create()
    await aged(gateway, 5)
    gateway.front.turn_away(CREATE, 429)
    gateway.front.turn_away(LIST, 429)
    await gateway.services.completer.complete_abandoned()
    assert len(await gateway.desk.sessions()) == 1
    assert (await rows()).payments[0]["creation"] == "creating"


async def test_the_completer_leaves_a_row_of_the_other_mode_alone(gateway: BareGateway, rows: ReadRows) -> None:
    await still_creating(gateway, rows, 5)
    await execute(gateway.settings.database_url, CARRIED_OVER)
    gateway.front.calm()
    gateway.front.calls.clear()
    await gateway.services.completer.complete_abandoned()
    assert gateway.front.calls[CREATE] == 0


async def test_nobody_asks_with_our_key_about_a_row_of_the_other_mode(opened: Opener, database_url: str) -> None:
    async with opened() as gateway:
        session_id = await gateway.created()
        await gateway.desk.decline(session_id)
        gateway.front.turn_away(RETRIEVE, 403)
        await gateway.learn_news()
        gateway.front.calm()
    await execute(database_url, CARRIED_OVER)
    async with opened() as gateway:
        gateway.front.calls.clear()
        await gateway.services.refetcher.run_due()
        assert gateway.front.calls[RETRIEVE] == 0


async def test_a_session_of_the_other_mode_does_not_keep_a_key_unproven(opened: Opener, database_url: str) -> None:
    async with opened(stripe_api_key="rk_test_bench") as gateway:
        await gateway.created()
        other = await gateway.created()
        await execute(
            database_url,
            f"UPDATE payment SET livemode = true, session_id = 'cs_live_x' WHERE session_id = '{other}'",
        )
        assert await gateway.services.installation.prove() == 1
