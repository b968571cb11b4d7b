"""When Stripe says no: twice in one call, then the row is closed and frees what it held. Other faults close nothing."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.callers import SIGNED
from gateway.domain.errors import CheckoutRefused, StripeUnavailable
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows, execute
from tests.harness.stripe_front import CREATE

ReadRows = Callable[[], Awaitable[Rows]]

A_KEY = "a-key-that-nobody-can-guess"
MESSAGE = "In order to use Checkout, you must set an account name."
LONG_AGO = "UPDATE payment SET created_at = '2026-11-01 00:00:00+00:00'"


@pytest.mark.parametrize("status", ["400", "402", "404"])
async def test_refused_twice_in_one_call_it_is_closed_and_on_the_desk(
    gateway: BareGateway, rows: ReadRows, status: str
) -> None:
    await gateway.desk.control("create_refusal", status=status, message=MESSAGE)
    with pytest.raises(CheckoutRefused):
        await gateway.create(idempotency_key=A_KEY)
    assert gateway.front.calls[CREATE] == 2
    found = await rows()
    (payment,) = found.payments
    assert (payment["creation"], payment["refusal"], payment["open_key"]) == ("refused", "checkout_refused", None)
    (row,) = found.desk
    assert (row["kind"], row["subject"], row["state"]) == ("refused_for_good", payment["id"], "open")
    assert MESSAGE in row["detail"]
    assert found.keys == []


async def test_a_refusal_is_never_remembered_by_key_or_by_purchase(gateway: BareGateway, rows: ReadRows) -> None:
    await gateway.desk.control("create_refusal", message=MESSAGE)
    for _ in range(2):
        with pytest.raises(CheckoutRefused):
            await gateway.create(idempotency_key=A_KEY, client_reference_id="cart", caller=SIGNED)
    await gateway.desk.accept_creates()
    created = await gateway.create(idempotency_key=A_KEY, client_reference_id="cart", caller=SIGNED)
    assert not created.reused
    found = await rows()
    assert sorted(payment["creation"] for payment in found.payments) == ["linked", "refused", "refused"]
    assert len(found.on_desk("refused_for_good")) == 2


async def test_the_second_try_may_pass(gateway: BareGateway, rows: ReadRows) -> None:
    """Fresh parameters: the first may have been refused for a life that had become too short."""
    await gateway.desk.control("create_refusal", message=MESSAGE)
    accept = gateway.desk.accept_creates
    original = gateway.front.app
    assert original is not None
    seen = 0

    async def once(scope: object, receive: object, send: object) -> None:
        nonlocal seen
        await original(scope, receive, send)  # type: ignore[arg-type]
        if scope["method"] == "POST" and scope["path"] == "/v1/checkout/sessions":  # type: ignore[index]
            seen += 1
            if seen == 1:
                await accept()

    gateway.front.app = once
    created = await gateway.create(idempotency_key=A_KEY)
    assert gateway.front.calls[CREATE] == 2
    found = await rows()
    assert found.payment(created.snapshot.session_id)["attempt"] == 2
    assert found.open_kinds() == []


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_not_allowed_closes_no_row(gateway: BareGateway, rows: ReadRows, status: int) -> None:
    gateway.front.turn_away(CREATE, status)
    with pytest.raises(StripeUnavailable):
        await gateway.create(idempotency_key=A_KEY)
    await execute(gateway.settings.database_url, LONG_AGO)
    assert await gateway.services.completer.complete_abandoned() == 0
    (payment,) = (await rows()).payments
    assert payment["creation"] == "creating"
    gateway.front.calm()
    assert await gateway.created(idempotency_key=A_KEY)
    assert len((await rows()).payments) == 1


async def test_a_row_that_nobody_can_claim_is_closed_when_stripe_certainly_did_nothing(
    gateway: BareGateway, rows: ReadRows
) -> None:
    gateway.front.turn_away(CREATE, 429)
    with pytest.raises(StripeUnavailable):
        await gateway.create()
    (payment,) = (await rows()).payments
    assert (payment["creation"], payment["refusal"]) == ("refused", "stripe_unavailable")
    assert (await rows()).desk == []


@pytest.mark.parametrize("held", ["key", "purchase"])
async def test_a_row_that_somebody_can_claim_stays_open_after_429(
    gateway: BareGateway, rows: ReadRows, held: str
) -> None:
    gateway.front.turn_away(CREATE, 429)
    wishes = {"idempotency_key": A_KEY} if held == "key" else {"client_reference_id": "cart", "caller": SIGNED}
    with pytest.raises(StripeUnavailable):
        await gateway.create(**wishes)
    (payment,) = (await rows()).payments
    assert payment["creation"] == "creating"
    gateway.front.calm()
    assert await gateway.created(**wishes)
    assert len((await rows()).payments) == 1


async def test_rows_that_fail_every_time_starve_nobody(gateway: BareGateway, rows: ReadRows) -> None:
    """The completer takes rows by their last try, so that each has its turn."""
    gateway.front.turn_away(CREATE, 403)
    for number in range(3):
        with pytest.raises(StripeUnavailable):
            await gateway.create(idempotency_key=f"{A_KEY}{number}")
    await execute(gateway.settings.database_url, LONG_AGO)
    await gateway.services.completer.complete_abandoned()
    assert all(payment["tried_at"] is not None for payment in (await rows()).payments)
    gateway.front.calm()
    assert await gateway.services.completer.complete_abandoned() == 3
