"""Coupons and promotion codes: made over the API, found by what a buyer types, and worth what they say.

`discount` is the session's own entry `{"coupon": id, "promotion_code": id or None}` everywhere in this file.
"""

import re

from gateway.sandbox import catalogue, ids, money
from gateway.sandbox.entities import offers
from gateway.sandbox.errors import invalid, no_such
from gateway.sandbox.params import Params
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object, Store

_CODE = re.compile(r"[A-Za-z0-9-]{1,200}")
_COUPON_PARAMETERS = (
    "amount_off currency duration duration_in_months id max_redemptions metadata name percent_off redeem_by".split()
)
_CODE_PARAMETERS = "active code expires_at max_redemptions metadata promotion restrictions".split()


def create_coupon(sandbox: Sandbox, params: Params) -> Object:
    params.allow(_COUPON_PARAMETERS)
    coupon_id = params.text("id", max_length=200)
    if coupon_id and sandbox.store.get(Kind.COUPON, coupon_id):
        raise invalid("Coupon already exists.", param="id", code="resource_already_exists")
    percent_off, amount_off = params.percentage("percent_off"), params.integer("amount_off", least=1)
    if (percent_off is None) == (amount_off is None):
        raise invalid("You must pass exactly one of `percent_off` and `amount_off`.", param="percent_off")
    currency = params.text("currency")
    if amount_off is not None and currency is None:
        raise invalid("You must pass currency when passing amount_off", param="currency", code="parameter_missing")
    coupon = offers.coupon(
        coupon_id=coupon_id,
        created=sandbox.store.now(),
        name=params.text("name", max_length=40),
        percent_off=percent_off,
        amount_off=amount_off,
        currency=catalogue.currency_of(currency) if currency and amount_off else None,
        duration=params.choice("duration", ("forever", "once", "repeating")) or "once",
        duration_in_months=params.integer("duration_in_months", least=1),
        max_redemptions=params.integer("max_redemptions", least=1),
        redeem_by=params.integer("redeem_by"),
        metadata=params.metadata(),
    )
    sandbox.store.put(Kind.COUPON, coupon)
    sandbox.emit("coupon.created", coupon)
    return coupon


def create_promotion_code(sandbox: Sandbox, params: Params) -> Object:
    params.allow(_CODE_PARAMETERS)
    promotion, restrictions = params.mapping("promotion"), params.mapping("restrictions")
    promotion.choice("type", ("coupon",))
    coupon_id = promotion.required_text("coupon")
    if sandbox.store.get(Kind.COUPON, coupon_id) is None:
        raise no_such("coupon", coupon_id, param="promotion[coupon]", status=400)
    code = params.text("code") or ids.fingerprint()[:8].upper()
    if not _CODE.fullmatch(code):
        raise invalid("A promotion code holds letters, digits and dashes only.", param="code")
    if _by_code(sandbox.store, code) is not None:
        raise invalid("An active promotion code with `code: " + code + "` already exists.", param="code")
    promotion_code = offers.promotion_code(
        coupon_id=coupon_id,
        code=code,
        created=sandbox.store.now(),
        active=params.boolean("active") is not False,
        expires_at=params.integer("expires_at"),
        max_redemptions=params.integer("max_redemptions", least=1),
        minimum_amount=restrictions.integer("minimum_amount", least=1),
        minimum_amount_currency=restrictions.text("minimum_amount_currency"),
        metadata=params.metadata(),
    )
    sandbox.store.put(Kind.PROMOTION_CODE, promotion_code)
    sandbox.emit("promotion_code.created", promotion_code)
    return promotion_code


def update_promotion_code(sandbox: Sandbox, promotion_code: Object, params: Params) -> Object:
    """Switch it on or off; Stripe changes little else of one."""
    params.allow(("active",))
    active = params.boolean("active")
    if active is not None:
        promotion_code["active"] = active
    sandbox.store.put(Kind.PROMOTION_CODE, promotion_code)
    sandbox.emit("promotion_code.updated", promotion_code)
    return promotion_code


def typed(store: Store, code: str, *, subtotal: int, currency: str) -> Object:
    """The discount behind what a buyer typed, in any case of letters. Raises StripeRefusal if it gives none."""
    found = _by_code(store, code.strip())
    if found is None or not _usable(store, found, subtotal=subtotal, currency=currency):
        raise invalid("This code is invalid.", param="promotion_code", code="promotion_code_invalid")
    return {"coupon": found["promotion"]["coupon"], "promotion_code": found["id"]}


