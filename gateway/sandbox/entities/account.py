"""The account, its webhook endpoint, and the envelope every list comes in."""

from gateway.sandbox.config import API_VERSION
from gateway.sandbox.store import Object


def account(*, account_id: str, created: int, name: str) -> Object:
    return {
        "id": account_id,
        "object": "account",
        "business_profile": {"name": name, "url": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "US",
        "created": created,
        "default_currency": "usd",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": name, "timezone": "Etc/UTC"}},
        "type": "standard",
    }


def webhook_endpoint(*, endpoint_id: str, created: int, url: str) -> Object:
    return {
        "id": endpoint_id,
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": created,
        "description": "The endpoint the sandbox was started with",
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }


def listed(data: list[Object], url: str, *, has_more: bool = False) -> Object:
    """Stripe's list envelope."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
