"""Paying without a browser: what the hosted page does, as API calls. Stripe's own CLI pays its fixtures this way."""

from gateway.sandbox import cards
from gateway.sandbox.api import Call, Entry
from gateway.sandbox.cards import Card
from gateway.sandbox.checkout_form import check_number
from gateway.sandbox.errors import StripeRefusal, card_error, invalid, missing_parameter, no_such
from gateway.sandbox.params import Params
from gateway.sandbox.payment import Payer, Result, attempt, refuse_unless_open
from gateway.sandbox.store import Kind, Object

_PATH = "/v1/payment_pages/{id}"


def entries() -> tuple[Entry, ...]:
    return (("GET", _PATH, _retrieve), ("POST", _PATH + "/confirm", _confirm))


def _retrieve(call: Call) -> Object:
    return _page(call, call.find(Kind.SESSION))


def _confirm(call: Call) -> Object:
    """402 on a decline; with a card that wants authentication the answer's `payment_intent` is in `requires_action`."""
    params = call.params
    params.allow(("payment_method", "payment_method_data", "expected_amount", "return_url", "key"))
    session = call.find(Kind.SESSION)
    refuse_unless_open(session)
    card = _card(params) if session["amount_total"] else None
    expected = params.integer("expected_amount")
    if expected is not None and expected != session["amount_total"]:
        raise invalid("The expected amount is not the session's amount.", param="expected_amount")
    outcome = attempt(call.sandbox, session, card, _payer(call, session))
    if outcome.result is Result.DECLINED:
        private = call.sandbox.store.need(Kind.CHECKOUT, session["id"])
        intent = call.sandbox.store.need(Kind.INTENT, private["intent"])
        raise card_error({**outcome.error, "payment_intent": intent})
    return _page(call, session)


def _page(call: Call, session: Object) -> Object:
    private = call.sandbox.store.need(Kind.CHECKOUT, session["id"])
    intent = call.sandbox.store.get(Kind.INTENT, private["intent"] or "")
    return {**session, "session_id": session["id"], "payment_intent": intent}


def _card(params: Params) -> Card:
    method_id = params.text("payment_method")
    if method_id is not None:
        card = cards.by_method(method_id)
        if card is None:
            raise no_such("PaymentMethod", method_id, param="payment_method", status=400)
        return card
    data = params.mapping("payment_method_data").mapping("card")
    number = data.text("number", max_length=40)
    if number is None:
        raise missing_parameter("payment_method")
    checked = check_number(number)
    if isinstance(checked, Card):
        return checked
    raise _refused_number(checked.code, checked.message, data.full_name("number"))


def _refused_number(code: str, message: str, param: str) -> StripeRefusal:
    decline = {"decline_code": "test_mode_live_card"} if code == "card_declined" else {}
    return card_error({"code": code, "message": message, "param": param, **decline})


def _payer(call: Call, session: Object) -> Payer:
    data = call.params.mapping("payment_method_data")
    billing, card = data.mapping("billing_details"), data.mapping("card")
    place = billing.mapping("address")
    this_year = 1970 + call.sandbox.store.now() // 31_556_952
    return Payer(
        email=billing.text("email") or session["customer_email"] or "buyer@example.com",
        name=billing.text("name") or "Jenny Rosen",
        country=place.text("country") or "US",
        postal_code=place.text("postal_code") or "94107",
        exp_month=card.integer("exp_month", least=1, most=12) or 12,
        exp_year=card.integer("exp_year", least=this_year) or this_year + 4,
    )
