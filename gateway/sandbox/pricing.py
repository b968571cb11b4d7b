"""What a price costs in each of its currencies, for any quantity. It knows nothing of sessions."""

from gateway.sandbox.entities.catalogue import currency_option
from gateway.sandbox.store import Kind, Object, Store


def options_of(store: Store, price: Object) -> dict[str, Object]:
    """`currency_options` as Stripe shows them when they are expanded, the price's own currency first."""
    kept = store.get(Kind.PRICE_OPTIONS, price["id"])
    return {price["currency"]: currency_option(price["unit_amount"]), **(kept["options"] if kept else {})}


def amount_of(store: Store, price: Object, *, quantity: int, currency: str) -> int:
    """Minor units for this quantity. The price must offer the currency."""
    unit_amount: int = options_of(store, price)[currency]["unit_amount"]
    return unit_amount * packages(quantity, price["transform_quantity"])


def packages(quantity: int, transform: Object | None) -> int:
    """How many times the unit amount is charged: `transform_quantity` divides the quantity and rounds."""
    if transform is None:
        return quantity
    whole, rest = divmod(quantity, transform["divide_by"])
    return int(whole) + (1 if rest and transform["round"] == "up" else 0)
