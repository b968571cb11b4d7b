"""Create: refusals in the contract's order, keys, references, and one session however often it is asked for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from gateway.domain.callers import SIGNED
from gateway.domain.errors import (
    AlreadyPaid,
    AmountTooLarge,
    AmountTooSmall,
    CurrencyNotSupported,
    GatewayError,
    IdempotencyConflict,
    InvalidPriceId,
    InvalidRequest,
    PriceNotFound,
    RedirectNotAllowed,
    StripeUnavailable,
)
from gateway.domain.identifiers import MARKER
from gateway.domain.status import Status
from gateway.services.checkout.service import CheckoutRequest
from gateway.stripe_api.checkout import Session
from tests.harness.bare_gateway import UNKNOWN_AT_STRIPE, BareGateway
from tests.harness.oracle import violations
from tests.harness.rows import Rows, execute
from tests.harness.stripe_account import PRICE
from tests.harness.stripe_front import CREATE, RETRIEVE, Fault
from tests.harness.stripe_front import PRICE as PRICE_CALL
from tests.integration.services.conftest import Opener

ReadRows = Callable[[], Awaitable[Rows]]

A_KEY = "a-key-that-nobody-can-guess"
CART: dict[str, Any] = {"client_reference_id": "cart", "caller": SIGNED}
"""Only known callers have purchases: for anybody else a reference is a label."""

REFUSALS: list[tuple[str, dict[str, Any], type[GatewayError]]] = [
    ("no id at all", {"price_id": "starter"}, InvalidPriceId),
    ("not in the catalogue", {"price_id": "price_elsewhere"}, InvalidPriceId),
    ("format beats every other field", {"price_id": "", "quantity": 0, "locale": "?"}, InvalidPriceId),
    ("quantity zero", {"quantity": 0}, InvalidRequest),
    ("quantity above the bound", {"quantity": 1000}, InvalidRequest),
    ("empty reference", {"client_reference_id": ""}, InvalidRequest),
    ("long reference", {"client_reference_id": "r" * 201}, InvalidRequest),
    ("control character in a key", {"idempotency_key": "a\nb" + "c" * 30}, InvalidRequest),
    ("a key that may be guessed", {"idempotency_key": "k" * 21}, InvalidRequest),
    ("a repeat by an anonymous caller", {"allow_repeat": True}, InvalidRequest),
    ("no currency", {"currency": "dollars"}, InvalidRequest),
    ("a currency that the price does not have", {"currency": "eur"}, CurrencyNotSupported),
    ("no e-mail address", {"customer_email": "nobody"}, InvalidRequest),
    ("no language", {"locale": "k" * 36}, InvalidRequest),
    ("foreign redirect", {"success_url": "https://evil.example/"}, RedirectNotAllowed),
    ("redirect with a user", {"cancel_url": "https://shop.example@evil.example/"}, RedirectNotAllowed),
    ("unknown at Stripe", {"price_id": UNKNOWN_AT_STRIPE}, PriceNotFound),
    ("inactive at Stripe", {"price_id": "price_retired"}, PriceNotFound),
    ("currency not allowed", {"price_id": "price_euro"}, CurrencyNotSupported),
    ("below the minimum", {"price_id": "price_cents"}, AmountTooSmall),
    ("above the maximum", {"price_id": "price_expensive", "quantity": 2}, AmountTooLarge),
]


@pytest.mark.parametrize(("wishes", "error"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
async def test_a_refusal_names_its_reason_and_leaves_no_trace(
    gateway: BareGateway, rows: ReadRows, wishes: dict[str, Any], error: type[GatewayError]
) -> None:
    with pytest.raises(error):
        await gateway.create(**({"price_id": PRICE} | wishes))
    assert (await rows()).payments == []
    assert gateway.front.calls[CREATE] == 0


async def test_a_value_refused_by_us_never_costs_a_call_to_stripe(gateway: BareGateway) -> None:
    with pytest.raises(InvalidRequest):
        await gateway.create(quantity=0)
    assert not gateway.front.calls


async def test_a_new_session_is_unpaid_and_carries_our_marker_twice(gateway: BareGateway, rows: ReadRows) -> None:
    created = await gateway.create(client_reference_id="order-1", customer_email="jo@shop.example", quantity=3)
    snapshot = created.snapshot
    assert (snapshot.status, snapshot.version, snapshot.amount.amount_minor) == (Status.UNPAID, 1, 1500)
    assert not created.reused
    assert created.url.startswith(gateway.desk.url)
    await gateway.desk.pay(snapshot.session_id)
    session = await gateway.desk.session(snapshot.session_id)
    assert session["metadata"][MARKER] == session["payment_intent"]["metadata"][MARKER] == snapshot.payment_id
    assert session["client_reference_id"] == "order-1"
    assert violations(await rows(), [session]) == []


async def test_a_plain_call_is_a_new_purchase_each_time(gateway: BareGateway) -> None:
    assert await gateway.created() != await gateway.created()


async def test_the_same_key_gives_the_same_session(gateway: BareGateway) -> None:
    first = await gateway.create(idempotency_key=A_KEY)
    again = await gateway.create(idempotency_key=A_KEY)
    assert (first.snapshot.session_id, first.url, first.expires_at) == (
        again.snapshot.session_id,
        again.url,
        again.expires_at,
    )
    assert gateway.front.calls[CREATE] == 1


async def test_a_key_gives_its_session_even_after_the_payment(gateway: BareGateway) -> None:
    first = await gateway.create(idempotency_key=A_KEY)
    await gateway.desk.pay(first.snapshot.session_id)
    await gateway.deliver_news()
    again = await gateway.create(idempotency_key=A_KEY)
    assert (again.snapshot.session_id, again.url) == (first.snapshot.session_id, first.url)
    assert again.snapshot.status is Status.PAID


async def test_a_key_with_another_request_is_a_conflict_and_changes_nothing(
    gateway: BareGateway, rows: ReadRows
) -> None:
    await gateway.create(idempotency_key=A_KEY)
    with pytest.raises(IdempotencyConflict):
        await gateway.create(idempotency_key=A_KEY, quantity=2)
    assert len((await rows()).payments) == 1
    assert gateway.front.calls[CREATE] == 1


async def test_a_key_is_free_again_after_a_day(gateway: BareGateway, rows: ReadRows, database_url: str) -> None:
    first = await gateway.created(idempotency_key=A_KEY)
    await execute(database_url, "UPDATE idempotency_key SET created_at = '2026-01-01 00:00:00+00:00'")
    assert await gateway.created(idempotency_key=A_KEY, quantity=2) != first
    assert [key["key"] for key in (await rows()).keys] == [CheckoutRequest(PRICE, idempotency_key=A_KEY).stored_key]


async def test_an_open_session_is_handed_out_again_to_its_reference(gateway: BareGateway, rows: ReadRows) -> None:
    first = await gateway.create(**CART)
    again = await gateway.create(**CART)
    assert (again.snapshot.session_id, again.reused) == (first.snapshot.session_id, True)
    assert len((await rows()).payments) == 1


async def test_another_request_with_the_reference_is_another_purchase(gateway: BareGateway) -> None:
    assert await gateway.created(**CART) != await gateway.created(**CART, quantity=2)


async def test_parallel_calls_with_one_reference_agree(gateway: BareGateway, rows: ReadRows) -> None:
    created = await asyncio.gather(*(gateway.create(**CART) for _ in range(20)))
    assert len({one.snapshot.session_id for one in created}) == 1
    assert len((await rows()).payments) == gateway.front.calls[CREATE] == 1


async def test_a_reference_buys_again_once_its_session_has_expired(gateway: BareGateway) -> None:
    first = await gateway.created(**CART)
    await gateway.desk.expire(first)
    await gateway.deliver_news()
    again = await gateway.create(**CART)
    assert again.snapshot.session_id != first
    assert not again.reused


async def test_what_is_paid_is_not_sold_again(gateway: BareGateway) -> None:
    first = await gateway.created(**CART)
    await gateway.desk.pay(first)
    await gateway.deliver_news()
    with pytest.raises(AlreadyPaid) as refused:
        await gateway.create(**CART)
    assert refused.value.session_id == first


async def test_a_reference_buys_again_after_a_cancel(gateway: BareGateway) -> None:
    first = await gateway.created(**CART)
    await gateway.services.checkout.cancel(first)
    assert await gateway.created(**CART) != first


async def test_a_session_whose_time_is_over_is_judged_by_what_stripe_says(
    gateway: BareGateway, database_url: str
) -> None:
    """It has ended at Stripe, so it cannot be expired: a retrieve says what it has become."""
    first = await gateway.created(**CART)
    await gateway.desk.expire(first)
    await execute(database_url, "UPDATE payment SET expires_at = '2026-01-01 00:00:00+00:00'")
    assert await gateway.created(**CART) != first
    assert gateway.front.calls[RETRIEVE] == 1


async def test_a_new_key_on_a_reused_session_stays_with_it(gateway: BareGateway) -> None:
    first = await gateway.created(**CART)
    assert await gateway.created(**CART, idempotency_key=A_KEY) == first
    await gateway.desk.pay(first)
    await gateway.deliver_news()
    assert await gateway.created(**CART, idempotency_key=A_KEY) == first


async def test_the_price_is_asked_for_once_however_many_buy(gateway: BareGateway) -> None:
    await asyncio.gather(*(gateway.create() for _ in range(10)))
    assert gateway.front.calls[PRICE_CALL] == 1


@pytest.mark.parametrize(
    "faults",
    [
        [Fault.LOSE_ANSWER],
        [Fault.LOSE_REQUEST],
        [Fault.LOSE_ANSWER, Fault.LOSE_ANSWER],
        [Fault.LOSE_REQUEST, Fault.LOSE_ANSWER],
        [Fault.BREAK_AFTER],
        [Fault.BREAK_BEFORE],
        [Fault.IN_USE],
        [Fault.LOSE_ANSWER, Fault.IN_USE],
        [Fault.IN_USE, Fault.IN_USE],
    ],
    ids=lambda faults: ", ".join(fault.name.lower() for fault in faults),
)
async def test_a_retry_with_the_key_opens_no_second_session(
    gateway: BareGateway, rows: ReadRows, faults: list[Fault]
) -> None:
    gateway.front.next(CREATE, *faults)
    try:
        await gateway.create(idempotency_key=A_KEY)
    except StripeUnavailable:
        gateway.front.calm()
    created = await gateway.create(idempotency_key=A_KEY)
    sessions = await gateway.desk.sessions()
    assert [session["id"] for session in sessions] == [created.snapshot.session_id]
    assert violations(await rows(), sessions) == []


async def test_every_try_with_one_key_of_stripes_asks_for_the_same(
    gateway: BareGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe refuses a key that comes again with other parameters."""
    stripe = gateway.services.completer._stripe
    really, tries = stripe.create_session, list[tuple[str, str]]()

    async def create_session(parameters: Mapping[str, Any], *, idempotency_key: str) -> Session:
        tries.append((idempotency_key, repr(parameters)))
        return await really(parameters, idempotency_key=idempotency_key)

    await gateway.create()  # By now the price is known.
    monkeypatch.setattr(stripe, "create_session", create_session)
    gateway.front.away = True
    with pytest.raises(StripeUnavailable):
        await gateway.create(idempotency_key=A_KEY)
    gateway.front.calm()
    await gateway.create(idempotency_key=A_KEY)
    assert len(tries) == 2
    assert tries[0] == tries[1]


