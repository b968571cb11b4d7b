"""Product, Price and the LineItem made of one."""

from gateway.sandbox import ids
from gateway.sandbox.store import Object


def product(
    *,
    name: str,
    created: int,
    description: str | None = None,
    product_id: str | None = None,
    active: bool = True,
) -> Object:
    return {
        "id": product_id or ids.mint("prod"),
        "object": "product",
        "active": active,
        "created": created,
        "default_price": None,
        "description": description,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "tax_details": None,
        "type": "service",
        "unit_label": None,
        "updated": created,
        "url": None,
    }


def price(
    *,
    product_id: str,
    currency: str,
    unit_amount: int | None,
    created: int,
    interval: str | None = None,
    interval_count: int = 1,
    price_id: str | None = None,
    active: bool = True,
    transform_quantity: Object | None = None,
) -> Object:
    recurring = interval and {
        "interval": interval,
        "interval_count": interval_count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
    return {
        "id": price_id or ids.mint("price"),
        "object": "price",
        "active": active,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product_id,
        "recurring": recurring,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": transform_quantity,
        "type": "recurring" if interval else "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": None if unit_amount is None else str(unit_amount),
    }


def currency_option(unit_amount: int | None) -> Object:
    """One entry of a price's `currency_options`."""
    return {
        "custom_unit_amount": None,
        "tax_behavior": "unspecified",
        "unit_amount": unit_amount,
        "unit_amount_decimal": None if unit_amount is None else str(unit_amount),
    }


def line_item(*, price: Object, quantity: int, description: str) -> Object:
    """Without amounts: those are filled in together with the session's totals, in the session's currency."""
    return {
        "id": ids.mint("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": 0,
        "amount_tax": 0,
        "amount_total": 0,
        "currency": price["currency"],
        "description": description,
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }
