"""What single settings must look like, and where the required ones come from. It reads nothing by itself."""

from collections.abc import Mapping

from limits import parse as parse_limit

from gateway.domain.duration import duration_seconds

MAX_SHOP_NAME = 200

HOW_TO_GET: Mapping[str, str] = {
    "STRIPE_API_KEY": "your secret key (sk_… or rk_…) from the Stripe Dashboard → Developers → API keys.",
    "STRIPE_WEBHOOK_SECRET": "the signing secret (whsec_…) of your webhook endpoint, Stripe Dashboard → Webhooks.",
    "GATEWAY_SUCCESS_URL": "your shop's page for buyers who have paid, like "
    "https://shop.example/success?session_id={CHECKOUT_SESSION_ID}; or GATEWAY_STOREFRONT=on for the demo shop's.",
    "GATEWAY_CANCEL_URL": "your shop's page for buyers who left the checkout, like https://shop.example/cart; "
    "or GATEWAY_STOREFRONT=on for the demo shop's.",
}
"""For each variable that must be given: what to write there."""


def check_duration(value: str) -> str:
    """A duration like `15m`. Raises ValueError, which says what to write."""
    duration_seconds(value)
    return value


def check_limit(value: str) -> str:
    """A limit like `100/minute`, at least one. Raises ValueError, which says what to write."""
    try:
        amount = parse_limit(value).amount
    except ValueError:
        amount = 0
    if amount < 1:
        raise ValueError(f"`{value}` is no limit; write it like 100/minute")
    return value
