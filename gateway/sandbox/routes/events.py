"""Events and the webhook endpoints; `POST /v1/events/{id}/retry` sends an event again."""

from gateway.sandbox.api import Call, Entry
from gateway.sandbox.lists import Test, page
from gateway.sandbox.params import Params
from gateway.sandbox.store import Kind, Object


def entries() -> tuple[Entry, ...]:
    return (
        ("GET", "/v1/events", _list),
        ("GET", "/v1/events/{id}", _retrieve),
        ("POST", "/v1/events/{id}/retry", _retry),
        ("GET", "/v1/webhook_endpoints", _list_endpoints),
        ("GET", "/v1/webhook_endpoints/{id}", lambda call: call.find(Kind.ENDPOINT)),
        ("GET", "/v1/account", _account),
    )


def _list(call: Call) -> Object:
    return page(
        call.sandbox.store,
        Kind.EVENT,
        call.params,
        "/v1/events",
        tests=_tests(call.params),
        also_allowed=("type", "types", "delivery_success"),
    )


def _retrieve(call: Call) -> Object:
    call.params.allow(())
    return call.find(Kind.EVENT)


def _retry(call: Call) -> Object:
    """To every endpoint: the CLI's `webhook_endpoint` and `account` are accepted and change nothing."""
    call.params.allow(("webhook_endpoint", "account", "for_stripecli"))
    event = call.find(Kind.EVENT)
    if call.sandbox.config.webhooks:
        event["pending_webhooks"] = len(call.sandbox.config.webhooks)
        call.sandbox.store.put(Kind.EVENT, event)
        call.sandbox.send(event["id"])
    return event


def _list_endpoints(call: Call) -> Object:
    return page(call.sandbox.store, Kind.ENDPOINT, call.params, "/v1/webhook_endpoints")


def _account(call: Call) -> Object:
    call.params.allow(())
    account: Object = next(call.sandbox.store.oldest_first(Kind.ACCOUNT))
    return account


def _tests(params: Params) -> list[Test]:
    one, several = params.text("type"), params.texts("types")
    delivered = params.boolean("delivery_success")
    tests: list[Test] = []
    if one is not None:
        prefix = one.removesuffix("*")
        tests.append(lambda event: event["type"] == one or (one != prefix and event["type"].startswith(prefix)))
    if several:
        tests.append(lambda event: event["type"] in several)
    if delivered is not None:
        tests.append(lambda event: (event["pending_webhooks"] == 0) is delivered)
    return tests
