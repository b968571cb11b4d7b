"""Every field that Stripe's own types require is present in what the sandbox hands out, null where it may be null."""

import json
from typing import Any, get_args

import stripe

from tests.integration.sandbox.conftest import KEY, Running

NON_NULL = {
    "Session": (
        "id object automatic_tax created custom_fields custom_text expires_at livemode mode "
        "payment_method_types payment_status shipping_options "
    ),
    "PaymentIntent": (
        "id object amount amount_capturable amount_received capture_method confirmation_method created "
        "currency livemode metadata payment_method_types status "
    ),
    "Charge": (
        "id object amount amount_captured amount_refunded billing_details captured created currency disputed "
        "livemode metadata paid refunded status "
    ),
    "Price": ("id object active billing_scheme created currency livemode metadata product type "),
    "Product": ("id object active created images livemode marketing_features metadata name type updated "),
    "LineItem": ("id object amount_discount amount_subtotal amount_tax amount_total currency "),
    "Refund": ("id object amount created currency "),
    "WebhookEndpoint": ("id object created enabled_events livemode metadata status url "),
}
NULLABLE = {
    "Session": (
        "adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types amount_subtotal "
        "amount_total billing_address_collection cancel_url client_reference_id client_secret "
        "collected_information consent consent_collection currency currency_conversion customer "
        "customer_account customer_creation customer_details customer_email discounts integration_identifier "
        "invoice invoice_creation locale managed_payments metadata origin_context payment_intent payment_link "
        "payment_method_collection payment_method_configuration_details payment_method_options permissions "
        "recovered_from saved_payment_method_options setup_intent shipping_address_collection shipping_cost "
        "status submit_type subscription success_url total_details ui_mode url wallet_options "
    ),
    "PaymentIntent": (
        "allowed_payment_method_types application application_fee_amount automatic_payment_methods "
        "canceled_at cancellation_reason client_secret customer customer_account description "
        "excluded_payment_method_types last_payment_error latest_charge managed_payments next_action "
        "on_behalf_of payment_method payment_method_configuration_details payment_method_options "
        "payment_record processing receipt_email review setup_future_usage shipping source "
        "statement_descriptor statement_descriptor_suffix transfer_group "
    ),
    "Charge": (
        "application application_fee application_fee_amount balance_transaction "
        "calculated_statement_descriptor customer description failure_balance_transaction failure_code "
        "failure_message fraud_details on_behalf_of outcome payment_intent payment_method "
        "payment_method_details receipt_email receipt_number receipt_url review shipping source "
        "source_transfer statement_descriptor statement_descriptor_suffix transfer_data transfer_group "
    ),
    "Price": (
        "custom_unit_amount lookup_key nickname recurring tax_behavior tiers_mode transform_quantity "
        "unit_amount unit_amount_decimal "
    ),
    "Product": ("description package_dimensions shippable tax_details url "),
    "LineItem": ("adjustable_quantity description metadata price quantity "),
    "Refund": (
        "balance_transaction charge customer customer_account metadata payment_intent payment_method reason "
        "receipt_number source_transfer_reversal status transfer_reversal "
    ),
    "WebhookEndpoint": ("api_version application description "),
}


async def fetch(sandbox: Running, path: str) -> Any:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with sandbox.http.get(sandbox.url + path, headers=headers) as answer:
        assert answer.status == 200
        return json.loads(await answer.read())


async def test_every_required_field_is_present_in_every_object(sandbox: Running) -> None:
    refused = await sandbox.create()
    await sandbox.pay(refused.id, "pm_card_chargeDeclined")
    await sandbox.create()
    subscribed = await sandbox.create("price_monthly", mode="subscription")
    await sandbox.pay(subscribed.id)
    paid = await sandbox.create()
    await sandbox.pay(paid.id)
    intent = (await sandbox.retrieve(paid.id)).payment_intent
    await sandbox.stripe.v1.refunds.create_async({"payment_intent": intent})
    paths = {
        "Session": "/v1/checkout/sessions",
        "PaymentIntent": "/v1/payment_intents",
        "Charge": "/v1/charges",
        "Price": "/v1/prices",
        "Product": "/v1/products",
        "LineItem": f"/v1/checkout/sessions/{paid.id}/line_items",
        "Refund": "/v1/refunds",
        "WebhookEndpoint": "/v1/webhook_endpoints",
    }
    missing: dict[str, set[str]] = {}
    for name, path in paths.items():
        objects = (await fetch(sandbox, path))["data"]
        assert objects, name
        for value in objects:
            absent = (set(NON_NULL[name].split()) | set(NULLABLE[name].split())) - value.keys()
            empty = {field for field in NON_NULL[name].split() if value.get(field) is None}
            missing[name] = missing.get(name, set()) | absent | empty

    assert missing == {name: set() for name in paths}


SDK_TYPES: dict[str, Any] = {
    "refunds": stripe.Refund,
    "disputes": stripe.Dispute,
    "balance_transactions": stripe.BalanceTransaction,
    "coupons": stripe.Coupon,
    "promotion_codes": stripe.PromotionCode,
    "shipping_rates": stripe.ShippingRate,
    "invoices": stripe.Invoice,
    "invoice_payments": stripe.InvoicePayment,
    "subscriptions": stripe.Subscription,
}


async def test_what_may_follow_a_payment_has_every_field_that_the_sdk_declares_without_optional(
    sandbox: Running,
) -> None:
    coupon = await sandbox.stripe.v1.coupons.create_async({"percent_off": 10})
    promotion: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}}
    await sandbox.stripe.v1.promotion_codes.create_async(promotion)
    rate: Any = {"display_name": "Post", "type": "fixed_amount", "fixed_amount": {"amount": 1, "currency": "usd"}}
    await sandbox.stripe.v1.shipping_rates.create_async(rate)
    subscribed = await sandbox.create("price_monthly", mode="subscription", automatic_tax={"enabled": True})
    await sandbox.pay(subscribed.id)
    charge = (await sandbox.paid()).payment_intent.latest_charge.id
    await sandbox.stripe.v1.refunds.create_async({"charge": charge, "amount": 100})
    await sandbox.control(f"charges/{charge}/dispute")

    missing: dict[str, set[str]] = {}
    for name, declared in SDK_TYPES.items():
        objects = (await fetch(sandbox, f"/v1/{name}"))["data"]
        assert objects, name
        needed = {field for field, hint in declared.__annotations__.items() if _is_required(field, hint)}
        missing[name] = {field for field in needed for value in objects if value.get(field) is None}

    assert missing == {name: set() for name in SDK_TYPES}


def _is_required(field: str, hint: Any) -> bool:
    """A class variable belongs to the SDK, not to the object."""
    return field.islower() and type(None) not in get_args(hint)


async def test_an_event_has_its_whole_envelope(sandbox: Running) -> None:
    session = await sandbox.create()
    await sandbox.pay(session.id)
    await sandbox.receiver.wait_for("checkout.session.completed")

    for event in (await fetch(sandbox, "/v1/events"))["data"]:
        assert set(event) == {
            "id",
            "object",
            "api_version",
            "created",
            "data",
            "livemode",
            "pending_webhooks",
            "request",
            "type",
        }
        assert set(event["request"]) == {"id", "idempotency_key"}
        assert isinstance(event["created"], int)
