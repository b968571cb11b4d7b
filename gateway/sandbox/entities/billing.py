"""Customer, Subscription, Invoice and InvoicePayment: as much of Stripe Billing as a subscription checkout needs."""

from typing import Any

from gateway.sandbox import ids
from gateway.sandbox.entities.account import listed
from gateway.sandbox.store import Object

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def customer(*, created: int, email: str | None, name: str | None) -> Object:
    return {
        "id": ids.mint("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": email,
        "invoice_prefix": ids.fingerprint()[:8].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": name,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def subscription(
    *,
    customer_id: str,
    line_items: list[Object],
    created: int,
    metadata: dict[str, str],
    currency: str,
) -> Object:
    """Incomplete until its first invoice is paid. A month is 30 days here, and renewals come by a control alone."""
    subscription_id = ids.mint("sub")
    nothing: dict[str, Any] = dict.fromkeys(
        (
            "application", "application_fee_percent", "billing_cycle_anchor_config", "billing_thresholds",
            "cancel_at", "canceled_at", "customer_account", "days_until_due", "default_source", "description",
            "ended_at", "latest_invoice", "managed_payments", "next_pending_invoice_item_invoice",
            "on_behalf_of", "pause_collection", "pending_invoice_item_interval", "pending_setup_intent",
            "pending_update", "schedule", "test_clock", "transfer_data", "trial_end", "trial_start",
        )
    )  # fmt: skip
    recurring = [item for item in line_items if item["price"]["recurring"]]
    items = [_subscription_item(item, subscription_id, created) for item in recurring]
    return {
        "id": subscription_id,
        "object": "subscription",
        **nothing,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": created,
        "billing_mode": {"type": "flexible"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": customer_id,
        "default_payment_method": None,
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": listed(items, f"/v1/subscription_items?subscription={subscription_id}"),
        "livemode": False,
        "metadata": metadata,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "start_date": created,
        "status": "incomplete",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def invoice(
    *,
    subscription: Object | None,
    customer: Object,
    currency: str,
    line_items: list[Object],
    totals: Object,
    reason: str,
    created: int,
    metadata: dict[str, str] | None = None,
) -> Object:
    """Open until paid. `totals` has subtotal, discount, tax and total; `reason` is Stripe's `billing_reason`.

    Without a subscription it is of one payment.
    """
    invoice_id = ids.mint("in")
    total = totals["total"]
    before_tax = total - totals["tax"]
    nothing: dict[str, Any] = dict.fromkeys(
        (
            "account_tax_ids", "application", "automatically_finalizes_at", "custom_fields", "customer_account",
            "customer_address", "customer_phone", "customer_shipping", "default_payment_method",
            "default_source", "description", "due_date", "ending_balance", "footer", "from_invoice",
            "hosted_invoice_url", "invoice_pdf", "last_finalization_error", "latest_revision",
            "next_payment_attempt", "on_behalf_of", "receipt_number", "rendering", "shipping_cost",
            "shipping_details", "statement_descriptor", "test_clock", "threshold_reason",
            "webhooks_delivered_at",
        )
    )  # fmt: skip
    return {
        "id": invoice_id,
        "object": "invoice",
        **nothing,
        "account_country": "US",
        "account_name": None,
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": total,
        "amount_shipping": totals.get("shipping", 0),
        "attempt_count": 1,
        "attempted": True,
        "auto_advance": False,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "status": None},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": customer["id"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "effective_at": created,
        "issuer": {"type": "self"},
        "lines": listed(
            [_invoice_line(item, invoice_id, created) for item in line_items],
            f"/v1/invoices/{invoice_id}/lines",
        ),
        "livemode": False,
        "metadata": metadata or {},
        "number": f"SANDBOX-{invoice_id[-6:].upper()}",
        "parent": _parent_of(subscription) if subscription is not None else None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": created,
        "period_start": created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "open",
        "status_transitions": {
            "finalized_at": created,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": totals["subtotal"],
        "subtotal_excluding_tax": totals["subtotal"],
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": before_tax,
        "total_pretax_credit_amounts": [],
        "total_taxes": [_tax(totals["tax"], before_tax)] if totals["tax"] else [],
    }


def invoice_payment(*, invoice: Object, intent: Object, created: int) -> Object:
    """The link between an invoice and the PaymentIntent that pays it; open until that succeeds."""
    return {
        "id": ids.mint("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": created,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def period_seconds(recurring: Object) -> int:
    """How long one period of a recurring price lasts."""
    return int(_DAYS[recurring["interval"]] * recurring["interval_count"] * 86_400)


def _parent_of(subscription: Object) -> Object:
    return {
        "quote_details": None,
        "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
        "type": "subscription_details",
    }


def _tax(amount: int, taxable: int) -> Object:
    return {
        "amount": amount,
        "tax_behavior": "exclusive",
        "tax_rate_details": None,
        "taxability_reason": "standard_rated",
        "taxable_amount": taxable,
        "type": "tax_rate_details",
    }


def _subscription_item(item: Object, subscription_id: str, created: int) -> Object:
    return {
        "id": ids.mint("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": created,
        "current_period_end": created + period_seconds(item["price"]["recurring"]),
        "current_period_start": created,
        "discounts": [],
        "metadata": {},
        "price": item["price"],
        "quantity": item["quantity"],
        "subscription": subscription_id,
        "tax_rates": [],
    }


def _invoice_line(item: Object, invoice_id: str, created: int) -> Object:
    return {
        "id": ids.mint("il"),
        "object": "line_item",
        "amount": item["amount_subtotal"],
        "currency": item["currency"],
        "description": item["description"],
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"end": created, "start": created},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": item["price"]["id"], "product": item["price"]["product"]},
            "type": "price_details",
            "unit_amount_decimal": item["price"]["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "subscription": None,
        "taxes": [],
    }
