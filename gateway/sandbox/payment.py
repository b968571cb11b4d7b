"""A buyer's attempt to pay a session: card in, outcome out, with the objects and events Stripe would leave behind.

Each verb runs without waiting, so two submits of one form are one after the other, and the second finds the session
complete. A declined session stays open. Nothing here redirects or renders.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from gateway.sandbox import capture, subscriptions
from gateway.sandbox.cards import Behaviour, Card, known
from gateway.sandbox.checkout import cancel_intent
from gateway.sandbox.disputes import open_dispute
from gateway.sandbox.entities.charge_facts import charge_outcome, three_d_secure
from gateway.sandbox.entities.payment import charge as new_charge
from gateway.sandbox.entities.payment import payment_intent, payment_method
from gateway.sandbox.entities.session import address, customer_details
from gateway.sandbox.errors import invalid
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.schedule import Action
from gateway.sandbox.steps import complete, decline_error, fail_charge, fail_intent, succeed
from gateway.sandbox.store import Kind, Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """What the form asks for besides the number."""

    email: str
    name: str
    country: str
    postal_code: str | None
    exp_month: int
    exp_year: int
    collected: Object = field(default_factory=dict)
    """What the session's own options ask for (`checkout_form.asked_by`), by field."""


@dataclass(frozen=True, slots=True)
class _Try:
    """One attempt with all it touches: `private` is the session's unseen half, `method` this attempt's card."""

    session: Object
    private: Object
    intent: Object
    method: Object
    card: Card


