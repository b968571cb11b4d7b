"""Whose session this is: what each class of callers is handed for a key, for a reference, and for a session id."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.domain.callers import ANONYMOUS, SIGNED, Caller, operator
from gateway.domain.errors import AlreadyPaid, IdempotencyConflict, InvalidRequest, PaymentInProgress
from gateway.services.integrity import invariants
from gateway.services.recording.history import AuditKeys
from tests.integration.services.rig import FREE, House
from tests.integration.services.rows import Rows, execute
from tests.integration.services.stripe_front import CREATE, EXPIRE

ReadRows = Callable[[], Awaitable[Rows]]

JO, KIM = operator("jo"), operator("kim")
CALLERS = (ANONYMOUS, SIGNED, JO, KIM)
KNOWN = (SIGNED, JO)
A_KEY = "a-key-that-nobody-can-guess"

known_callers = pytest.mark.parametrize("caller", KNOWN, ids=lambda caller: caller.label)


@pytest.mark.parametrize("first", CALLERS, ids=lambda caller: caller.label)
@pytest.mark.parametrize("second", CALLERS, ids=lambda caller: caller.label)
async def test_a_reference_is_a_purchase_for_known_callers_and_a_label_for_anybody_else(
    house: House, first: Caller, second: Caller
) -> None:
    mine = await house.create(client_reference_id="cart", caller=first)
    other = await house.create(client_reference_id="cart", caller=second)
    is_handed_back = first.is_known and second.is_known
    assert (other.snapshot.session_id == mine.snapshot.session_id) is is_handed_back
    assert other.reused is is_handed_back


@pytest.mark.parametrize("first", CALLERS, ids=lambda caller: caller.label)
@pytest.mark.parametrize("second", CALLERS, ids=lambda caller: caller.label)
async def test_a_key_is_its_own_class_of_callers_alone(house: House, first: Caller, second: Caller) -> None:
    """Nobody is given, or blocked by, the key of another class."""
    mine = await house.created(idempotency_key=A_KEY, caller=first)
    assert (await house.created(idempotency_key=A_KEY, caller=second) == mine) is (first == second)
    if first == second:
        with pytest.raises(IdempotencyConflict):
            await house.create(idempotency_key=A_KEY, caller=second, quantity=2)
    else:
        assert await house.created(idempotency_key=A_KEY + "2", caller=second, quantity=2) != mine


async def test_a_session_id_opens_the_status_to_whoever_has_it(house: House) -> None:
    session_id = await house.created(client_reference_id="cart", caller=SIGNED)
    assert await house.services.payments.read(session_id) is not None


@pytest.mark.parametrize("length", [21, 22])
@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.label)
async def test_only_anonymous_keys_have_a_least_length(house: House, length: int, caller: Caller) -> None:
    key = "k" * length
    if length < 22 and not caller.is_known:
        with pytest.raises(InvalidRequest, match="at least 22 characters"):
            await house.create(idempotency_key=key, caller=caller)
    else:
        assert await house.created(idempotency_key=key, caller=caller)


@known_callers
async def test_what_is_paid_is_not_sold_again_until_it_is_refunded(house: House, caller: Caller) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": caller}
    first = await house.created(**cart)
    await house.desk.pay(first)
    await house.learn_news()
    before = house.front.calls[CREATE]
    with pytest.raises(AlreadyPaid) as refused:
        await house.create(**cart)
    assert (refused.value.session_id, house.front.calls[CREATE]) == (first, before)
    await house.desk.refund_charge(first, 200)
    await house.learn_news()
    with pytest.raises(AlreadyPaid):
        await house.create(**cart)
    await house.desk.refund_charge(first, 300)
    await house.learn_news()
    assert await house.created(**cart) != first


async def test_what_was_free_is_not_given_again(house: House) -> None:
    cart: dict[str, Any] = {"price_id": FREE, "client_reference_id": "cart", "caller": SIGNED}
    first = await house.created(**cart)
    await house.desk.pay(first)
    await house.learn_news()
    with pytest.raises(AlreadyPaid) as refused:
        await house.create(**cart)
    assert refused.value.session_id == first


async def test_money_on_its_way_is_waited_for(house: House) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await house.created(**cart)
    await house.desk.pay(first, "pm_sandbox_processingFails")
    await house.learn_news()
    with pytest.raises(PaymentInProgress) as refused:
        await house.create(**cart)
    assert refused.value.session_id == first
    await house.desk.settle()
    await house.learn_news()
    assert await house.created(**cart) != first


@pytest.mark.parametrize("method", ["pm_card_visa", "pm_sandbox_processing"])
async def test_a_repeat_that_is_allowed_is_a_purchase_of_its_own(house: House, rows: ReadRows, method: str) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await house.created(**cart)
    await house.desk.pay(first, method)
    await house.learn_news()
    second = await house.created(**cart, allow_repeat=True)
    assert second != first
    await house.desk.pay(second)
    await house.desk.settle()
    await house.learn_news()
    assert (await rows()).on_desk("duplicate_purchase") == []


async def test_paid_at_stripe_and_not_yet_known_is_judged_by_what_stripe_says(house: House, database_url: str) -> None:
    """The session is too old to hand out; expiring it fails, because it is paid."""
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await house.created(**cart)
    await house.desk.pay(first)
    await execute(database_url, "UPDATE payment SET expires_at = '2026-01-01 00:00:00+00:00'")
    with pytest.raises(AlreadyPaid) as refused:
        await house.create(**cart)
    assert refused.value.session_id == first


async def test_a_session_with_less_than_ten_minutes_to_live_is_expired_first(
    house: House, rows: ReadRows, database_url: str
) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await house.created(**cart)
    await execute(database_url, f"UPDATE payment SET expires_at = {_in_minutes(database_url, 11)}")
    assert await house.created(**cart) == first
    await execute(database_url, f"UPDATE payment SET expires_at = {_in_minutes(database_url, 9)}")
    second = await house.created(**cart)
    assert second != first
    assert (await house.desk.session(first))["status"] == "expired"
    assert (await rows()).payment(first)["status"] == "expired"
    assert house.front.calls[EXPIRE] == 1


@pytest.mark.parametrize(
    "other",
    [{"customer_email": "jo@shop.example"}, {"currency": "USD"}],
    ids=["another e-mail", "a currency asked for"],
)
async def test_a_session_of_other_details_is_expired_first(house: House, other: dict[str, Any]) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await house.created(**cart)
    second = await house.create(**cart, **other)
    assert (second.snapshot.session_id == first, second.reused) == (False, False)
    assert (await house.desk.session(first))["status"] == "expired"


@pytest.mark.parametrize(
    "other",
    [
        {"locale": "zh"},
        {"success_url": "https://shop.example/thanks?session_id={CHECKOUT_SESSION_ID}"},
        {"cancel_url": "https://shop.example/back"},
    ],
    ids=["language", "success url", "cancel url"],
)
async def test_language_and_urls_do_not_make_another_purchase(house: House, other: dict[str, Any]) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await house.created(**cart)
    again = await house.create(**cart, **other)
    assert (again.snapshot.session_id, again.reused) == (first, True)


async def test_a_key_for_a_purchase_in_another_language_is_no_violation(house: House) -> None:
    await house.created(client_reference_id="cart", caller=SIGNED)
    await house.created(client_reference_id="cart", caller=SIGNED, locale="zh", idempotency_key="k")
    database: Any = house.services.health._database
    report = await invariants.check(database, keys=AuditKeys(), livemode=False)
    assert report.violations == ()


@pytest.mark.parametrize("other", [{"quantity": 2}, {"price_id": FREE}], ids=["quantity", "price"])
async def test_another_price_or_quantity_is_another_purchase(house: House, other: dict[str, Any]) -> None:
    first = await house.created(client_reference_id="cart", caller=SIGNED)
    wishes: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED} | other
    second = await house.created(**wishes)
    assert second != first
    assert (await house.desk.session(first))["status"] == "open"


async def test_parallel_calls_for_one_purchase_of_two_known_callers_agree(house: House, rows: ReadRows) -> None:
    calls = (house.create(client_reference_id="cart", caller=caller) for caller in KNOWN * 10)
    created = await asyncio.gather(*calls)
    assert len({one.snapshot.session_id for one in created}) == 1
    assert len((await rows()).payments) == house.front.calls[CREATE] == 1


def _in_minutes(database_url: str, minutes: int) -> str:
    """A moment so far from now, in the words of the dialect."""
    if database_url.startswith("sqlite"):
        return f"datetime('now', '+{minutes} minutes') || '+00:00'"
    return f"now() + interval '{minutes} minutes'"
