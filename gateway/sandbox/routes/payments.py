"""PaymentIntents, charges, refunds, disputes, subscriptions, invoices, customers and payment methods: read, refund,
capture and cancel.
"""

from functools import partial

from gateway.sandbox import capture
from gateway.sandbox.api import Call, Entry
from gateway.sandbox.lists import Test, page, text_test
from gateway.sandbox.refunds import create_refund
from gateway.sandbox.store import Kind, Object


def entries() -> tuple[Entry, ...]:
    return (
        *_readable("/v1/payment_intents", Kind.INTENT, ("customer",)),
        *_readable("/v1/charges", Kind.CHARGE, ("payment_intent", "customer")),
        *_readable("/v1/refunds", Kind.REFUND, ("charge", "payment_intent")),
        *_readable("/v1/disputes", Kind.DISPUTE, ("charge", "payment_intent")),
        *_readable("/v1/subscriptions", Kind.SUBSCRIPTION, ("customer", "status")),
        ("GET", "/v1/invoices", _list_invoices),
        ("GET", "/v1/invoices/{id}", partial(_retrieve, kind=Kind.INVOICE)),
        ("GET", "/v1/invoice_payments", _list_invoice_payments),
        ("GET", "/v1/invoice_payments/{id}", partial(_retrieve, kind=Kind.INVOICE_PAYMENT)),
        *_readable("/v1/balance_transactions", Kind.BALANCE, ("source", "type", "currency")),
        *_readable("/v1/customers", Kind.CUSTOMER, ("email",)),
        ("GET", "/v1/payment_methods/{id}", partial(_retrieve, kind=Kind.METHOD)),
        ("POST", "/v1/refunds", lambda call: create_refund(call.sandbox, call.params)),
        ("POST", "/v1/payment_intents/{id}/capture", _capture),
        ("POST", "/v1/payment_intents/{id}/cancel", _cancel),
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


def _capture(call: Call) -> Object:
    return capture.capture(call.sandbox, call.find(Kind.INTENT), call.params)


def _cancel(call: Call) -> Object:
    return capture.cancel(call.sandbox, call.find(Kind.INTENT), call.params)


def _list_invoices(call: Call) -> Object:
    subscription = call.params.text("subscription")
    tests: list[Test] = []
    if subscription is not None:
        tests.append(lambda invoice: invoice["parent"]["subscription_details"]["subscription"] == subscription)
    return page(
        call.sandbox.store,
        Kind.INVOICE,
        call.params,
        "/v1/invoices",
        equal=("customer", "status"),
        tests=tests,
        also_allowed=("subscription",),
    )


def _list_invoice_payments(call: Call) -> Object:
    """By `invoice`, or by `payment[type]=payment_intent` with `payment[payment_intent]`."""
    payment = call.params.mapping("payment")
    payment.allow(("type", "payment_intent"))
    wanted = [(name, payment.text(name)) for name in ("type", "payment_intent")]
    conditions = [text_test(name, text) for name, text in wanted if text is not None]
    return page(
        call.sandbox.store,
        Kind.INVOICE_PAYMENT,
        call.params,
        "/v1/invoice_payments",
        equal=("invoice", "status"),
        tests=[lambda value: all(holds(value["payment"]) for holds in conditions)],
        also_allowed=("payment",),
    )
