"""What a session sells: `line_items[n]` with a price of the catalogue or an inline `price_data`, checked as Stripe
checks it.
"""

from gateway.sandbox import catalogue, pricing
from gateway.sandbox.entities.catalogue import line_item
from gateway.sandbox.errors import invalid, missing_parameter, no_such
from gateway.sandbox.params import Params
from gateway.sandbox.store import Kind, Object, Store

MAX_ITEMS = 100
MAX_QUANTITY = 999_999


def build(store: Store, params: Params, *, mode: str) -> tuple[list[Object], str]:
    """The items and the currency the session begins with: the one sent, else the first price's own.

    Raises StripeRefusal; an inline price is stored only if it is valid.
    """
    sent = params.items("line_items")
    if not sent:
        raise missing_parameter("line_items")
    if len(sent) > MAX_ITEMS:
        raise invalid(f"You can have at most {MAX_ITEMS} line items.", param="line_items")
    prices = [_price(store, item) for item in sent]
    _check_mode(prices, sent, mode)
    currency = _one_currency(store, prices, sent, params.text("currency"))
    items = [_item(store, price, item) for price, item in zip(prices, sent, strict=True)]
    return items, currency


def offered_by_all(store: Store, items: list[Object]) -> list[str]:
    """The currencies in which every one of these items has a price, the first item's own in front."""
    offers = [pricing.options_of(store, item["price"]) for item in items]
    return [currency for currency in offers[0] if all(currency in each for each in offers)]


def active_price(store: Store, price_id: str, *, param: str) -> Object:
    """The price, if it may be sold. Raises StripeRefusal."""
    price = store.get(Kind.PRICE, price_id)
    if price is None:
        raise no_such("price", price_id, param=param, status=400)
    if not price["active"]:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param=param)
    if price["unit_amount"] is None or (price["recurring"] or {}).get("usage_type") == "metered":
        raise invalid("The sandbox sells no metered prices and none whose amount the buyer chooses.", param=param)
    return price


def item_of(store: Store, price: Object, quantity: int) -> Object:
    product = store.need(Kind.PRODUCT, price["product"])
    return line_item(price=dict(price), quantity=quantity, description=product["name"])


def _price(store: Store, item: Params) -> Object:
    item.allow(
        (
            "price",
            "price_data",
            "quantity",
            "adjustable_quantity",
            "tax_rates",
            "dynamic_tax_rates",
            "metadata",
        )
    )
    if item.is_mapping("price_data"):
        return catalogue.create_inline_price(store, item.mapping("price_data"))
    return active_price(store, item.required_text("price"), param=item.full_name("price"))


def _check_mode(prices: list[Object], sent: list[Params], mode: str) -> None:
    recurring = [bool(price["recurring"]) for price in prices]
    if mode == "payment" and any(recurring):
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or "
            "use only one-time prices.",
            param=sent[recurring.index(True)].full_name("price"),
        )
    if mode == "subscription" and not any(recurring):
        message = "You must provide at least one recurring price in `subscription` mode when using prices."
        raise invalid(message, param="line_items")


def _one_currency(store: Store, prices: list[Object], sent: list[Params], wanted: str | None) -> str:
    currency: str = wanted.lower() if wanted else prices[0]["currency"]
    for price, item in zip(prices, sent, strict=True):
        offered = pricing.options_of(store, price)
        if currency not in offered:
            supported = ", ".join(f"`{each}`" for each in offered)
            message = (
                f"The price specified only supports {supported}. This doesn't match the expected currency: "
                f"`{currency}`."
            )
            raise invalid(message, param=item.full_name("price"))
    return currency


def _item(store: Store, price: Object, item: Params) -> Object:
    quantity = item.integer("quantity", least=1, most=MAX_QUANTITY)
    if quantity is None:
        raise invalid(
            f"Quantity is required. Add `quantity` to `{item.full_name('')[:-2]}`",
            param=item.full_name("quantity"),
            code="parameter_missing",
        )
    return item_of(store, price, quantity)