class Result(StrEnum):
    COMPLETE = "complete"
    DECLINED = "declined"
    CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error` is Stripe's error object, without its type, when the result is DECLINED."""

    result: Result
    error: Object = field(default_factory=dict)


def attempt(sandbox: Sandbox, session: Object, card: Card | None, payer: Payer) -> Outcome:
    """Pay an open session.

    `card` is None only where nothing is due. Raises StripeRefusal when the session is not open.
    """
    refuse_unless_open(session)
    session["customer_details"] = customer_details(
        email=payer.email, name=payer.name, country=payer.country, postal_code=payer.postal_code
    )
    private = sandbox.store.need(Kind.CHECKOUT, session["id"])
    _take_down(session, private, payer.collected)
    if session["amount_total"] == 0 or card is None:
        return _complete_for_nothing(sandbox, session, private)
    intent = _intent_of(sandbox, session, private)
    this = _Try(session, private, intent, _method(sandbox, card, payer), card)
    if card.behaviour is Behaviour.CHALLENGE:
        return _ask_for_authentication(sandbox, this)
    private["challenge"] = None
    return _charge(sandbox, this)


def _take_down(session: Object, private: Object, collected: Object) -> None:
    """What the buyer was asked for besides, where Stripe shows it."""
    details = session["customer_details"]
    details["phone"] = collected.get("phone") or None
    details["address"].update(line1=collected.get("line1") or None, city=collected.get("city") or None)
    if collected.get("tax_id"):
        details["tax_ids"] = [{"type": "unknown", "value": collected["tax_id"]}]
    if collected.get("ship_name"):
        place = address(country=collected["ship_country"], postal_code=collected.get("ship_postal_code") or None)
        place.update(line1=collected["ship_line1"], city=collected.get("ship_city") or None)
        private["ships_to"] = {"address": place, "name": collected["ship_name"]}


def answer_challenge(sandbox: Sandbox, session: Object, *, succeeded: bool) -> Outcome:
    """The buyer's answer at the bank's page. Raises StripeRefusal when no challenge waits."""
    refuse_unless_open(session)
    private = sandbox.store.need(Kind.CHECKOUT, session["id"])
    challenge = private["challenge"]
    if challenge is None:
        raise invalid("This Checkout Session has no authentication that waits for the customer.")
    private["challenge"] = None
    sandbox.store.put(Kind.CHECKOUT, private)
    intent = sandbox.store.need(Kind.INTENT, private["intent"])
    method = sandbox.store.need(Kind.METHOD, challenge["method"])
    card = known(challenge["card"])
    if succeeded:
        return _charge(sandbox, _Try(session, private, intent, method, card), authenticated=True)
    error = {
        "code": "payment_intent_authentication_failure",
        "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
        "message": "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
        "PaymentMethod to attempt to fulfill this PaymentIntent again.",
        "payment_method": method,
        "type": "invalid_request_error",
    }
    fail_intent(sandbox, intent, error)
    subscriptions.attempt_failed(sandbox, private)
    return Outcome(Result.DECLINED, error)


def refuse_unless_open(session: Object) -> None:
    if session["status"] != "open":
        message = f'This Checkout Session cannot be paid: it has a status of "{session["status"]}".'
        raise invalid(message)


def _intent_of(sandbox: Sandbox, session: Object, private: Object) -> Object:
    """The session's PaymentIntent, made at the first attempt; a later one brings it to the session's new total.

    In subscription mode it belongs to the invoice, not the session.
    """
    if private["intent"]:
        known_intent = sandbox.store.need(Kind.INTENT, private["intent"])
        known_intent.update(amount=session["amount_total"], currency=session["currency"])
        return sandbox.store.put(Kind.INTENT, known_intent)
    in_subscription = session["mode"] == "subscription"
    if in_subscription:
        subscriptions.prepare(sandbox, session, private)
    intent = payment_intent(
        amount=session["amount_total"],
        currency=session["currency"],
        created=sandbox.store.now(),
        metadata=dict(private["intent_data"]["metadata"]),
        description=private["intent_data"]["description"],
        receipt_email=private["intent_data"]["receipt_email"],
        customer=private["billing"]["customer"] if in_subscription else None,
        capture_method=private["intent_data"]["capture_method"],
    )
    private["intent"] = intent["id"]
    if in_subscription:
        invoice = sandbox.store.need(Kind.INVOICE, private["billing"]["invoice"])
        subscriptions.attach_payment(sandbox, invoice, intent)
    else:
        session["payment_intent"] = intent["id"]
    sandbox.store.put(Kind.INTENT, intent)
    sandbox.store.put(Kind.CHECKOUT, private)
    sandbox.store.put(Kind.SESSION, session)
    sandbox.emit("payment_intent.created", intent)
    return intent


def _method(sandbox: Sandbox, card: Card, payer: Payer) -> Object:
    method = payment_method(
        created=sandbox.store.now(),
        card={
            "brand": card.brand,
            "last4": card.last4,
            "exp_month": payer.exp_month,
            "exp_year": payer.exp_year,
        },
        email=payer.email,
        name=payer.name,
        place={"country": payer.country, "postal_code": payer.postal_code},
    )
    return sandbox.store.put(Kind.METHOD, method)


def _ask_for_authentication(sandbox: Sandbox, this: _Try) -> Outcome:
    page = this.session["url"]
    this.intent.update(
        status="requires_action",
        payment_method=this.method["id"],
        last_payment_error=None,
        next_action={
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": page, "url": f"{page}/challenge"},
        },
    )
    this.private["challenge"] = {"method": this.method["id"], "card": this.card.number}
    sandbox.store.put(Kind.INTENT, this.intent)
    sandbox.store.put(Kind.CHECKOUT, this.private)
    sandbox.store.put(Kind.SESSION, this.session)
    sandbox.emit("payment_intent.requires_action", this.intent)
    return Outcome(Result.CHALLENGE)


def _charge(sandbox: Sandbox, this: _Try, *, authenticated: bool = False) -> Outcome:
    behaviour = this.card.behaviour
    later = behaviour in (Behaviour.PROCESS_THEN_SUCCEED, Behaviour.PROCESS_THEN_FAIL)
    declined = behaviour is Behaviour.DECLINE
    held = this.intent["capture_method"] == "manual" and not later
    charge = new_charge(
        intent=this.intent,
        method=this.method,
        created=sandbox.store.now(),
        status="failed" if declined else "pending" if later else "succeeded",
        outcome=charge_outcome(this.card),
        captured=not held,
    )
    if authenticated:
        charge["payment_method_details"]["card"]["three_d_secure"] = three_d_secure()
    sandbox.store.put(Kind.CHARGE, charge)
    this.intent["latest_charge"] = charge["id"]
    if declined:
        return _decline(sandbox, this, charge)
    this.intent.update(payment_method=this.method["id"], last_payment_error=None, next_action=None)
    if later:
        _process(sandbox, this, charge)
    elif held:
        capture.authorise(sandbox, this.intent, charge)
    else:
        succeed(sandbox, this.intent, charge)
    sandbox.store.put(Kind.CHECKOUT, this.private)
    complete(sandbox, this.session, this.private, payment_status="unpaid" if later or held else "paid")
    if behaviour is Behaviour.DISPUTE and not held:
        open_dispute(sandbox, charge)
    return Outcome(Result.COMPLETE)


def _process(sandbox: Sandbox, this: _Try, charge: Object) -> None:
    this.intent["status"] = "processing"
    sandbox.store.put(Kind.INTENT, this.intent)
    sandbox.emit("charge.pending", charge)
    sandbox.emit("payment_intent.processing", this.intent)
    due = sandbox.store.time() + sandbox.config.settle_seconds
    this.private.update(settles_at=due, settles_successfully=this.card.behaviour is Behaviour.PROCESS_THEN_SUCCEED)
    sandbox.schedule.add(Action.SETTLE, this.session["id"], due=due)


def _decline(sandbox: Sandbox, this: _Try, charge: Object) -> Outcome:
    fail_charge(charge, code=this.card.code, message=this.card.message)
    sandbox.store.put(Kind.CHARGE, charge)
    sandbox.store.put(Kind.CHECKOUT, this.private)
    sandbox.store.put(Kind.SESSION, this.session)
    sandbox.emit("charge.failed", charge)
    error = decline_error(charge, this.method, this.card.decline_code)
    fail_intent(sandbox, this.intent, error)
    subscriptions.attempt_failed(sandbox, this.private)
    return Outcome(Result.DECLINED, error)


def _complete_for_nothing(sandbox: Sandbox, session: Object, private: Object) -> Outcome:
    """An intent that an earlier attempt made, before the order became free, belongs to no session any more."""
    if private["intent"]:
        cancel_intent(sandbox, sandbox.store.need(Kind.INTENT, private["intent"]))
        private["intent"] = session["payment_intent"] = None
        sandbox.store.put(Kind.CHECKOUT, private)
    complete(sandbox, session, private, payment_status="no_payment_required")
    return Outcome(Result.COMPLETE)
