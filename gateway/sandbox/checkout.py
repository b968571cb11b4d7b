"""Checkout Sessions: create and expire. Payment itself is in `payment`, what a buyer changes before it in `order`.

Parameters that Stripe knows and the sandbox does not act on (branding, consent, custom fields …) are accepted and
ignored; parameters that Stripe does not know are refused.
"""

from gateway.sandbox import discounts, ids, line_items, offered, shipping, subscriptions, totals
from gateway.sandbox.entities.session import session as new_session
from gateway.sandbox.errors import invalid, missing_parameter
from gateway.sandbox.params import Params
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.schedule import Action
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
_CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
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
    session = new_session(
        session_id=ids.mint("cs"),
        base_url=sandbox.config.base_url.rstrip("/"),
        created=created,
        expires_at=expires_at,
        mode=mode,
        currency=currency,
        success_url=success_url,
        cancel_url=cancel_url,
        client_reference_id=client_reference_id,
        customer_email=customer_email,
        locale=locale,
        submit_type=submit_type,
        metadata=metadata,
        allow_promotion_codes=_allow_promotion_codes(params),
        taxed=bool(params.mapping("automatic_tax").boolean("enabled")),
    )
    offered.show(session, params, mode=mode)
    private = _private_half(session["id"], items, intent_data, subscription_data)
    private["trial_days"] = offered.trial_days(params.mapping("subscription_data"))
    private["currency_is_pinned"] = "currency" in params
    _add_terms(sandbox, params, session, private)
    totals.check_total(session["amount_total"], currency)
    sandbox.store.put(Kind.SESSION, session)
    sandbox.store.put(Kind.CHECKOUT, private)
    sandbox.schedule.add(Action.EXPIRE, session["id"], due=expires_at)
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
        cancel_intent(sandbox, sandbox.store.need(Kind.INTENT, private["intent"]))
    subscriptions.abandon(sandbox, private)
    sandbox.emit("checkout.session.expired", session)
    return session


def complete_record(private: Object) -> None:
    """Add to a private half what it does not hold; one that an older sandbox wrote holds less."""
    private.setdefault("currency_is_pinned", False)
    private.setdefault("discount", None)
    private.setdefault("billing", None)
    private.setdefault("shipping_rate", None)
    private.setdefault("trial_days", None)
    private.setdefault("settles_successfully", private.pop("settles_well", None))
    private["intent_data"].setdefault("capture_method", "automatic_async")


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
        "capture_method": data.choice("capture_method", _CAPTURE_METHODS) or "automatic_async",
    }


def _allow_promotion_codes(params: Params) -> bool | None:
    allowed = params.boolean("allow_promotion_codes")
    if allowed is not None and "discounts" in params:
        message = "You may only specify one of these parameters: allow_promotion_codes, discounts."
        raise invalid(message, param="allow_promotion_codes")
    return allowed


def _add_terms(sandbox: Sandbox, params: Params, session: Object, private: Object) -> None:
    """Discount and shipping, and with them the session's totals."""
    private["discount"] = discounts.sent(sandbox.store, params, currency=session["currency"])
    rates = shipping.offered(sandbox.store, params, session["currency"])
    session["shipping_options"] = [{"shipping_amount": 0, "shipping_rate": rate["id"]} for rate in rates]
    private["shipping_rate"] = rates[0]["id"] if rates else None
    totals.reprice(sandbox.store, session, private)


def _private_half(session_id: str, items: list[Object], intent_data: Object, subscription_data: Object) -> Object:
    """What Stripe knows of a session and does not show in it."""
    private = {
        "id": session_id,
        "line_items": items,
        "intent_data": intent_data,
        "subscription_data": subscription_data,
        "intent": None,
        "challenge": None,
        "settles_at": None,
    }
    complete_record(private)
    return private


def cancel_intent(sandbox: Sandbox, intent: Object) -> None:
    """The intent of a session that nobody can pay any more."""
    intent.update(
        status="canceled",
        canceled_at=sandbox.store.now(),
        cancellation_reason="automatic",
        next_action=None,
    )
    sandbox.store.put(Kind.INTENT, intent)
    sandbox.emit("payment_intent.canceled", intent)
