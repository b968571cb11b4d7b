"""A session that only bears our marker links nothing, and rows of the other mode are left alone in the background."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.errors import StripeUnavailable
from gateway.domain.identifiers import MARKER
from tests.integration.services.conftest import Opener
from tests.integration.services.rig import PRICE, House
from tests.integration.services.rows import Rows, execute
from tests.integration.services.stripe_front import CREATE, LIST, RETRIEVE, Fault

ReadRows = Callable[[], Awaitable[Rows]]
CARRIED_OVER = "UPDATE payment SET livemode = true, created_at = '2026-01-01 00:00:00+00:00'"


async def paid_session_that_only_bears_the_marker(house: House, payment_id: str) -> str:
    form = {
        "mode": "payment",
        "line_items[0][price]": PRICE,
        "line_items[0][quantity]": "1",
        "success_url": "http://shop.test/",
        f"metadata[{MARKER}]": payment_id,
    }
    status, session = await house.desk._post("/v1/checkout/sessions", form)
    assert status == 200, session
    await house.desk.pay(session["id"])
    return str(session["id"])


async def still_creating(house: House, rows: ReadRows, minutes: int) -> str:
    """A row whose create is answered 403, so old."""
    house.front.turn_away(CREATE, 403)
    with pytest.raises(StripeUnavailable):
        await house.create(idempotency_key="a-key-that-nobody-can-guess")
    await aged(house, minutes)
    (row,) = (await rows()).payments
    return str(row["id"])


async def aged(house: House, minutes: int) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat(sep=" ")
    await execute(house.settings.database_url, f"UPDATE payment SET created_at = '{at}'")


async def test_reconciliation_does_not_link_a_session_that_only_bears_the_marker(house: House, rows: ReadRows) -> None:
    payment_id = await still_creating(house, rows, 20)
    await paid_session_that_only_bears_the_marker(house, payment_id)
    await house.services.reconciliation.run(trigger="cli")
    (row,) = (await rows()).payments
    assert (row["session_id"], row["status"]) == (None, "unpaid")


async def test_the_completer_does_not_link_a_session_that_only_bears_the_marker(house: House, rows: ReadRows) -> None:
    payment_id = await still_creating(house, rows, 5)
    house.front.calm()
    other = await paid_session_that_only_bears_the_marker(house, payment_id)
    house.front.next(CREATE, Fault.BREAK_BEFORE)
    await house.services.completer.complete_abandoned()
    (row,) = (await rows()).payments
    assert row["session_id"] != other


async def test_a_lost_answer_is_not_forgotten_when_a_later_try_and_the_list_are_turned_away(
    house: House, rows: ReadRows
) -> None:
    house.front.next(CREATE, Fault.LOSE_ANSWER)
    with pytest.raises(StripeUnavailable):
        await house.create()
    await aged(house, 5)
    house.front.turn_away(CREATE, 429)
    house.front.turn_away(LIST, 429)
    await house.services.completer.complete_abandoned()
    assert len(await house.desk.sessions()) == 1
    assert (await rows()).payments[0]["creation"] == "creating"


async def test_the_completer_leaves_a_row_of_the_other_mode_alone(house: House, rows: ReadRows) -> None:
    await still_creating(house, rows, 5)
    await execute(house.settings.database_url, CARRIED_OVER)
    house.front.calm()
    house.front.calls.clear()
    await house.services.completer.complete_abandoned()
    assert house.front.calls[CREATE] == 0


async def test_nobody_asks_with_our_key_about_a_row_of_the_other_mode(opened: Opener, database_url: str) -> None:
    async with opened() as house:
        session_id = await house.created()
        await house.desk.decline(session_id)
        house.front.turn_away(RETRIEVE, 403)
        await house.learn_news()
        house.front.calm()
    await execute(database_url, CARRIED_OVER)
    async with opened() as house:
        house.front.calls.clear()
        await house.services.refetcher.run_due()
        assert house.front.calls[RETRIEVE] == 0


async def test_a_session_of_the_other_mode_does_not_keep_a_key_unproven(opened: Opener, database_url: str) -> None:
    async with opened(stripe_api_key="rk_test_bench") as house:
        await house.created()
        other = await house.created()
        await execute(
            database_url,
            f"UPDATE payment SET livemode = true, session_id = 'cs_live_x' WHERE session_id = '{other}'",
        )
        assert await house.services.installation.prove() == 1