def sent(store: Store, params: Params, *, currency: str) -> Object | None:
    """The one entry of a create's `discounts`; None if there is none. Raises StripeRefusal."""
    entries = params.items("discounts")
    if not entries:
        return None
    if len(entries) > 1:
        raise invalid("You can pass at most 1 discount.", param="discounts")
    entry = entries[0]
    entry.allow(("coupon", "promotion_code"))
    code_id, coupon_id = entry.text("promotion_code"), entry.text("coupon")
    if code_id is not None:
        promotion_code = store.get(Kind.PROMOTION_CODE, code_id)
        if promotion_code is None:
            raise no_such("promotion code", code_id, param=entry.full_name("promotion_code"), status=400)
        coupon_id = promotion_code["promotion"]["coupon"]
    coupon = store.get(Kind.COUPON, coupon_id or "")
    if coupon is None:
        raise no_such("coupon", coupon_id or "", param=entry.full_name("coupon"), status=400)
    if not _redeemable(store, coupon):
        raise invalid("Coupon expired or used up: " + coupon["id"], param=entry.full_name("coupon"))
    discount = {"coupon": coupon["id"], "promotion_code": code_id}
    refuse_other_currency(store, discount, currency)
    return discount


def refuse_other_currency(store: Store, discount: Object | None, currency: str) -> None:
    """An amount off is in one currency alone. Raises StripeRefusal if it is not this one."""
    coupon = store.get(Kind.COUPON, discount["coupon"]) if discount else None
    if coupon and coupon["currency"] not in (None, currency):
        message = f"The coupon `{coupon['id']}` is in `{coupon['currency']}` and cannot be used with `{currency}`."
        raise invalid(message, param="discounts")


def amount_off(store: Store, discount: Object | None, *, subtotal: int, currency: str) -> int:
    """Minor units taken off, never more than the subtotal."""
    coupon = store.get(Kind.COUPON, discount["coupon"]) if discount else None
    if coupon is None:
        return 0
    if coupon["percent_off"] is not None:
        # Hundredths of a percent are whole numbers, so that no amount of money is ever a float.
        hundredths = round(coupon["percent_off"] * 100)
        return int((subtotal * hundredths + 5_000) // 10_000)
    return min(coupon["amount_off"], subtotal) if coupon["currency"] == currency else 0


def redeem(store: Store, discount: Object | None) -> None:
    """Count one use, at the completion of a session."""
    for kind, name in ((Kind.COUPON, "coupon"), (Kind.PROMOTION_CODE, "promotion_code")):
        value = store.get(kind, (discount or {}).get(name) or "")
        if value is not None:
            value["times_redeemed"] += 1
            store.put(kind, value)


def shown(store: Store, discount: Object) -> str:
    """`SPRING (−20%)` or `SPRING (−$5.00)`, for the checkout page."""
    coupon = store.need(Kind.COUPON, discount["coupon"])
    code = store.get(Kind.PROMOTION_CODE, discount["promotion_code"] or "")
    name = code["code"] if code else coupon["name"] or coupon["id"]
    off = (
        f"{coupon['percent_off']:g}%"
        if coupon["percent_off"]
        else money.shown(coupon["amount_off"], coupon["currency"])
    )
    return f"{name} (−{off})"


def _by_code(store: Store, code: str) -> Object | None:
    wanted = code.upper()
    codes = store.newest_first(Kind.PROMOTION_CODE)
    return next((each for each in codes if each["active"] and each["code"].upper() == wanted), None)


def _usable(store: Store, code: Object, *, subtotal: int, currency: str) -> bool:
    coupon = store.need(Kind.COUPON, code["promotion"]["coupon"])
    least, wanted = code["restrictions"]["minimum_amount"], code["restrictions"]["minimum_amount_currency"]
    return (
        _redeemable(store, coupon)
        and coupon["currency"] in (None, currency)
        and (code["expires_at"] is None or store.now() < code["expires_at"])
        and (code["max_redemptions"] is None or code["times_redeemed"] < code["max_redemptions"])
        and (least is None or (wanted == currency and subtotal >= least))
    )


def _redeemable(store: Store, coupon: Object) -> bool:
    in_time = coupon["redeem_by"] is None or store.now() < coupon["redeem_by"]
    return in_time and (coupon["max_redemptions"] is None or coupon["times_redeemed"] < coupon["max_redemptions"])
