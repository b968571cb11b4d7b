"""Checkout Sessions: create, retrieve, list, expire, line items."""

from itertools import islice

from gateway.sandbox.api import Call, Entry
from gateway.sandbox.checkout import create_session, expire_session
from gateway.sandbox.entities.account import listed
from gateway.sandbox.expand import line_items_of
from gateway.sandbox.lists import Test, page
from gateway.sandbox.params import Params
from gateway.sandbox.store import Kind, Object
from gateway.sandbox.switches import raise_if_creates_are_refused

_PATH = "/v1/checkout/sessions"
_STATES = ("complete", "expired", "open")


def entries() -> tuple[Entry, ...]:
    return (
        ("POST", _PATH, _create),
        ("GET", _PATH, _list),
        ("GET", _PATH + "/{id}", _retrieve),
        ("POST", _PATH + "/{id}/expire", _expire),
        ("GET", _PATH + "/{id}/line_items", _line_items),
    )


def _create(call: Call) -> Object:
    raise_if_creates_are_refused(call.sandbox.store)
    return create_session(call.sandbox, call.params)


def _list(call: Call) -> Object:
    call.params.choice("status", _STATES)
    return page(
        call.sandbox.store,
        Kind.SESSION,
        call.params,
        _PATH,
        equal=("status", "payment_intent", "subscription", "customer", "payment_link"),
        tests=_email_tests(call.params),
        also_allowed=("customer_details",),
    )


def _retrieve(call: Call) -> Object:
    call.params.allow(())
    return call.find(Kind.SESSION)


def _expire(call: Call) -> Object:
    call.params.allow(())
    return expire_session(call.sandbox, call.find(Kind.SESSION))


def _line_items(call: Call) -> Object:
    call.params.allow(("limit", "starting_after", "ending_before"))
    limit = call.params.integer("limit", least=1, most=100) or 10
    after = call.params.text("starting_after")
    listing = line_items_of(call.sandbox.store, call.find(Kind.SESSION))
    items = listing["data"]
    start = next((place + 1 for place, item in enumerate(items) if item["id"] == after), 0)
    return listed(list(islice(items, start, start + limit)), listing["url"], has_more=start + limit < len(items))


def _email_tests(params: Params) -> list[Test]:
    email = params.mapping("customer_details").text("email")
    if email is None:
        return []
    return [lambda session: (session["customer_details"] or {}).get("email") == email]
