"""What the catalogue lets a checkout hold: each option reaches Stripe by its documented name, and comes back."""

import re
from pathlib import Path
from typing import Any

import pytest
from stripe.params.checkout import SessionCreateParams, _session_create_params

from gateway.domain.catalogue import Item, parse_catalogue
from gateway.domain.errors import CheckoutRefused, InvalidPriceId, InvalidRequest
from gateway.services.checkout.request import CheckoutRequest
from tests.harness.bare_gateway import BareGateway, open_gateway
from tests.harness.rows import rows_of
from tests.harness.stripe_account import FREE, MONTHLY, PRICE, PRICES, Desk
from tests.harness.stripe_front import StripeFront

RECURRING, OTHER, IN_EUROS = MONTHLY, FREE, "price_euro"


@pytest.fixture
def selling(database_url: str, tmp_path: Path, side: tuple[StripeFront, Desk]) -> Any:
    """Open the gateway with these lines behind the packages of its catalogue."""

    def opened(general: str = "", own: str = "", **values: Any) -> Any:
        packages = []
        for price in PRICES:
            lines = f'price_id = "{price.id}"\nunit_amount = {price.unit_amount}\ncurrency = "{price.currency}"'
            mine = f"\n[packages.checkout]\n{own}" if own and price.id == values.get("of", PRICE) else ""
            packages.append(f'[[packages]]\n{lines}\nname = "A package"{mine}')
        path = tmp_path / "options.toml"
        path.write_text("\n\n".join(packages) + (f"\n\n[checkout]\n{general}" if general else ""))
        return open_gateway(database_url, tmp_path, side, catalogue=path)

    return opened


async def parameters(gateway: BareGateway, session_id: str) -> dict[str, Any]:
    found = (await rows_of(gateway.settings.database_url)).payment(session_id)["parameters"]
    assert isinstance(found, dict)
    return found


async def session(gateway: BareGateway, **wishes: Any) -> dict[str, Any]:
    session_id = str((await gateway.services.checkout.create(CheckoutRequest(**wishes))).snapshot.session_id)
    return {**await gateway.desk.session(session_id), "parameters": await parameters(gateway, session_id)}


EVERY = """
allow_promotion_codes = true
automatic_tax = true
tax_id_collection = true
billing_address = "required"
phone_number = true
shipping_countries = ["US", "CN"]
invoice = true
payment_methods = ["card", "alipay"]
submit_type = "book"
expires_after = "2h"

[checkout.custom_text]
submit = { en = "We ship within a day.", zh = "一天内发货。" }
after_submit = "Thank you."
"""


async def test_every_option_of_a_one_time_checkout_reaches_stripe(selling: Any) -> None:
    async with selling(EVERY) as gateway:
        made = await session(gateway, price_id=PRICE, locale="zh-CN")
        assert made["allow_promotion_codes"] is True
        assert made["automatic_tax"]["enabled"] is True
        assert made["tax_id_collection"]["enabled"] is True
        assert made["billing_address_collection"] == "required"
        assert made["phone_number_collection"] == {"enabled": True}
        assert made["shipping_address_collection"] == {"allowed_countries": ["US", "CN"]}
        assert made["invoice_creation"]["enabled"] is True
        assert made["payment_method_types"] == ["card", "alipay"]
        assert made["submit_type"] == "book"
        assert made["custom_text"]["submit"] == {"message": "一天内发货。"}
        assert made["custom_text"]["after_submit"] == {"message": "Thank you."}
        assert 7000 < made["expires_at"] - made["created"] <= 7200


async def test_every_parameter_is_one_of_the_sdks_own_types(selling: Any) -> None:
    """The official SDK judges the names; `trial_days` and `shipping_rates` are asked for besides."""
    assert _unknown({"automatic_tax": {"on": True}}, SessionCreateParams) == ["SessionCreateParamsAutomaticTax.on"]
    async with selling(EVERY) as gateway:
        asked = (await session(gateway, price_id=PRICE))["parameters"]
        assert len(asked) > 12
        assert _unknown(asked, SessionCreateParams) == []
    async with selling("trial_days = 7") as gateway:
        asked = (await session(gateway, price_id=RECURRING))["parameters"]
        assert _unknown(asked, SessionCreateParams) == []
        assert asked["subscription_data"]["trial_period_days"] == 7


