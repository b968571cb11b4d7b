"""Stripe's objects as plain dictionaries, in the shapes of API version 2026-10-28.endive.

A builder gives the object as it is when it is created; what happens to it later is in `story`. Fields that no reader
of ours looks at are left out, those that could mislead one (nulls, similar amounts) are kept.
"""

from typing import Any

from gateway.domain.facts import Asked

Object = dict[str, Any]

API_VERSION = "2026-10-28.endive"


def session(*, session_id: str, created: int, mode: str, asked: Asked, marker: str) -> Object:
    """Open, unpaid or with nothing due. No PaymentIntent exists before the first attempt."""
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        **session_figures(asked),
        "cancel_url": "https://shop.example/cancel",
        "client_reference_id": "order-17",
        "client_secret": None,
        "created": created,
        "currency_conversion": None,
        "customer": None,
        "customer_details": None,
        "customer_email": None,
        "expires_at": created + 86_400,
        "invoice": None,
        "livemode": False,
        "locale": None,
        "metadata": {"gateway_payment_id": marker},
        "mode": mode,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required" if mode == "payment" else "always",
        "payment_method_types": ["card", "sepa_debit"],
        "payment_status": "unpaid" if asked.total else "no_payment_required",
        "setup_intent": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": "https://shop.example/success?session_id={CHECKOUT_SESSION_ID}",
        "ui_mode": "hosted_page",
        "url": f"https://checkout.stripe.com/c/pay/{session_id}",
    }


def session_figures(asked: Asked) -> Object:
    """The fields of a session that say what the buyer is asked for."""
    return {
        "amount_subtotal": asked.subtotal,
        "amount_total": asked.total,
        "currency": asked.currency,
        "total_details": {
            "amount_discount": asked.discount,
            "amount_shipping": asked.shipping,
            "amount_tax": asked.tax,
        },
    }


def payment_intent(*, intent_id: str, created: int, amount: int, currency: str, metadata: dict[str, str]) -> Object:
    """Waiting for a payment method."""
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_0123456789",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata,
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card", "sepa_debit"],
        "processing": None,
        "receipt_email": None,
        "setup_future_usage": None,
        "status": "requires_payment_method",
    }


def payment_method(*, method_id: str, created: int, last4: str) -> Object:
    """A card, as `last_payment_error` shows it in full."""
    return {
        "id": method_id,
        "object": "payment_method",
        "billing_details": _billing_details(),
        "card": {
            "brand": "visa",
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "funding": "credit",
            "last4": last4,
            "wallet": None,
        },
        "created": created,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }


def charge(*, charge_id: str, created: int, intent: Object, method: Object) -> Object:
    """Pending; `story` lets it succeed or fail. A charge copies its intent's metadata."""
    return {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": _billing_details(),
        "captured": False,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "card": {"brand": method["card"]["brand"], "last4": method["card"]["last4"], "three_d_secure": None},
            "type": "card",
        },
        "receipt_url": None,
        "refunded": False,
        "status": "pending",
    }


def refund(*, refund_id: str, created: int, charge: Object, amount: int, status: str) -> Object:
    """No balance transaction yet: no money has moved. It carries no marker, so it joins by its intent."""
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "requested_by_customer",
        "receipt_number": None,
        "status": status,
    }


def dispute(*, dispute_id: str, created: int, charge: Object, status: str) -> Object:
    """Of the whole charge; no balance transaction yet."""
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "evidence": {},
        "evidence_details": {"due_by": created + 604_800, "has_evidence": False, "past_due": False},
        "is_charge_refundable": status.startswith("warning_"),
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": status,
    }


def balance_transaction(*, transaction_id: str, created: int, amount: int, currency: str, source: str) -> Object:
    """Money that a dispute moved, in the account's own currency. The fee is not part of the amount."""
    return {
        "id": transaction_id,
        "object": "balance_transaction",
        "amount": amount,
        "created": created,
        "currency": currency,
        "exchange_rate": None,
        "fee": 1500 if amount < 0 else 0,
        "net": amount - (1500 if amount < 0 else 0),
        "source": source,
        "status": "available",
        "type": "adjustment",
    }


def subscription(*, subscription_id: str, created: int, currency: str, invoice_id: str, marker: str) -> Object:
    """Incomplete until its first invoice is paid."""
    return {
        "id": subscription_id,
        "object": "subscription",
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": "cus_Scenario000001",
        "ended_at": None,
        "latest_invoice": invoice_id,
        "livemode": False,
        "metadata": {"gateway_payment_id": marker},
        "start_date": created,
        "status": "incomplete",
    }


def invoice(
    *, invoice_id: str, created: int, session: Object, subscription_id: str, reason: str = "subscription_create"
) -> Object:
    """An invoice of a subscription, open until paid. Since 2025 it names no PaymentIntent of its own; the marker
    travels in a copy of the subscription's metadata, on renewals too."""
    total = session["amount_total"]
    return {
        "id": invoice_id,
        "object": "invoice",
        "amount_due": total,
        "amount_paid": 0,
        "amount_remaining": total,
        "billing_reason": reason,
        "created": created,
        "currency": session["currency"],
        "customer": "cus_Scenario000001",
        "livemode": False,
        "metadata": {},
        "parent": {
            "subscription_details": {"metadata": session["metadata"], "subscription": subscription_id},
            "type": "subscription_details",
        },
        "status": "open",
        "total": total,
    }


def invoice_payment(*, payment_id: str, created: int, invoice: Object, intent_id: str) -> Object:
    """Which PaymentIntent pays an invoice."""
    return {
        "id": payment_id,
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": created,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent_id, "type": "payment_intent"},
        "status": "open",
    }


def event(*, event_id: str, event_type: str, created: int, thing: Object) -> Object:
    """The envelope a webhook delivers; `thing` as it was when the event happened."""
    return {
        "id": event_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    }


def _billing_details() -> Object:
    return {
        "address": {"city": None, "country": "US", "line1": None, "line2": None, "postal_code": None, "state": None},
        "email": "buyer@example.com",
        "name": "A Buyer",
        "phone": None,
        "tax_id": None,
    }
