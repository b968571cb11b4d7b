"""Whose session this is: what each class of callers is handed for a key, for a reference, and for a session id."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.domain.callers import ANONYMOUS, SIGNED, Caller, operator
from gateway.domain.errors import AlreadyPaid, IdempotencyConflict, InvalidRequest, PaymentInProgress
from gateway.services.integrity import invariants
from gateway.services.recording.history import AuditKeys
from tests.harness.bare_gateway import BareGateway
from tests.harness.rows import Rows, execute
from tests.harness.stripe_account import FREE
from tests.harness.stripe_front import CREATE, EXPIRE

ReadRows = Callable[[], Awaitable[Rows]]

JO, KIM = operator("jo"), operator("kim")
CALLERS = (ANONYMOUS, SIGNED, JO, KIM)
KNOWN = (SIGNED, JO)
A_KEY = "a-key-that-nobody-can-guess"

known_callers = pytest.mark.parametrize("caller", KNOWN, ids=lambda caller: caller.label)


@pytest.mark.parametrize("first", CALLERS, ids=lambda caller: caller.label)
@pytest.mark.parametrize("second", CALLERS, ids=lambda caller: caller.label)
async def test_a_reference_is_a_purchase_for_known_callers_and_a_label_for_anybody_else(
    gateway: BareGateway, first: Caller, second: Caller
) -> None:
    mine = await gateway.create(client_reference_id="cart", caller=first)
    other = await gateway.create(client_reference_id="cart", caller=second)
    is_handed_back = first.is_known and second.is_known
    assert (other.snapshot.session_id == mine.snapshot.session_id) is is_handed_back
    assert other.reused is is_handed_back


@pytest.mark.parametrize("first", CALLERS, ids=lambda caller: caller.label)
@pytest.mark.parametrize("second", CALLERS, ids=lambda caller: caller.label)
async def test_a_key_is_its_own_class_of_callers_alone(gateway: BareGateway, first: Caller, second: Caller) -> None:
    """Nobody is given, or blocked by, the key of another class."""
    mine = await gateway.created(idempotency_key=A_KEY, caller=first)
    assert (await gateway.created(idempotency_key=A_KEY, caller=second) == mine) is (first == second)
    if first == second:
        with pytest.raises(IdempotencyConflict):
            await gateway.create(idempotency_key=A_KEY, caller=second, quantity=2)
    else:
        assert await gateway.created(idempotency_key=A_KEY + "2", caller=second, quantity=2) != mine


async def test_a_session_id_opens_the_status_to_whoever_has_it(gateway: BareGateway) -> None:
    session_id = await gateway.created(client_reference_id="cart", caller=SIGNED)
    assert await gateway.services.payments.read(session_id) is not None


@pytest.mark.parametrize("length", [21, 22])
@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.label)
async def test_only_anonymous_keys_have_a_least_length(gateway: BareGateway, length: int, caller: Caller) -> None:
    key = "k" * length
    if length < 22 and not caller.is_known:
        with pytest.raises(InvalidRequest, match="at least 22 characters"):
            await gateway.create(idempotency_key=key, caller=caller)
    else:
        assert await gateway.created(idempotency_key=key, caller=caller)


@known_callers
async def test_what_is_paid_is_not_sold_again_until_it_is_refunded(gateway: BareGateway, caller: Caller) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": caller}
    first = await gateway.created(**cart)
    await gateway.desk.pay(first)
    await gateway.learn_news()
    before = gateway.front.calls[CREATE]
    with pytest.raises(AlreadyPaid) as refused:
        await gateway.create(**cart)
    assert (refused.value.session_id, gateway.front.calls[CREATE]) == (first, before)
    await gateway.desk.refund_charge(first, 200)
    await gateway.learn_news()
    with pytest.raises(AlreadyPaid):
        await gateway.create(**cart)
    await gateway.desk.refund_charge(first, 300)
    await gateway.learn_news()
    assert await gateway.created(**cart) != first


async def test_what_was_free_is_not_given_again(gateway: BareGateway) -> None:
    cart: dict[str, Any] = {"price_id": FREE, "client_reference_id": "cart", "caller": SIGNED}
    first = await gateway.created(**cart)
    await gateway.desk.pay(first)
    await gateway.learn_news()
    with pytest.raises(AlreadyPaid) as refused:
        await gateway.create(**cart)
    assert refused.value.session_id == first


async def test_money_on_its_way_is_waited_for(gateway: BareGateway) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await gateway.created(**cart)
    await gateway.desk.pay(first, "pm_sandbox_processingFails")
    await gateway.learn_news()
    with pytest.raises(PaymentInProgress) as refused:
        await gateway.create(**cart)
    assert refused.value.session_id == first
    await gateway.desk.settle()
    await gateway.learn_news()
    assert await gateway.created(**cart) != first


@pytest.mark.parametrize("method", ["pm_card_visa", "pm_sandbox_processing"])
async def test_a_repeat_that_is_allowed_is_a_purchase_of_its_own(
    gateway: BareGateway, rows: ReadRows, method: str
) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await gateway.created(**cart)
    await gateway.desk.pay(first, method)
    await gateway.learn_news()
    second = await gateway.created(**cart, allow_repeat=True)
    assert second != first
    await gateway.desk.pay(second)
    await gateway.desk.settle()
    await gateway.learn_news()
    assert (await rows()).on_desk("duplicate_purchase") == []


async def test_paid_at_stripe_and_not_yet_known_is_judged_by_what_stripe_says(
    gateway: BareGateway, database_url: str
) -> None:
    """The session is too old to hand out; expiring it fails, because it is paid."""
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await gateway.created(**cart)
    await gateway.desk.pay(first)
    await execute(database_url, "UPDATE payment SET expires_at = '2026-01-01 00:00:00+00:00'")
    with pytest.raises(AlreadyPaid) as refused:
        await gateway.create(**cart)
    assert refused.value.session_id == first


async def test_a_session_with_less_than_ten_minutes_to_live_is_expired_first(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await gateway.created(**cart)
    await execute(database_url, f"UPDATE payment SET expires_at = {_in_minutes(database_url, 11)}")
    assert await gateway.created(**cart) == first
    await execute(database_url, f"UPDATE payment SET expires_at = {_in_minutes(database_url, 9)}")
    second = await gateway.created(**cart)
    assert second != first
    assert (await gateway.desk.session(first))["status"] == "expired"
    assert (await rows()).payment(first)["status"] == "expired"
    assert gateway.front.calls[EXPIRE] == 1


@pytest.mark.parametrize(
    "other",
    [{"customer_email": "jo@shop.example"}, {"currency": "USD"}],
    ids=["another e-mail", "a currency asked for"],
)
async def test_a_session_of_other_details_is_expired_first(gateway: BareGateway, other: dict[str, Any]) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await gateway.created(**cart)
    second = await gateway.create(**cart, **other)
    assert (second.snapshot.session_id == first, second.reused) == (False, False)
    assert (await gateway.desk.session(first))["status"] == "expired"


@pytest.mark.parametrize(
    "other",
    [
        {"locale": "zh"},
        {"success_url": "https://shop.example/thanks?session_id={CHECKOUT_SESSION_ID}"},
        {"cancel_url": "https://shop.example/back"},
    ],
    ids=["language", "success url", "cancel url"],
)
async def test_language_and_urls_do_not_make_another_purchase(gateway: BareGateway, other: dict[str, Any]) -> None:
    cart: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
    first = await gateway.created(**cart)
    again = await gateway.create(**cart, **other)
    assert (again.snapshot.session_id, again.reused) == (first, True)


async def test_a_key_for_a_purchase_in_another_language_is_no_violation(gateway: BareGateway) -> None:
    await gateway.created(client_reference_id="cart", caller=SIGNED)
    await gateway.created(client_reference_id="cart", caller=SIGNED, locale="zh", idempotency_key="k")
    database: Any = gateway.services.health._database
    report = await invariants.check(database, keys=AuditKeys(), livemode=False)
    assert report.violations == ()


@pytest.mark.parametrize("other", [{"quantity": 2}, {"price_id": FREE}], ids=["quantity", "price"])
async def test_another_price_or_quantity_is_another_purchase(gateway: BareGateway, other: dict[str, Any]) -> None:
    first = await gateway.created(client_reference_id="cart", caller=SIGNED)
    wishes: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED} | other
    second = await gateway.created(**wishes)
    assert second != first
    assert (await gateway.desk.session(first))["status"] == "open"


async def test_parallel_calls_for_one_purchase_of_two_known_callers_agree(gateway: BareGateway, rows: ReadRows) -> None:
    calls = (gateway.create(client_reference_id="cart", caller=caller) for caller in KNOWN * 10)
    created = await asyncio.gather(*calls)
    assert len({one.snapshot.session_id for one in created}) == 1
    assert len((await rows()).payments) == gateway.front.calls[CREATE] == 1


def _in_minutes(database_url: str, minutes: int) -> str:
    """A moment so far from now, in the words of the dialect."""
    if database_url.startswith("sqlite"):
        return f"datetime('now', '+{minutes} minutes') || '+00:00'"
    return f"now() + interval '{minutes} minutes'"
