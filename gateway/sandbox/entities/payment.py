"""PaymentIntent, PaymentMethod and Charge."""

from typing import Any

from gateway.sandbox import ids
from gateway.sandbox.entities.session import address
from gateway.sandbox.store import Object


def payment_intent(
    *,
    amount: int,
    currency: str,
    created: int,
    metadata: dict[str, str],
    description: str | None,
    receipt_email: str | None,
    customer: str | None,
    capture_method: str = "automatic_async",
) -> Object:
    """A new intent that waits for a payment method."""
    intent_id = ids.mint("pi")
    nothing: dict[str, Any] = dict.fromkeys(
        (
            "allowed_payment_method_types", "application", "application_fee_amount",
            "automatic_payment_methods", "canceled_at", "cancellation_reason", "customer_account",
            "excluded_payment_method_types", "last_payment_error", "latest_charge", "managed_payments",
            "next_action", "on_behalf_of", "payment_method", "payment_method_configuration_details",
            "payment_record", "processing", "review", "setup_future_usage", "shipping", "source",
            "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
        )
    )  # fmt: skip
    return {
        "id": intent_id,
        "object": "payment_intent",
        **nothing,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": capture_method,
        "client_secret": ids.client_secret(intent_id),
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": customer,
        "description": description,
        "livemode": False,
        "metadata": metadata,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "receipt_email": receipt_email,
        "status": "requires_payment_method",
    }


def payment_method(*, created: int, card: Object, email: str | None, name: str | None, place: Object) -> Object:
    """A card as a PaymentMethod. `card` has brand, last4, exp_month, exp_year; `place` country and postal_code."""
    return {
        "id": ids.mint("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            "address": address(country=place["country"], postal_code=place["postal_code"]),
            "email": email,
            "name": name,
            "phone": None,
            "tax_id": None,
        },
        "card": {
            **card,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": "pass" if place["postal_code"] else None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": card["brand"],
            "fingerprint": ids.fingerprint(),
            "funding": "credit",
            "generated_from": None,
            "networks": {"available": [card["brand"]], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": created,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }


def charge(
    *, intent: Object, method: Object, created: int, status: str, outcome: Object | None, captured: bool = True
) -> Object:
    """`status` is succeeded, pending or failed; one that succeeded without being captured is an authorisation.

    Metadata and description are the intent's.
    """
    succeeded = status == "succeeded"
    captured = captured and succeeded
    charge_id = ids.mint("ch")
    nothing: dict[str, Any] = dict.fromkeys(
        (
            "application", "application_fee", "application_fee_amount", "balance_transaction", "customer",
            "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of", "receipt_number",
            "receipt_url", "review", "shipping", "source", "source_transfer", "statement_descriptor",
            "statement_descriptor_suffix", "transfer_data", "transfer_group",
        )
    )  # fmt: skip
    return {
        "id": charge_id,
        "object": "charge",
        **nothing,
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if captured else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX SHOP",
        "captured": captured,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": outcome,
        "paid": succeeded,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": _charged_card(method["card"], intent["amount"]), "type": "card"},
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": status,
    }


def _charged_card(card: Object, amount: int) -> Object:
    return {
        "amount_authorized": amount,
        "authorization_code": None,
        "brand": card["brand"],
        "checks": card["checks"],
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "installments": None,
        "last4": card["last4"],
        "mandate": None,
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "regulated_status": card["regulated_status"],
        "three_d_secure": None,
        "wallet": None,
    }
