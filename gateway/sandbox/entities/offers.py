"""Coupon, PromotionCode and ShippingRate: what changes a session's total besides its prices."""

from gateway.sandbox import ids
from gateway.sandbox.store import Object


def coupon(
    *,
    coupon_id: str | None,
    created: int,
    name: str | None,
    percent_off: float | None,
    amount_off: int | None,
    currency: str | None,
    duration: str,
    duration_in_months: int | None,
    max_redemptions: int | None,
    redeem_by: int | None,
    metadata: dict[str, str],
) -> Object:
    """Either `percent_off`, or `amount_off` in minor units of `currency`."""
    return {
        "id": coupon_id or ids.fingerprint()[:8],
        "object": "coupon",
        "amount_off": amount_off,
        "created": created,
        "currency": currency,
        "duration": duration,
        "duration_in_months": duration_in_months,
        "livemode": False,
        "max_redemptions": max_redemptions,
        "metadata": metadata,
        "name": name,
        "percent_off": percent_off,
        "redeem_by": redeem_by,
        "times_redeemed": 0,
        "valid": True,
    }


def promotion_code(
    *,
    coupon_id: str,
    code: str,
    created: int,
    active: bool,
    expires_at: int | None,
    max_redemptions: int | None,
    minimum_amount: int | None,
    minimum_amount_currency: str | None,
    metadata: dict[str, str],
) -> Object:
    return {
        "id": ids.mint("promo"),
        "object": "promotion_code",
        "active": active,
        "code": code,
        "created": created,
        "customer": None,
        "customer_account": None,
        "expires_at": expires_at,
        "livemode": False,
        "max_redemptions": max_redemptions,
        "metadata": metadata,
        "promotion": {"coupon": coupon_id, "type": "coupon"},
        "restrictions": {
            "first_time_transaction": False,
            "minimum_amount": minimum_amount,
            "minimum_amount_currency": minimum_amount_currency,
        },
        "times_redeemed": 0,
    }


def shipping_rate(
    *,
    created: int,
    display_name: str,
    amount: int,
    currency: str,
    options: dict[str, int],
    metadata: dict[str, str],
) -> Object:
    """A fixed amount in minor units; `options` holds it for further currencies."""
    fixed: Object = {"amount": amount, "currency": currency}
    if options:
        every = {currency: amount, **options}
        fixed["currency_options"] = {
            code: {"amount": value, "tax_behavior": "unspecified"} for code, value in every.items()
        }
    return {
        "id": ids.mint("shr"),
        "object": "shipping_rate",
        "active": True,
        "created": created,
        "delivery_estimate": None,
        "display_name": display_name,
        "fixed_amount": fixed,
        "livemode": False,
        "metadata": metadata,
        "tax_behavior": "unspecified",
        "tax_code": None,
        "type": "fixed_amount",
    }