async def test_two_processes_completing_one_row_open_one_session(
    gateway: BareGateway, opened: Opener, rows: ReadRows
) -> None:
    """The other process's call is still running at Stripe, so ours is answered that the key is in use each time."""
    gateway.front.next(CREATE, Fault.HOLD)
    first = asyncio.create_task(gateway.create(idempotency_key=A_KEY))
    await gateway.front.reached()
    async with opened() as other:
        for _ in range(3):
            with pytest.raises(StripeUnavailable):
                await other.create(idempotency_key=A_KEY)
        gateway.front.release()
        created = await first
        assert await other.created(idempotency_key=A_KEY) == created.snapshot.session_id
    sessions = await gateway.desk.sessions()
    assert len(sessions) == 1
    assert violations(await rows(), sessions) == []


async def test_what_a_crash_left_between_row_and_session_is_completed(
    gateway: BareGateway, rows: ReadRows, database_url: str
) -> None:
    gateway.front.next(CREATE, Fault.LOSE_REQUEST, Fault.LOSE_REQUEST)
    with pytest.raises(StripeUnavailable):
        await gateway.create(idempotency_key=A_KEY)
    gateway.front.calm()
    assert await gateway.services.completer.complete_abandoned() == 0
    await execute(database_url, "UPDATE payment SET created_at = '2026-11-01 00:00:00+00:00'")
    assert await gateway.services.completer.complete_abandoned() == 1
    assert (await rows()).payments[0]["session_id"] == await gateway.created(idempotency_key=A_KEY)
