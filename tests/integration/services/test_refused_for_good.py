"""When Stripe says no: twice in one call, then the row is closed and frees what it held. Other faults close nothing."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.callers import SIGNED
from gateway.domain.errors import CheckoutRefused, StripeUnavailable
from tests.integration.services.rig import House
from tests.integration.services.rows import Rows, execute
from tests.integration.services.stripe_front import CREATE

ReadRows = Callable[[], Awaitable[Rows]]

A_KEY = "a-key-that-nobody-can-guess"
MESSAGE = "In order to use Checkout, you must set an account name."
LONG_AGO = "UPDATE payment SET created_at = '2026-11-01 00:00:00+00:00'"


@pytest.mark.parametrize("status", ["400", "402", "404"])
async def test_refused_twice_in_one_call_it_is_closed_and_on_the_desk(
    house: House, rows: ReadRows, status: str
) -> None:
    await house.desk.control("create_refusal", status=status, message=MESSAGE)
    with pytest.raises(CheckoutRefused):
        await house.create(idempotency_key=A_KEY)
    assert house.front.calls[CREATE] == 2
    found = await rows()
    (payment,) = found.payments
    assert (payment["creation"], payment["refusal"], payment["open_key"]) == ("refused", "checkout_refused", None)
    (row,) = found.desk
    assert (row["kind"], row["subject"], row["state"]) == ("refused_for_good", payment["id"], "open")
    assert MESSAGE in row["detail"]
    assert found.keys == []


async def test_a_refusal_is_never_remembered_by_key_or_by_purchase(house: House, rows: ReadRows) -> None:
    await house.desk.control("create_refusal", message=MESSAGE)
    for _ in range(2):
        with pytest.raises(CheckoutRefused):
            await house.create(idempotency_key=A_KEY, client_reference_id="cart", caller=SIGNED)
    await house.desk.accept_creates()
    created = await house.create(idempotency_key=A_KEY, client_reference_id="cart", caller=SIGNED)
    assert not created.reused
    found = await rows()
    assert sorted(payment["creation"] for payment in found.payments) == ["linked", "refused", "refused"]
    assert len(found.on_desk("refused_for_good")) == 2


async def test_the_second_try_may_pass(house: House, rows: ReadRows) -> None:
    """Fresh parameters: the first may have been refused for a life that had become too short."""
    await house.desk.control("create_refusal", message=MESSAGE)
    accept = house.desk.accept_creates
    original = house.front.app
    assert original is not None
    seen = 0

    async def once(scope: object, receive: object, send: object) -> None:
        nonlocal seen
        await original(scope, receive, send)  # type: ignore[arg-type]
        if scope["method"] == "POST" and scope["path"] == "/v1/checkout/sessions":  # type: ignore[index]
            seen += 1
            if seen == 1:
                await accept()

    house.front.app = once
    created = await house.create(idempotency_key=A_KEY)
    assert house.front.calls[CREATE] == 2
    found = await rows()
    assert found.payment(created.snapshot.session_id)["attempt"] == 2
    assert found.open_kinds() == []


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_not_allowed_closes_no_row(house: House, rows: ReadRows, status: int) -> None:
    house.front.turn_away(CREATE, status)
    with pytest.raises(StripeUnavailable):
        await house.create(idempotency_key=A_KEY)
    await execute(house.settings.database_url, LONG_AGO)
    assert await house.services.completer.complete_abandoned() == 0
    (payment,) = (await rows()).payments
    assert payment["creation"] == "creating"
    house.front.calm()
    assert await house.created(idempotency_key=A_KEY)
    assert len((await rows()).payments) == 1


async def test_a_row_that_nobody_can_claim_is_closed_when_stripe_certainly_did_nothing(
    house: House, rows: ReadRows
) -> None:
    house.front.turn_away(CREATE, 429)
    with pytest.raises(StripeUnavailable):
        await house.create()
    (payment,) = (await rows()).payments
    assert (payment["creation"], payment["refusal"]) == ("refused", "stripe_unavailable")
    assert (await rows()).desk == []


@pytest.mark.parametrize("held", ["key", "purchase"])
async def test_a_row_that_somebody_can_claim_stays_open_after_429(house: House, rows: ReadRows, held: str) -> None:
    house.front.turn_away(CREATE, 429)
    wishes = {"idempotency_key": A_KEY} if held == "key" else {"client_reference_id": "cart", "caller": SIGNED}
    with pytest.raises(StripeUnavailable):
        await house.create(**wishes)
    (payment,) = (await rows()).payments
    assert payment["creation"] == "creating"
    house.front.calm()
    assert await house.created(**wishes)
    assert len((await rows()).payments) == 1


async def test_rows_that_fail_every_time_starve_nobody(house: House, rows: ReadRows) -> None:
    """The completer takes rows by their last try, so that each has its turn."""
    house.front.turn_away(CREATE, 403)
    for number in range(3):
        with pytest.raises(StripeUnavailable):
            await house.create(idempotency_key=f"{A_KEY}{number}")
    await execute(house.settings.database_url, LONG_AGO)
    await house.services.completer.complete_abandoned()
    assert all(payment["tried_at"] is not None for payment in (await rows()).payments)
    house.front.calm()
    assert await house.services.completer.complete_abandoned() == 3
