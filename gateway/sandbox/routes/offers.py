"""Coupons, promotion codes, shipping rates, and the settings of Stripe Tax."""

from functools import partial

from gateway.sandbox import discounts
from gateway.sandbox.api import Call, Entry
from gateway.sandbox.lists import page
from gateway.sandbox.shipping import create_rate
from gateway.sandbox.store import Kind, Object


def entries() -> tuple[Entry, ...]:
    return (
        *_readable("/v1/coupons", Kind.COUPON, ()),
        *_readable("/v1/promotion_codes", Kind.PROMOTION_CODE, ("code",)),
        *_readable("/v1/shipping_rates", Kind.SHIPPING_RATE, ()),
        ("POST", "/v1/coupons", lambda call: discounts.create_coupon(call.sandbox, call.params)),
        ("POST", "/v1/promotion_codes", lambda call: discounts.create_promotion_code(call.sandbox, call.params)),
        ("POST", "/v1/promotion_codes/{id}", _update_promotion_code),
        ("GET", "/v1/tax/settings", _tax_settings),
        ("POST", "/v1/shipping_rates", lambda call: create_rate(call.sandbox.store, call.params)),
    )


def _readable(path: str, kind: Kind, filters: tuple[str, ...]) -> tuple[Entry, Entry]:
    return (
        ("GET", path, partial(_list, kind=kind, path=path, filters=filters)),
        ("GET", path + "/{id}", partial(_retrieve, kind=kind)),
    )


def _list(call: Call, *, kind: Kind, path: str, filters: tuple[str, ...]) -> Object:
    return page(call.sandbox.store, kind, call.params, path, equal=filters)


def _retrieve(call: Call, *, kind: Kind) -> Object:
    call.params.allow(())
    return call.find(kind)


def _tax_settings(call: Call) -> Object:
    """Always set up: tax is computed by the rule of `totals`."""
    call.params.allow(())
    return {
        "object": "tax.settings",
        "defaults": {"provider": "stripe", "tax_behavior": "exclusive", "tax_code": None},
        "head_office": None,
        "livemode": False,
        "status": "active",
        "status_details": {"active": {}},
    }


def _update_promotion_code(call: Call) -> Object:
    promotion_code = call.find(Kind.PROMOTION_CODE)
    return discounts.update_promotion_code(call.sandbox, promotion_code, call.params)
