"""The same objects as an endpoint of an older API version gets them in its events.

Before 2025-03-31 a session paid in the buyer's currency showed that currency and named the source in
`currency_conversion`, and an invoice named its PaymentIntent and held its subscription's details itself.
"""

import copy

from gateway.domain.facts import Conversion
from tests.scenarios.objects import Object

AMOUNTS = ("amount", "amount_captured", "amount_received", "amount_refunded")


def converted(thing: Object, conversion: Conversion) -> Object:
    """A session, intent, charge or refund with the buyer's figures."""
    shown = copy.deepcopy(thing)
    if thing["object"] == "checkout.session":
        shown["currency_conversion"] = {
            "amount_subtotal": thing["amount_subtotal"],
            "amount_total": thing["amount_total"],
            "fx_rate": str(conversion.shown_total / conversion.total),
            "source_currency": conversion.currency,
        }
        amounts: tuple[str, ...] = ("amount_subtotal", "amount_total")
    elif thing["object"] in {"payment_intent", "charge", "refund"}:
        amounts = tuple(name for name in AMOUNTS if name in thing)
    else:
        return shown
    shown["currency"] = conversion.shown
    for name in amounts:
        shown[name] = thing[name] * conversion.shown_total // conversion.total
    return shown


def old_invoice(invoice: Object, intent_id: str | None) -> Object:
    """An invoice as it was before 2025-03-31."""
    shown = copy.deepcopy(invoice)
    details = shown.pop("parent")["subscription_details"]
    subscription = details["subscription"]
    return shown | {"payment_intent": intent_id, "subscription": subscription, "subscription_details": details}
