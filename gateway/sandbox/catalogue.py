"""Prices and products: the seed from the configuration, and what the API creates and changes."""

from gateway.sandbox import money
from gateway.sandbox.config import SandboxPrice
from gateway.sandbox.entities import catalogue as entities
from gateway.sandbox.errors import invalid, missing_parameter, no_such
from gateway.sandbox.params import Params, merge_metadata
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.store import Kind, Object, Store

_INTERVALS = ("day", "week", "month", "year")
_PRICE_PARAMETERS = (
    "active billing_scheme currency currency_options custom_unit_amount lookup_key metadata nickname product "
    "product_data recurring tax_behavior tiers tiers_mode transfer_lookup_key transform_quantity unit_amount "
    "unit_amount_decimal".split()
)
_PRODUCT_PARAMETERS = (
    "active default_price default_price_data description id images marketing_features metadata name "
    "package_dimensions shippable statement_descriptor tax_code tax_details type unit_label url".split()
)


def seed(store: Store, prices: tuple[SandboxPrice, ...]) -> None:
    """Add the configured prices that are not there yet; what an earlier run changed stays changed."""
    for wanted in prices:
        if store.get(Kind.PRICE, wanted.id) is not None:
            continue
        product = entities.product(name=wanted.name, description=wanted.description, created=store.now())
        price = entities.price(
            price_id=wanted.id,
            product_id=product["id"],
            currency=currency_of(wanted.currency),
            unit_amount=wanted.unit_amount,
            interval=wanted.recurring_interval,
            active=wanted.active,
            created=store.now(),
        )
        product["default_price"] = price["id"]
        store.put(Kind.PRODUCT, product)
        store.put(Kind.PRICE, price)


def create_price(sandbox: Sandbox, params: Params) -> Object:
    """Any supported currency and any amount up to the largest: Checkout, not the price, has the minimum."""
    params.allow(_PRICE_PARAMETERS)
    price = _new_price(sandbox.store, params)
    sandbox.emit("price.created", price)
    return price


def create_inline_price(store: Store, params: Params) -> Object:
    """`price_data` of a line item: a price that is not offered to anybody else."""
    params.allow(
        (
            "currency",
            "product",
            "product_data",
            "recurring",
            "tax_behavior",
            "unit_amount",
            "unit_amount_decimal",
        )
    )
    price = _new_price(store, params)
    price["active"] = False
    return price


def update_price(sandbox: Sandbox, price: Object, params: Params) -> Object:
    params.allow(("active", "nickname", "metadata", "lookup_key", "tax_behavior", "transfer_lookup_key"))
    return _update(sandbox, Kind.PRICE, price, params, ("nickname", "lookup_key"))


def create_product(sandbox: Sandbox, params: Params) -> Object:
    params.allow(_PRODUCT_PARAMETERS)
    product = _new_product(sandbox.store, params)
    sandbox.emit("product.created", product)
    return product


def update_product(sandbox: Sandbox, product: Object, params: Params) -> Object:
    params.allow(_PRODUCT_PARAMETERS)
    product["updated"] = sandbox.store.now()
    return _update(sandbox, Kind.PRODUCT, product, params, ("name", "description", "default_price"))


def _new_price(store: Store, params: Params) -> Object:
    currency = currency_of(params.required_text("currency"), params.full_name("currency"))
    chosen_by_buyer = params.mapping("custom_unit_amount").boolean("enabled") is True
    amount = None if chosen_by_buyer else _amount(params)
    recurring = params.mapping("recurring")
    usage_type = recurring.choice("usage_type", ("licensed", "metered")) or "licensed"
    interval = recurring.choice("interval", _INTERVALS)
    if "recurring" in params and interval is None:
        raise missing_parameter(recurring.full_name("interval"))
    count = recurring.integer("interval_count", least=1, most=1_095) or 1
    active, metadata = params.boolean("active"), params.metadata()
    nickname, lookup_key = params.text("nickname"), params.text("lookup_key")
    options, transform = _currency_options(params, currency), _transform_quantity(params)
    product_id = _product_for(store, params)
    price = entities.price(
        product_id=product_id,
        currency=currency,
        unit_amount=amount,
        interval=interval,
        interval_count=count,
        active=active is not False,
        created=store.now(),
        transform_quantity=transform,
    )
    price.update(metadata=metadata, nickname=nickname, lookup_key=lookup_key)
    if chosen_by_buyer:
        price["custom_unit_amount"] = {"maximum": None, "minimum": None, "preset": None}
    if price["recurring"]:
        price["recurring"]["usage_type"] = usage_type
    if options:
        store.put(Kind.PRICE_OPTIONS, {"id": price["id"], "options": options})
    return store.put(Kind.PRICE, price)


