"""What changes a session's total: the buyer's currency, quantities, codes, tax, shipping, and offers of the shop."""

from typing import Any

import pytest
import stripe

from tests.integration.sandbox.conftest import Running

OPTIONS = {"eur": {"unit_amount": 900}, "jpy": {"unit_amount": 1_500}}


def shipping(amount: int, name: str = "Standard") -> Any:
    fixed = {"amount": amount, "currency": "usd"}
    return {"shipping_rate_data": {"type": "fixed_amount", "display_name": name, "fixed_amount": fixed}}


async def promotion(sandbox: Running, code: str, **coupon: Any) -> str:
    """The id of the coupon behind a new promotion code."""
    made = await sandbox.stripe.v1.coupons.create_async(coupon)  # type: ignore[arg-type]
    params: Any = {"code": code, "promotion": {"type": "coupon", "coupon": made.id}}
    await sandbox.stripe.v1.promotion_codes.create_async(params)
    return str(made.id)


def figures(session: Any) -> tuple[int, int, int, int, int]:
    details = session.total_details
    return (
        session.amount_subtotal,
        details.amount_discount,
        details.amount_shipping,
        details.amount_tax,
        session.amount_total,
    )


async def test_the_buyers_currency_is_that_of_session_intent_and_charge(sandbox: Running) -> None:
    session = await sandbox.create(await sandbox.price(currency_options=OPTIONS))
    assert (session.currency, session.amount_total) == ("usd", 1_000)

    await sandbox.control(f"checkout/sessions/{session.id}/currency", currency="jpy")
    await sandbox.pay(session.id)

    paid = await sandbox.retrieve(session.id, "payment_intent.latest_charge.balance_transaction")
    intent = paid.payment_intent
    objects = [(paid.currency, paid.amount_total), (intent.currency, intent.amount)]
    charge = intent.latest_charge
    assert [*objects, (charge.currency, charge.amount)] == [("jpy", 1_500)] * 3
    booked = charge.balance_transaction
    assert (booked.currency, booked.amount, booked.net) == ("usd", 1_050, 1_050 - booked.fee)


async def test_a_pinned_currency_is_not_the_buyers_to_choose(sandbox: Running) -> None:
    session = await sandbox.create(await sandbox.price(currency_options=OPTIONS), currency="eur")
    assert (session.currency, session.amount_total) == ("eur", 900)

    status, body = await sandbox.post(f"/_sandbox/checkout/sessions/{session.id}/currency", {"currency": "usd"})

    assert (status, body["error"]["param"]) == (400, "currency")


async def test_a_currency_the_price_does_not_offer_is_refused(sandbox: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"only supports `usd`\. This doesn't match .* `eur`"):
        await sandbox.create(currency="eur")


async def test_currency_options_are_shown_only_when_they_are_expanded(sandbox: Running) -> None:
    price_id = await sandbox.price(currency_options=OPTIONS)

    plain = await sandbox.stripe.v1.prices.retrieve_async(price_id)
    expanded = await sandbox.stripe.v1.prices.retrieve_async(price_id, {"expand": ["currency_options"]})

    assert "currency_options" not in plain.to_dict()
    amounts = {name: option["unit_amount"] for name, option in expanded.to_dict()["currency_options"].items()}
    assert amounts == {"usd": 1_000, "eur": 900, "jpy": 1_500}


@pytest.mark.parametrize(
    "kind",
    [
        {"unit_amount": "5", "recurring[interval]": "month", "recurring[usage_type]": "metered"},
        {"custom_unit_amount[enabled]": "true"},
    ],
    ids=["metered", "chosen by the buyer"],
)
async def test_prices_without_an_amount_in_advance_exist_and_are_not_sold(
    sandbox: Running, kind: dict[str, str]
) -> None:
    _, price = await sandbox.post("/v1/prices", {"currency": "usd", "product_data[name]": "Tea", **kind})
    metered = "recurring[interval]" in kind
    assert (price["recurring"] or {}).get("usage_type") == ("metered" if metered else None)
    assert (price["custom_unit_amount"] is None, price["unit_amount"]) == (metered, 5 if metered else None)

    with pytest.raises(stripe.InvalidRequestError, match="The sandbox sells no metered prices"):
        await sandbox.create(price["id"], mode="subscription" if metered else "payment")


async def test_a_transformed_quantity_is_charged_by_the_package(sandbox: Running) -> None:
    price_id = await sandbox.price(transform_quantity={"divide_by": 10, "round": "up"})

    session = await sandbox.create(line_items=[{"price": price_id, "quantity": 21}])

    assert session.amount_total == 3_000


async def test_discount_tax_and_shipping_are_in_the_total_and_in_the_charge(sandbox: Running) -> None:
    coupon = await sandbox.stripe.v1.coupons.create_async({"percent_off": 25})

    paid = await sandbox.paid(
        await sandbox.price(),
        discounts=[{"coupon": coupon.id}],
        automatic_tax={"enabled": True},
        shipping_options=[shipping(300)],
    )

    assert figures(paid) == (1_000, 250, 300, 75, 1_125)
    assert paid.shipping_cost.amount_total == 300
    assert (paid.discounts[0].coupon, paid.discounts[0].promotion_code) == (coupon.id, None)
    assert (paid.payment_intent.amount, paid.payment_intent.latest_charge.amount) == (1_125, 1_125)
    items = (await sandbox.stripe.v1.checkout.sessions.line_items.list_async(paid.id)).data
    assert [(item.amount_subtotal, item.amount_discount, item.amount_tax, item.amount_total) for item in items] == [
        (1_000, 250, 75, 825)
    ]