async def test_shipping_rates_are_offered(selling: Any, side: tuple[StripeFront, Desk]) -> None:
    status, rate = await side[1]._post(
        "/v1/shipping_rates",
        {"display_name": "Post", "fixed_amount[amount]": "300", "fixed_amount[currency]": "usd"},
    )
    assert status == 200
    async with selling(f'shipping_countries = ["US"]\nshipping_rates = ["{rate["id"]}"]') as gateway:
        made = await session(gateway, price_id=PRICE)
        assert [option["shipping_rate"] for option in made["shipping_options"]] == [rate["id"]]
        assert made["amount_total"] == 500 + 300


async def test_a_trial_asks_for_nothing_and_is_no_difference(selling: Any) -> None:
    async with selling("trial_days = 14") as gateway:
        made = await session(gateway, price_id=RECURRING)
        assert made["amount_total"] == 0
        await gateway.desk.pay(made["id"])
        await gateway.learn_news()
        snapshot = await gateway.services.payments.read(made["id"])
        assert snapshot is not None
        assert snapshot.status.value == "no_payment_required"
        assert (await rows_of(gateway.settings.database_url)).desk == []


async def test_an_invoice_and_a_receipt_are_shown_once_it_is_paid(selling: Any) -> None:
    async with selling("invoice = true") as gateway:
        made = await session(gateway, price_id=PRICE)
        await gateway.desk.pay(made["id"])
        await gateway.learn_news()
        snapshot = await gateway.services.payments.read(made["id"])
        assert snapshot is not None
        assert snapshot.receipt_url is not None
        assert "/receipts/ch_" in snapshot.receipt_url
        assert snapshot.invoice_url is not None
        assert "/invoices/in_" in snapshot.invoice_url
        assert snapshot.paid.amount_minor == 500


async def test_an_option_that_stripe_does_not_have_in_this_mode_is_left_out_for_all_and_refused_for_one(
    selling: Any,
) -> None:
    async with selling("trial_days = 7\ninvoice = true") as gateway:
        assert "invoice_creation" not in (await session(gateway, price_id=RECURRING))["parameters"]
        assert "subscription_data" not in (await session(gateway, price_id=PRICE))["parameters"]
    async with selling(own="trial_days = 7") as gateway:
        with pytest.raises(CheckoutRefused):
            await session(gateway, price_id=PRICE)


async def test_a_packages_own_option_stands_in_place_of_the_files(selling: Any) -> None:
    async with selling("phone_number = true\nautomatic_tax = true", "phone_number = false") as gateway:
        asked = (await session(gateway, price_id=PRICE))["parameters"]
        assert asked["phone_number_collection"] == {"enabled": False}
        assert asked["automatic_tax"] == {"enabled": True}
        assert (await session(gateway, price_id=OTHER))["parameters"]["phone_number_collection"] == {"enabled": True}
        both = {"items": (Item(PRICE, 1), Item(OTHER, 1))}
        assert (await session(gateway, **both))["parameters"]["phone_number_collection"] == {"enabled": False}