def _currency_options(params: Params, own: str) -> dict[str, Object]:
    """The further currencies of a price. They are not part of the price object: Stripe shows them when expanded."""
    options: dict[str, Object] = {}
    for name, option in params.named("currency_options"):
        option.allow(("unit_amount", "unit_amount_decimal", "tax_behavior", "custom_unit_amount"))
        currency = currency_of(name, params.full_name("currency_options"))
        if currency == own:
            message = f"The currency option `{own}` is the price's own currency."
            raise invalid(message, param=option.full_name("unit_amount"))
        options[currency] = entities.currency_option(_amount(option))
    return options


def _transform_quantity(params: Params) -> Object | None:
    if "transform_quantity" not in params:
        return None
    transform = params.mapping("transform_quantity")
    transform.allow(("divide_by", "round"))
    divide_by, rounding = transform.integer("divide_by", least=1), transform.choice("round", ("down", "up"))
    for name, value in (("divide_by", divide_by), ("round", rounding)):
        if value is None:
            raise missing_parameter(transform.full_name(name))
    return {"divide_by": divide_by, "round": rounding}


def _amount(params: Params) -> int:
    amount = params.integer("unit_amount", least=0)
    if amount is None:
        amount = params.integer("unit_amount_decimal", least=0)
    if amount is None:
        raise missing_parameter(params.full_name("unit_amount"))
    return amount


def _product_for(store: Store, params: Params) -> str:
    if params.is_mapping("product_data"):
        product: Object = _new_product(store, params.mapping("product_data"))
        product_id: str = product["id"]
        return product_id
    product_id = params.required_text("product")
    if store.get(Kind.PRODUCT, product_id) is None:
        raise no_such("product", product_id, param=params.full_name("product"), status=400)
    return product_id


def _new_product(store: Store, params: Params) -> Object:
    name = params.required_text("name")
    wanted_id = params.text("id", max_length=100)
    if wanted_id and store.get(Kind.PRODUCT, wanted_id):
        raise invalid("Product already exists.", param="id", code="resource_already_exists")
    product = entities.product(
        name=name, description=params.text("description"), product_id=wanted_id, created=store.now()
    )
    product["active"] = params.boolean("active") is not False
    product["metadata"] = params.metadata()
    return store.put(Kind.PRODUCT, product)


def _update(sandbox: Sandbox, kind: Kind, value: Object, params: Params, texts: tuple[str, ...]) -> Object:
    changes: Object = {name: params.text(name) for name in texts if name in params}
    active = params.boolean("active")
    if active is not None:
        changes["active"] = active
    if "metadata" in params:
        changes["metadata"] = merge_metadata(value["metadata"], params.metadata(unset_empty=True))
    previous = {name: value[name] for name, new in changes.items() if value[name] != new}
    value.update(changes)
    sandbox.store.put(kind, value)
    if previous:
        sandbox.emit(f"{kind}.updated", value, previous=previous)
    return value


def currency_of(currency: str, param: str = "currency") -> str:
    """The currency in lower case. Raises StripeRefusal for one that Stripe does not support."""
    lowered = currency.lower()
    if lowered not in money.SUPPORTED:
        listed = ", ".join(money.SUPPORTED)
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: {listed}"
        raise invalid(message, param=param)
    return lowered
