"""Which permission of a restricted key each path of the API needs, under the names that Stripe's refusals give them.

Prices still go by the name of plans there. Where Stripe's own name was found nowhere, it is built like the others.
"""

from gateway.sandbox.errors import missing_permission
from gateway.sandbox.store import Kind, Store
from gateway.sandbox.switches import ACCOUNT_READ, missing_permissions

_RESOURCES = {
    "checkout": "checkout_session",
    "payment_pages": "checkout_session",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "balance_transactions": "balance_transaction_source",
    "prices": "plan",
    "products": "product",
    "customers": "customer",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "invoice_payments": "invoice",
    "coupons": "coupon",
    "promotion_codes": "promotion_code",
    "shipping_rates": "shipping_rate",
    "events": "event",
    "webhook_endpoints": "webhook",
}


def refuse_without_permission(store: Store, key: str, *, method: str, path: str) -> None:
    """Raises StripeRefusal (403) that names the missing permission. The controls need none."""
    wanted = needed(method, path)
    if wanted is None or wanted not in missing_permissions(store, key):
        return
    account = next(store.oldest_first(Kind.ACCOUNT))
    raise missing_permission(key, account["id"], wanted)


def needed(method: str, path: str) -> str | None:
    """`rak_checkout_session_write` for a POST to `/v1/checkout/sessions`; writing includes expiring and capturing."""
    parts = path.split("/")
    if len(parts) < 3 or parts[1] != "v1":
        return None
    if parts[2] == "account":
        return ACCOUNT_READ
    resource = _RESOURCES.get(parts[2])
    return resource and f"rak_{resource}_{'read' if method == 'GET' else 'write'}"


def all_names() -> frozenset[str]:
    """Every permission that this sandbox knows."""
    actions = ("read", "write")
    return frozenset((ACCOUNT_READ, *(f"rak_{name}_{action}" for name in _RESOURCES.values() for action in actions)))
