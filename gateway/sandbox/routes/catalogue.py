"""Prices and products."""

from gateway.sandbox import catalogue
from gateway.sandbox.api import Call, Entry
from gateway.sandbox.lists import Test, page
from gateway.sandbox.params import Params
from gateway.sandbox.store import Kind, Object


def entries() -> tuple[Entry, ...]:
    return (
        ("GET", "/v1/prices", _list_prices),
        ("POST", "/v1/prices", lambda call: catalogue.create_price(call.sandbox, call.params)),
        ("GET", "/v1/prices/{id}", lambda call: _retrieve(call, Kind.PRICE)),
        ("POST", "/v1/prices/{id}", _update_price),
        ("GET", "/v1/products", _list_products),
        ("POST", "/v1/products", lambda call: catalogue.create_product(call.sandbox, call.params)),
        ("GET", "/v1/products/{id}", lambda call: _retrieve(call, Kind.PRODUCT)),
        ("POST", "/v1/products/{id}", _update_product),
    )


def _list_prices(call: Call) -> Object:
    keys = call.params.texts("lookup_keys")
    tests = _active_tests(call.params)
    if keys:
        tests.append(lambda price: price["lookup_key"] in keys)
    return page(
        call.sandbox.store,
        Kind.PRICE,
        call.params,
        "/v1/prices",
        equal=("product", "currency", "type"),
        tests=tests,
        also_allowed=("active", "lookup_keys", "recurring"),
    )


def _list_products(call: Call) -> Object:
    wanted = call.params.texts("ids")
    tests = _active_tests(call.params)
    if wanted:
        tests.append(lambda product: product["id"] in wanted)
    allowed = ("active", "ids", "shippable", "url")
    return page(call.sandbox.store, Kind.PRODUCT, call.params, "/v1/products", tests=tests, also_allowed=allowed)


def _update_price(call: Call) -> Object:
    return catalogue.update_price(call.sandbox, call.find(Kind.PRICE), call.params)


def _update_product(call: Call) -> Object:
    return catalogue.update_product(call.sandbox, call.find(Kind.PRODUCT), call.params)


def _retrieve(call: Call, kind: Kind) -> Object:
    call.params.allow(())
    return call.find(kind)


def _active_tests(params: Params) -> list[Test]:
    active = params.boolean("active")
    return [] if active is None else [lambda value: value["active"] is active]
