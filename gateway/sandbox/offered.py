"""What a create lets the checkout page ask of its buyer: addresses, phone, tax id, methods, texts, invoice, trial.

Each is shown in the session as Stripe shows it, and asked for by the page (`templates/pay.html`, `checkout_form`).
"""

import re

from gateway.sandbox.errors import invalid, missing_parameter
from gateway.sandbox.params import Params
from gateway.sandbox.store import Object

LONGEST_TEXT = 1200
MOST_TRIAL_DAYS = 730
_TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
_COUNTRY, _METHOD = re.compile("[A-Z]{2}"), re.compile("[a-z0-9_]{2,40}")


def show(session: Object, params: Params, *, mode: str) -> None:
    """Read these parameters into a new session. Raises StripeRefusal."""
    session["billing_address_collection"] = params.choice("billing_address_collection", ("auto", "required"))
    session["phone_number_collection"] = {"enabled": _enabled(params, "phone_number_collection")}
    if _enabled(params, "tax_id_collection"):
        session["tax_id_collection"] = {"enabled": True, "required": "never"}
    session["shipping_address_collection"] = _countries(params)
    session["custom_text"] = {name: _text(params.mapping("custom_text"), name) for name in _TEXTS}
    allowed = params.texts("allowed_payment_method_types")
    methods = allowed or params.texts("payment_method_types")
    if any(not _METHOD.fullmatch(method) for method in methods):
        name = "allowed_payment_method_types" if allowed else "payment_method_types"
        raise invalid(f"Invalid {name}: unknown method", param=f"{name}[0]")
    session["allowed_payment_method_types"] = allowed or None
    session["payment_method_types"] = methods or ["card"]
    if "invoice_creation" in params:
        _show_invoice(session, params.mapping("invoice_creation"), mode=mode)
    if mode == "subscription" and "shipping_options" in params:
        raise invalid("You can not pass `shipping_options` in `subscription` mode.", param="shipping_options")


def trial_days(subscription_data: Params) -> int | None:
    return subscription_data.integer("trial_period_days", least=1, most=MOST_TRIAL_DAYS)


def _enabled(params: Params, name: str) -> bool:
    options = params.mapping(name)
    enabled = options.boolean("enabled")
    if name in params and enabled is None:
        raise missing_parameter(options.full_name("enabled"))
    return bool(enabled)


def _countries(params: Params) -> Object | None:
    if "shipping_address_collection" not in params:
        return None
    options = params.mapping("shipping_address_collection")
    countries = options.texts("allowed_countries")
    if not countries:
        raise missing_parameter(options.full_name("allowed_countries"))
    for place, country in enumerate(countries):
        if not _COUNTRY.fullmatch(country):
            name = f"{options.full_name('allowed_countries')}[{place}]"
            raise invalid(f"Invalid {name}: must be a country code", param=name)
    return {"allowed_countries": countries}


def _text(texts: Params, name: str) -> Object | None:
    if name not in texts:
        return None
    return {"message": texts.mapping(name).required_text("message", max_length=LONGEST_TEXT)}


def _show_invoice(session: Object, options: Params, *, mode: str) -> None:
    if mode != "payment":
        raise invalid(f"You can not pass `invoice_creation` in `{mode}` mode.", param="invoice_creation")
    options.allow(("enabled", "invoice_data"))
    session["invoice_creation"]["enabled"] = bool(options.boolean("enabled"))
    session["invoice_creation"]["invoice_data"]["metadata"] = options.mapping("invoice_data").metadata()