async def test_a_code_is_entered_and_removed_while_the_session_is_open(sandbox: Running) -> None:
    await promotion(sandbox, "FIVER", amount_off=500, currency="usd")
    session = await sandbox.create(await sandbox.price(), allow_promotion_codes=True)
    path = f"checkout/sessions/{session.id}/promotion_code"

    entered = await sandbox.control(path, code="fiver")
    removed = await sandbox.control(path)

    assert (entered["amount_total"], removed["amount_total"], removed["discounts"]) == (500, 1_000, [])
    refused, _ = await sandbox.post(f"/_sandbox/{path}", {"code": "NOTHING"})
    assert refused == 400


async def test_a_code_for_everything_leaves_nothing_to_pay_and_no_intent(sandbox: Running) -> None:
    await promotion(sandbox, "FREE", percent_off=100)
    session = await sandbox.create(allow_promotion_codes=True)
    await sandbox.control(f"checkout/sessions/{session.id}/promotion_code", code="FREE")

    await sandbox.pay(session.id)

    done = await sandbox.retrieve(session.id)
    assert (done.status, done.payment_status, done.payment_intent) == ("complete", "no_payment_required", None)
    assert sandbox.receiver.types().count("payment_intent.created") == 0


async def test_an_intent_of_an_earlier_attempt_is_canceled_when_nothing_is_due_any_more(sandbox: Running) -> None:
    await promotion(sandbox, "FREE", percent_off=100)
    session = await sandbox.create(allow_promotion_codes=True)
    await sandbox.pay(session.id, "pm_card_chargeDeclined")
    intent_id = (await sandbox.retrieve(session.id)).payment_intent
    await sandbox.control(f"checkout/sessions/{session.id}/promotion_code", code="FREE")

    await sandbox.pay(session.id)

    assert (await sandbox.retrieve(session.id)).payment_intent is None
    assert (await sandbox.stripe.v1.payment_intents.retrieve_async(intent_id)).status == "canceled"


async def test_a_used_up_coupon_gives_nothing_more(sandbox: Running) -> None:
    await promotion(sandbox, "ONCE", percent_off=10, max_redemptions=1)
    for expected in (200, 400):
        session = await sandbox.create(allow_promotion_codes=True)
        path = f"/_sandbox/checkout/sessions/{session.id}/promotion_code"
        status, _ = await sandbox.post(path, {"code": "ONCE"})
        assert status == expected
        await sandbox.pay(session.id)


async def test_codes_and_discounts_exclude_each_other(sandbox: Running) -> None:
    coupon_id = await promotion(sandbox, "TEN", percent_off=10)

    with pytest.raises(stripe.InvalidRequestError, match="allow_promotion_codes, discounts"):
        await sandbox.create(allow_promotion_codes=True, discounts=[{"coupon": coupon_id}])


async def test_a_cross_sell_adds_a_line_and_a_declined_intent_follows_the_new_total(sandbox: Running) -> None:
    session = await sandbox.create()
    await sandbox.pay(session.id, "pm_card_chargeDeclined")

    changed = await sandbox.control(
        f"checkout/sessions/{session.id}/cross_sell", price=await sandbox.price(250), quantity="2"
    )
    await sandbox.pay(session.id)

    paid = await sandbox.retrieve(session.id, "payment_intent", "line_items")
    assert (changed["amount_total"], len(paid.line_items.data)) == (1_000, 2)
    assert (paid.payment_intent.amount, paid.payment_intent.amount_received) == (1_000, 1_000)


async def test_an_upsell_replaces_the_recurring_price(sandbox: Running) -> None:
    yearly = await sandbox.price(9_000, recurring={"interval": "year"})
    session = await sandbox.create("price_monthly", mode="subscription")

    await sandbox.control(f"checkout/sessions/{session.id}/upsell", price=yearly)
    await sandbox.pay(session.id)

    paid = await sandbox.retrieve(session.id, "subscription")
    assert (paid.amount_total, paid.subscription.to_dict()["items"]["data"][0]["price"]["id"]) == (9_000, yearly)


async def test_a_refused_change_leaves_the_order_as_it_was(sandbox: Running) -> None:
    euros = await sandbox.stripe.v1.prices.create_async(
        {"currency": "eur", "unit_amount": 100, "product_data": {"name": "Cup"}}
    )
    session = await sandbox.create()

    status, _ = await sandbox.post(f"/_sandbox/checkout/sessions/{session.id}/cross_sell", {"price": euros.id})

    assert status == 400
    assert len((await sandbox.retrieve(session.id, "line_items")).line_items.data) == 1


async def test_a_closed_session_changes_no_more(sandbox: Running) -> None:
    paid = await sandbox.paid()

    status, _ = await sandbox.post(
        f"/_sandbox/checkout/sessions/{paid.id}/cross_sell", {"price": await sandbox.price()}
    )

    assert status == 400


async def test_the_buyer_chooses_among_the_shipping_rates(sandbox: Running) -> None:
    session = await sandbox.create(shipping_options=[shipping(100), shipping(900, "Express")])
    express = session.shipping_options[1].shipping_rate

    await sandbox.control(f"checkout/sessions/{session.id}/shipping_rate", shipping_rate=express)

    chosen = await sandbox.retrieve(session.id, "shipping_cost.shipping_rate")
    assert (session.amount_total, chosen.amount_total) == (600, 1_400)
    assert chosen.shipping_cost.shipping_rate.display_name == "Express"
