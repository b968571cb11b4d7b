"""Shipping rates: made over the API or inline with a session, always a fixed amount."""

from gateway.sandbox import catalogue
from gateway.sandbox.entities import offers
from gateway.sandbox.errors import invalid, missing_parameter, no_such
from gateway.sandbox.params import Params
from gateway.sandbox.store import Kind, Object, Store
from gateway.sandbox.totals import shipping_amount

MAX_OPTIONS = 5

_PARAMETERS = "active delivery_estimate display_name fixed_amount metadata tax_behavior tax_code type".split()


def create_rate(store: Store, params: Params) -> Object:
    """A rate of its own or the `shipping_rate_data` of a session. Stripe sends no event for one."""
    params.allow(_PARAMETERS)
    params.choice("type", ("fixed_amount",))
    fixed = params.mapping("fixed_amount")
    amount = fixed.integer("amount", least=0)
    if amount is None:
        raise missing_parameter(fixed.full_name("amount"))
    options = {
        catalogue.currency_of(name, fixed.full_name("currency_options")): option.integer("amount", least=0) or 0
        for name, option in fixed.named("currency_options")
    }
    rate = offers.shipping_rate(
        created=store.now(),
        display_name=params.required_text("display_name", max_length=100),
        amount=amount,
        currency=catalogue.currency_of(fixed.required_text("currency"), fixed.full_name("currency")),
        options=options,
        metadata=params.metadata(),
    )
    return store.put(Kind.SHIPPING_RATE, rate)


def offered(store: Store, params: Params, currency: str) -> list[Object]:
    """The rates of a create's `shipping_options`; the first is chosen until the buyer chooses another."""
    options = params.items("shipping_options")
    if len(options) > MAX_OPTIONS:
        raise invalid(f"You can have at most {MAX_OPTIONS} shipping options.", param="shipping_options")
    rates = [_rate(store, option) for option in options]
    refuse_other_currency(rates, currency)
    return rates


def refuse_other_currency(rates: list[Object], currency: str) -> None:
    """Raises StripeRefusal unless every rate offers this currency."""
    for rate in rates:
        if shipping_amount(rate, currency) is None:
            message = f"The shipping rate `{rate['id']}` does not support the currency `{currency}`."
            raise invalid(message, param="shipping_options")


def _rate(store: Store, option: Params) -> Object:
    option.allow(("shipping_rate", "shipping_rate_data"))
    if option.is_mapping("shipping_rate_data"):
        return create_rate(store, option.mapping("shipping_rate_data"))
    rate_id = option.required_text("shipping_rate")
    rate = store.get(Kind.SHIPPING_RATE, rate_id)
    if rate is None:
        raise no_such("shipping rate", rate_id, param=option.full_name("shipping_rate"), status=400)
    return rate
