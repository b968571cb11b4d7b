"""`expand[]`: ids replaced by their objects along the given paths, in a copy; the stored object is never touched."""

from typing import Any

from gateway.sandbox import pricing
from gateway.sandbox.entities.account import listed
from gateway.sandbox.errors import StripeRefusal, invalid
from gateway.sandbox.store import Kind, Object, Store

MAX_DEPTH = 4
MAX_PATHS = 20

_FIELDS = {
    "payment_intent": Kind.INTENT,
    "latest_charge": Kind.CHARGE,
    "charge": Kind.CHARGE,
    "payment_method": Kind.METHOD,
    "default_payment_method": Kind.METHOD,
    "subscription": Kind.SUBSCRIPTION,
    "latest_invoice": Kind.INVOICE,
    "invoice": Kind.INVOICE,
    "customer": Kind.CUSTOMER,
    "product": Kind.PRODUCT,
    "default_price": Kind.PRICE,
    "balance_transaction": Kind.BALANCE,
    "failure_balance_transaction": Kind.BALANCE,
    "shipping_rate": Kind.SHIPPING_RATE,
    "coupon": Kind.COUPON,
    "promotion_code": Kind.PROMOTION_CODE,
}


def expand(store: Store, value: Object, paths: list[str]) -> Object:
    """Raises StripeRefusal for a path that leads nowhere, too deep, or for too many."""
    if len(paths) > MAX_PATHS:
        raise invalid(f"You cannot expand more than {MAX_PATHS} properties.", param="expand")
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_DEPTH + (parts[0] == "data"):
            message = f"You cannot expand more than {MAX_DEPTH} levels of a property (you requested {path})."
            raise invalid(message, param="expand")
        value = _along(store, value, parts, path)
    return value


def line_items_of(store: Store, session: Object) -> Object:
    """All of a session's line items as Stripe's list."""
    private = store.need(Kind.CHECKOUT, session["id"])
    return listed(private["line_items"], f"/v1/checkout/sessions/{session['id']}/line_items")


def _along(store: Store, value: Object, parts: list[str], path: str) -> Object:
    name, rest = parts[0], parts[1:]
    included = _included(store, value, name)
    if included is not None:
        found: Any = value.get(name) or included
    elif name not in value:
        raise _nowhere(path)
    else:
        found = _fetched(store, name, value[name], path, last=not rest)
    if rest and found is not None:
        found = (
            [_along(store, each, rest, path) for each in found]
            if isinstance(found, list)
            else _along(store, found, rest, path)
        )
    return {**value, name: found}


def _included(store: Store, value: Object, name: str) -> Object | None:
    """A property that Stripe leaves out of the object unless it is asked for."""
    match value.get("object"), name:
        case Kind.SESSION, "line_items":
            return line_items_of(store, value)
        case Kind.PRICE, "currency_options":
            return pricing.options_of(store, value)
        case Kind.CHARGE, "refunds":
            return _listed(store, Kind.REFUND, "charge", value, f"/v1/charges/{value['id']}/refunds")
        case Kind.INVOICE, "payments":
            return _listed(store, Kind.INVOICE_PAYMENT, "invoice", value, f"/v1/invoices/{value['id']}/payments")
    return None


def _listed(store: Store, kind: Kind, owner_field: str, owner: Object, url: str) -> Object:
    return listed([each for each in store.newest_first(kind) if each[owner_field] == owner["id"]][:10], url)


def _fetched(store: Store, name: str, value: Any, path: str, *, last: bool) -> Any:
    """An id becomes its object, null stays null, and what is an object already is walked through."""
    if value is None and name in _FIELDS:
        return None
    if isinstance(value, str) and name in _FIELDS:
        return store.get(_FIELDS[name], value)
    if isinstance(value, dict | list) and not (last and name not in _FIELDS):
        return value
    raise _nowhere(path)


def _nowhere(path: str) -> StripeRefusal:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")