async def test_several_items_are_one_payment(gateway: BareGateway) -> None:
    items, pairs = (Item(PRICE, 2), Item(OTHER, 1)), (("order", "7"), ("来源", "网店"))
    made = await session(gateway, items=items, metadata=pairs, client_reference_id="order-7")
    amounts = {price.id: price.unit_amount or 0 for price in PRICES}
    assert made["amount_total"] == 2 * amounts[PRICE] + amounts[OTHER]
    assert {**made["metadata"], **dict(pairs)} == made["metadata"]
    await gateway.desk.pay(made["id"])
    await gateway.learn_news()
    view = await gateway.services.operators.payment(made["id"])
    assert view is not None
    assert (view.items, dict(view.metadata)) == (items, dict(pairs))
    assert view.snapshot.paid.amount_minor == made["amount_total"]
    found = await rows_of(gateway.settings.database_url)
    assert found.desk == []


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"price_id": PRICE, "items": (Item(PRICE, 1),)}, "`items` is sent in place of `priceId`"),
        ({}, "`priceId` is missing"),
        ({"items": (Item(PRICE, 1), Item(OTHER, 0))}, r"`items\[1\].quantity` must be between"),
        ({"items": (Item(PRICE, 1), Item(PRICE, 2))}, r"`items\[1\].priceId` is there twice"),
        ({"items": (Item(PRICE, 1),), "quantity": 2}, "`quantity` belongs to `priceId`"),
        ({"items": tuple(Item(f"price_{n}", 1) for n in range(21))}, "`items` must have 1 to 20"),
        ({"items": (Item(PRICE, 1), Item(RECURRING, 1))}, r"`items\[1\].priceId` is of another mode"),
        ({"price_id": PRICE, "metadata": tuple((f"k{n}", "v") for n in range(21))}, "`metadata` has 21 keys"),
        ({"price_id": PRICE, "metadata": (("gateway_payment_id", "x"),)}, "which is ours"),
        ({"price_id": PRICE, "metadata": (("a[b]", "x"),)}, "without brackets"),
        ({"price_id": PRICE, "metadata": (("k" * 41, "x"),)}, "1 to 40 characters"),
        ({"price_id": PRICE, "metadata": (("k", "v" * 501),)}, r"`metadata\.k` must be 1 to 500"),
        ({"price_id": PRICE, "metadata": (("k", "v"), ("k", "w"))}, "is there twice"),
    ],
)
async def test_what_cannot_be_sold_is_refused_by_name_and_nothing_is_written(
    gateway: BareGateway, wishes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        await gateway.services.checkout.create(CheckoutRequest(**wishes))
    assert (await rows_of(gateway.settings.database_url)).payments == []


async def test_a_lines_price_is_named_by_its_place(gateway: BareGateway) -> None:
    for unknown in ("nonsense", "price_unknown"):
        with pytest.raises(InvalidPriceId, match=r"items\[1\]\.priceId"):
            await gateway.services.checkout.create(CheckoutRequest(items=(Item(PRICE, 1), Item(unknown, 1))))


async def test_items_of_two_currencies_are_refused_by_name(gateway: BareGateway, side: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"`items\[1\]\.priceId` is not offered in usd but in eur"):
        await gateway.services.checkout.create(CheckoutRequest(items=(Item(PRICE, 1), Item(IN_EUROS, 1))))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("promotion_codes = true", "unknown field `promotion_codes`"),
        ("automatic_tax = 1", "`automatic_tax` must be true or false"),
        ('billing_address = "always"', "`billing_address` must be one of auto, required"),
        ('shipping_countries = ["USA"]', "`shipping_countries` must be a list"),
        ('shipping_rates = ["shr_1"]', "`shipping_rates` needs `shipping_countries`"),
        ('expires_after = "20m"', '`expires_after` must be a duration from "30m" to "24h"'),
        ("trial_days = 0", "`trial_days` must be a whole number of days"),
        ('submit_type = "buy"', "`submit_type` must be one of"),
        ("payment_methods = []", "`payment_methods` must be a list"),
        ('[checkout.custom_text]\nsubmit = ""', "`custom_text`.submit must be a text"),
        ('[checkout.custom_text]\nfooter = "x"', "`custom_text` must be a table of texts"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_at_the_start_by_name(table: str, sentence: str) -> None:
    package = f'[[packages]]\nprice_id = "{PRICE}"\nunit_amount = 1\ncurrency = "usd"\nname = "x"\n'
    with pytest.raises(ValueError, match="checkout") as refusal:
        parse_catalogue(f"{package}\n[checkout]\n{table}")
    assert sentence in str(refusal.value)


def test_options_of_two_modes_in_one_package_are_refused_at_the_start() -> None:
    package = f'[[packages]]\nprice_id = "{PRICE}"\nunit_amount = 1\ncurrency = "usd"\nname = "x"\n'
    with pytest.raises(ValueError, match="exclude each other"):
        parse_catalogue(f"{package}\n[packages.checkout]\ntrial_days = 7\ninvoice = true")


def _unknown(asked: dict[str, Any], types: type) -> list[str]:
    """Names that the SDK's own type does not have, at any depth."""
    known, found = types.__annotations__, []
    for name, value in asked.items():
        if name not in known:
            found.append(f"{types.__name__}.{name}")
        below = re.search(r"SessionCreateParams\w+", str(known.get(name, "")))
        if below is None:
            continue
        inner = getattr(_session_create_params, below[0])
        for one in value if isinstance(value, list) else [value]:
            found += _unknown(one, inner) if isinstance(one, dict) else []
    return found
