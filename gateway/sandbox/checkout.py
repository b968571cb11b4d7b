"""Checkout Sessions: create and expire. Payment itself is in `payment`.

Parameters that Stripe knows and the sandbox does not act on (discounts, tax, shipping, branding …) are accepted and
ignored; parameters that Stripe does not know are refused.
"""

from gateway.sandbox import ids, line_items, money
from gateway.sandbox.agenda import Deed
from gateway.sandbox.entities.session import session as new_session
from gateway.sandbox.errors import StripeRefusal, invalid, missing_parameter
from gateway.sandbox.params import Params
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 3_600

_PARAMETERS = frozenset(
    "adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types automatic_tax "
    "billing_address_collection branding_settings cancel_url client_reference_id consent_collection currency "
    "custom_fields custom_text customer customer_account customer_creation customer_email customer_update "
    "discounts excluded_payment_method_types expires_at integration_identifier invoice_creation line_items "
    "locale managed_payments metadata mode name_collection optional_items origin_context payment_intent_data "
    "payment_method_collection payment_method_configuration payment_method_data payment_method_options "
    "payment_method_types permissions phone_number_collection redirect_on_completion return_url "
    "saved_payment_method_options setup_intent_data shipping_address_collection shipping_options submit_type "
    "subscription_data success_url tax_id_collection ui_mode wallet_options".split()
)
_INTENT_PARAMETERS = frozenset(
    "application_fee_amount capture_method description metadata on_behalf_of receipt_email setup_future_usage "
    "shipping statement_descriptor statement_descriptor_suffix transfer_data transfer_group".split()
)
_SUBSCRIPTION_PARAMETERS = frozenset(
    "application_fee_percent billing_cycle_anchor billing_cycle_anchor_config billing_mode default_tax_rates "
    "description invoice_settings metadata on_behalf_of pending_invoice_item_interval proration_behavior "
    "transfer_data trial_end trial_period_days trial_settings".split()
)


def create_session(sandbox: Sandbox, params: Params) -> Object:
    """An open session. Raises StripeRefusal with nothing changed."""
    params.allow(_PARAMETERS)
    mode = _mode(params)
    success_url, cancel_url = params.url("success_url"), params.url("cancel_url")
    if success_url is None:
        raise missing_parameter("success_url")
    created = sandbox.store.now()
    expires_at = _expires_at(params, created)
    intent_data = _nested_data(params, "payment_intent_data", _INTENT_PARAMETERS, mode, "payment")
    subscription_data = _nested_data(params, "subscription_data", _SUBSCRIPTION_PARAMETERS, mode, "subscription")
    client_reference_id = params.text("client_reference_id", max_length=200)
    customer_email = params.text("customer_email", max_length=512)
    locale, submit_type = params.text("locale", max_length=10), params.text("submit_type", max_length=20)
    metadata = params.metadata()
    items, currency = line_items.build(sandbox.store, params, mode=mode)
    amount = sum(item["amount_total"] for item in items)
    _check_total(amount, currency)
    session = new_session(
        session_id=ids.mint("cs"),
        base_url=sandbox.config.base_url.rstrip("/"),
        created=created,
        expires_at=expires_at,
        mode=mode,
        currency=currency,
        amount=amount,
        success_url=success_url,
        cancel_url=cancel_url,
        client_reference_id=client_reference_id,
        customer_email=customer_email,
        locale=locale,
        submit_type=submit_type,
        metadata=metadata,
    )
    sandbox.store.put(Kind.SESSION, session)
    _keep_private_half(sandbox, session, items, intent_data, subscription_data)
    sandbox.agenda.add(Deed.EXPIRE, session["id"], due=expires_at)
    return session


def expire_session(sandbox: Sandbox, session: Object) -> Object:
    """Close an open session for good and cancel its intent, if a payment was tried.

    Raises StripeRefusal unless it is open.
    """
    if session["status"] != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f'"{session["status"]}".'
        )
        raise invalid(message)
    session["status"] = "expired"
    session["url"] = None
    sandbox.store.put(Kind.SESSION, session)
    private = sandbox.store.need(Kind.CHECKOUT, session["id"])
    if private["intent"]:
        _cancel_intent(sandbox, sandbox.store.need(Kind.INTENT, private["intent"]))
    sandbox.emit("checkout.session.expired", session)
    return session


def _mode(params: Params) -> str:
    mode = params.choice("mode", ("payment", "setup", "subscription"))
    if mode is None:
        raise missing_parameter("mode")
    if mode == "setup":
        raise invalid("The sandbox knows the modes `payment` and `subscription` only.", param="mode")
    return mode


def _expires_at(params: Params, created: int) -> int:
    expires_at = params.integer("expires_at")
    if expires_at is None:
        return created + LONGEST_SECONDS
    if not created + SHORTEST_SECONDS <= expires_at <= created + LONGEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours after Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


def _nested_data(params: Params, name: str, allowed: frozenset[str], mode: str, wanted_mode: str) -> Object:
    data = params.mapping(name)
    if name in params and mode != wanted_mode:
        raise invalid(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    data.allow(allowed)
    return {
        "metadata": data.metadata(),
        "description": data.text("description", max_length=1_000),
        "receipt_email": data.text("receipt_email", max_length=512) if wanted_mode == "payment" else None,
    }


def _check_total(amount: int, currency: str) -> None:
    least = money.least_amount(currency)
    if 0 < amount < least:
        message = (
            f"The Checkout Session's total amount due must add up to at least {money.shown(least, currency)} {currency}"
        )
        raise invalid(message, code="amount_too_small")
    if amount > money.LARGEST_AMOUNT:
        raise _too_large(currency)


def _too_large(currency: str) -> StripeRefusal:
    message = f"Amount must be no more than {money.shown(money.LARGEST_AMOUNT, currency)}"
    return invalid(message, code="amount_too_large")


def _keep_private_half(
    sandbox: Sandbox, session: Object, items: list[Object], intent_data: Object, subscription_data: Object
) -> None:
    """What Stripe knows of a session and does not show in it."""
    sandbox.store.put(
        Kind.CHECKOUT,
        {
            "id": session["id"],
            "line_items": items,
            "intent_data": intent_data,
            "subscription_data": subscription_data,
            "intent": None,
            "challenge": None,
            "settles_at": None,
            "settles_well": None,
        },
    )


def _cancel_intent(sandbox: Sandbox, intent: Object) -> None:
    intent.update(
        status="canceled",
        canceled_at=sandbox.store.now(),
        cancellation_reason="automatic",
        next_action=None,
    )
    sandbox.store.put(Kind.INTENT, intent)
    sandbox.emit("payment_intent.canceled", intent)
