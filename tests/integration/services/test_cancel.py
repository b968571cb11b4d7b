"""Cancel: the wish first, then Stripe's expire; the answer is what the payment really is."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.domain.callers import SIGNED
from gateway.domain.errors import SessionNotFound, StripeUnavailable
from gateway.domain.status import Status
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows
from tests.harness.stripe_account import FREE
from tests.harness.stripe_front import EXPIRE, Fault

ReadRows = Callable[[], Awaitable[Rows]]


async def test_an_open_session_is_expired_at_stripe_and_reads_canceled(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    snapshot = await gateway.services.checkout.cancel(session_id)
    assert (snapshot.status, snapshot.is_final, snapshot.checkout_url) == (Status.CANCELED, True, None)
    assert (await gateway.desk.session(session_id))["status"] == "expired"
    await gateway.deliver_news()
    after = await gateway.services.payments.read(session_id)
    assert after is not None
    assert (after.status, after.version) == (Status.CANCELED, snapshot.version)


async def test_a_session_with_a_declined_card_can_be_canceled(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.decline(session_id)
    await gateway.deliver_news()
    assert (await gateway.services.checkout.cancel(session_id)).status is Status.CANCELED


@pytest.mark.parametrize(
    ("price", "method", "status"),
    [
        ("price_starter", "pm_card_visa", Status.PAID),
        ("price_starter", "pm_sandbox_processing", Status.PROCESSING),
        (FREE, "pm_card_visa", Status.NO_PAYMENT_REQUIRED),
    ],
)
async def test_a_complete_session_answers_its_real_status(
    gateway: BareGateway, price: str, method: str, status: Status
) -> None:
    """Complete at Stripe, not yet known here: Stripe refuses, and what it has become is the answer."""
    session_id = await gateway.created(price)
    await gateway.desk.pay(session_id, method)
    assert (await gateway.services.checkout.cancel(session_id)).status is status
    await gateway.deliver_news()
    snapshot = await gateway.services.payments.read(session_id)
    assert snapshot is not None
    assert snapshot.status is status


async def test_a_final_payment_records_no_wish_and_costs_no_call(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    await gateway.desk.pay(session_id)
    await gateway.learn_news()
    before = await rows()
    assert (await gateway.services.checkout.cancel(session_id)).status is Status.PAID
    assert await rows() == before
    assert gateway.front.calls[EXPIRE] == 0


async def test_an_expired_session_stays_expired(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    await gateway.desk.expire(session_id)
    await gateway.deliver_news()
    assert (await gateway.services.checkout.cancel(session_id)).status is Status.EXPIRED


async def test_with_stripe_away_the_wish_is_kept_and_the_caller_informed(gateway: BareGateway, rows: ReadRows) -> None:
    session_id = await gateway.created()
    gateway.front.away = True
    with pytest.raises(StripeUnavailable):
        await gateway.services.checkout.cancel(session_id)
    row = (await rows()).payment(session_id)
    assert (row["facts"]["cancel_requested"], row["status"], row["version"]) == (True, "unpaid", 1)
    gateway.front.away = False
    await gateway.desk.expire(session_id)
    await gateway.deliver_news()
    assert (await rows()).payment(session_id)["status"] == "canceled"


async def test_a_lost_answer_to_the_expire_can_be_asked_for_again(gateway: BareGateway) -> None:
    session_id = await gateway.created()
    gateway.front.next(EXPIRE, Fault.LOSE_ANSWER)
    with pytest.raises(StripeUnavailable):
        await gateway.services.checkout.cancel(session_id)
    assert (await gateway.services.checkout.cancel(session_id)).status is Status.CANCELED


async def test_a_reference_gets_no_session_that_somebody_wished_to_cancel(gateway: BareGateway) -> None:
    session_id = await gateway.created(client_reference_id="cart", caller=SIGNED)
    gateway.front.next(EXPIRE, Fault.LOSE_REQUEST)
    with pytest.raises(StripeUnavailable):
        await gateway.services.checkout.cancel(session_id)
    assert await gateway.created(client_reference_id="cart", caller=SIGNED) != session_id
    assert (await gateway.desk.session(session_id))["status"] == "expired"


@pytest.mark.parametrize("session_id", ["cs_test_unknown", "", "nonsense", "cs_test_" + "a" * 300])
async def test_an_unknown_session_is_not_found_and_costs_no_call(gateway: BareGateway, session_id: str) -> None:
    with pytest.raises(SessionNotFound):
        await gateway.services.checkout.cancel(session_id)
    assert not gateway.front.calls
