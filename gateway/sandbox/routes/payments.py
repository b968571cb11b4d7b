"""PaymentIntents, charges, refunds, disputes, subscriptions, invoices, customers and payment methods: read, and
refund.
"""

from functools import partial

from gateway.sandbox.api import Call, Entry
from gateway.sandbox.lists import page
from gateway.sandbox.refunds import create_refund
from gateway.sandbox.store import Kind, Object


def entries() -> tuple[Entry, ...]:
    return (
        *_readable("/v1/payment_intents", Kind.INTENT, ("customer",)),
        *_readable("/v1/charges", Kind.CHARGE, ("payment_intent", "customer")),
        *_readable("/v1/refunds", Kind.REFUND, ("charge", "payment_intent")),
        *_readable("/v1/disputes", Kind.DISPUTE, ("charge", "payment_intent")),
        *_readable("/v1/subscriptions", Kind.SUBSCRIPTION, ("customer", "status")),
        *_readable("/v1/invoices", Kind.INVOICE, ("customer", "status")),
        *_readable("/v1/customers", Kind.CUSTOMER, ("email",)),
        ("GET", "/v1/payment_methods/{id}", partial(_retrieve, kind=Kind.METHOD)),
        ("POST", "/v1/refunds", lambda call: create_refund(call.sandbox, call.params)),
    )


def _readable(path: str, kind: Kind, filters: tuple[str, ...]) -> tuple[Entry, Entry]:
    return (
        ("GET", path, partial(_list, kind=kind, path=path, filters=filters)),
        ("GET", path + "/{id}", partial(_retrieve, kind=kind)),
    )


def _list(call: Call, *, kind: Kind, path: str, filters: tuple[str, ...]) -> Object:
    return page(call.sandbox.store, kind, call.params, path, equal=filters)


def _retrieve(call: Call, *, kind: Kind) -> Object:
    call.params.allow(("client_secret",) if kind is Kind.INTENT else ())
    return call.find(kind)
