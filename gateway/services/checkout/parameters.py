"""What Stripe is asked for when a session is created. Stored with the row, so that every try is the same request."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.domain.identifiers import INSTANCE_MARKER, MARKER, InstanceId, PaymentId
from gateway.domain.locales import nearest_locale
from gateway.domain.stripe_event import Mode
from gateway.services.checkout.prices import Sale
from gateway.services.checkout.request import CheckoutRequest
from gateway.settings import Settings

LIFETIME = timedelta(hours=23)
"""Stripe allows 24 hours by its own clock; an hour is left for ours to differ and for late tries."""


def session_parameters(
    request: CheckoutRequest, sale: Sale, payment_id: PaymentId, instance: InstanceId, settings: Settings
) -> dict[str, Any]:
    """Our id goes into the session and into the intent (or subscription), so that any event finds its payment."""
    marker = {MARKER: payment_id, INSTANCE_MARKER: instance}
    optional = {
        "client_reference_id": request.client_reference_id,
        "customer_email": request.customer_email,
        "currency": sale.pinned,
        "locale": nearest_locale(request.locale) if request.locale is not None else None,
    }
    inner = "subscription_data" if sale.mode is Mode.SUBSCRIPTION else "payment_intent_data"
    return renewed(
        {
            "mode": sale.mode.value,
            "line_items": [{"price": request.price_id, "quantity": request.quantity}],
            "success_url": request.success_url or settings.effective_success_url,
            "cancel_url": request.cancel_url or settings.effective_cancel_url,
            "metadata": marker,
            inner: {"metadata": marker},
        }
        | {name: value for name, value in optional.items() if value is not None}
    )


def renewed(parameters: dict[str, Any]) -> dict[str, Any]:
    """The same request with a fresh life: for a first try, or one after Stripe found the old life too short."""
    return parameters | {"expires_at": int((datetime.now(UTC) + LIFETIME).timestamp())}
