"""What Stripe is asked for when a session is created. Stored with the row, so that every try is the same request."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.domain.checkout_options import CheckoutOptions, parameters_of
from gateway.domain.identifiers import INSTANCE_MARKER, MARKER, InstanceId, PaymentId
from gateway.domain.language import Language
from gateway.domain.locales import nearest_locale
from gateway.domain.stripe_event import Mode
from gateway.services.checkout.prices import Sale
from gateway.services.checkout.request import CheckoutRequest
from gateway.settings import Settings

LIFETIME = timedelta(hours=23)
"""Unless the shop says otherwise: an hour is left for late tries."""
SHORTEST, LONGEST = timedelta(minutes=32), timedelta(hours=23, minutes=58)
"""Stripe allows 30 minutes to 24 hours by its own clock; two minutes are left for ours to differ."""


def session_parameters(
    request: CheckoutRequest,
    sale: Sale,
    options: CheckoutOptions,
    marker: dict[str, str],
    settings: Settings,
) -> dict[str, Any]:
    """Our id goes into the session and into the intent (or subscription), so that any event finds its payment; the
    caller's metadata goes with it."""
    metadata = dict(request.metadata) | marker
    language = Language.ZH if (request.locale or "").lower().startswith("zh") else Language.EN
    offered = parameters_of(options, sale.mode, language)
    if options.invoice and sale.mode is Mode.PAYMENT:
        offered["invoice_creation"]["invoice_data"] = {"metadata": metadata}
    optional = {
        "client_reference_id": request.client_reference_id,
        "customer_email": request.customer_email,
        "currency": sale.pinned,
        "locale": nearest_locale(request.locale) if request.locale is not None else None,
    }
    is_recurring = sale.mode is Mode.SUBSCRIPTION
    inner: dict[str, Any] = {"metadata": metadata}
    if is_recurring and options.trial_days is not None:
        inner["trial_period_days"] = options.trial_days
    lifetime = timedelta(seconds=options.expires_after) if options.expires_after is not None else LIFETIME
    return renewed(
        {
            "mode": sale.mode.value,
            "line_items": [{"price": item.price_id, "quantity": item.quantity} for item in request.lines],
            "success_url": request.success_url or settings.effective_success_url,
            "cancel_url": request.cancel_url or settings.effective_cancel_url,
            "metadata": metadata,
            "subscription_data" if is_recurring else "payment_intent_data": inner,
        }
        | offered
        | {name: value for name, value in optional.items() if value is not None},
        lifetime=lifetime,
    )


def marker_of(payment_id: PaymentId, instance: InstanceId) -> dict[str, str]:
    return {MARKER: payment_id, INSTANCE_MARKER: instance}


def renewed(parameters: dict[str, Any], *, lifetime: timedelta) -> dict[str, Any]:
    """The same request with a fresh life: for a first try, or one after Stripe found the old life too short."""
    bounded = min(max(lifetime, SHORTEST), LONGEST)
    return parameters | {"expires_at": int((datetime.now(UTC) + bounded).timestamp())}
