"""The renewal of a subscription: a new invoice (`subscription_cycle`) with a PaymentIntent and a charge of its own.

It comes when a control asks for it, not by the clock. The recurring prices are billed again, with tax as before; a
discount stays only if its coupon is `forever`.
"""

from typing import Any

from gateway.sandbox import cards, subscriptions, totals
from gateway.sandbox.cards import Card
from gateway.sandbox.entities import billing
from gateway.sandbox.entities.charge_facts import charge_outcome
from gateway.sandbox.entities.payment import charge as new_charge
from gateway.sandbox.entities.payment import payment_intent, payment_method
from gateway.sandbox.errors import invalid
from gateway.sandbox.line_items import item_of
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.steps import decline_error, fail_charge, fail_intent, succeed
from gateway.sandbox.store import Kind, Object


def renew(sandbox: Sandbox, subscription: Object, card: Card) -> Object:
    """The new invoice: paid, or open and the subscription `past_due` when the card declines.

    Raises StripeRefusal for a subscription that has not begun or has ended.
    """
    if subscription["status"] not in ("active", "past_due"):
        raise invalid(f"A subscription with a status of {subscription['status']} cannot be renewed.")
    previous = {"status": subscription["status"], "latest_invoice": subscription["latest_invoice"]}
    items = [item_of(sandbox.store, each["price"], each["quantity"]) for each in subscription["items"]["data"]]
    sums = totals.compute(
        sandbox.store,
        items,
        currency=subscription["currency"],
        discount=_lasting_discount(sandbox, subscription),
        taxed=subscription["automatic_tax"]["enabled"],
        shipping=0,
    )
    figures = {"subtotal": sums.subtotal, "tax": sums.tax, "total": sums.total}
    invoice = subscriptions.new_invoice(sandbox, subscription, items, figures, "subscription_cycle")
    subscriptions.emit_new_invoice(sandbox, invoice)
    if sums.total == 0 or _charge(sandbox, subscription, invoice, card):
        subscriptions.pay_invoice(sandbox, invoice)
        subscription["status"] = "active"
    else:
        invoice["next_payment_attempt"] = sandbox.store.now() + 3 * 86_400
        subscription["status"] = "past_due"
        sandbox.emit("invoice.payment_failed", invoice)
    _begin_next_period(subscription)
    sandbox.store.put(Kind.SUBSCRIPTION, subscription)
    sandbox.emit("customer.subscription.updated", subscription, previous=previous)
    return invoice


def card_named(name: str) -> Card:
    """The card behind a test PaymentMethod; renewals know cards that pay or decline at once. Raises StripeRefusal."""
    card = cards.by_method(name)
    if card is None or card.behaviour not in (cards.Behaviour.SUCCEED, cards.Behaviour.DECLINE):
        raise invalid(f"No card of that name pays or declines at once: '{name}'", param="payment_method")
    return card


def _charge(sandbox: Sandbox, subscription: Object, invoice: Object, card: Card) -> bool:
    """Charge the card off-session; whether it paid."""
    now = sandbox.store.now()
    intent = payment_intent(
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        created=now,
        metadata={},
        description="Subscription update",
        receipt_email=None,
        customer=subscription["customer"],
    )
    method = _method(sandbox, subscription, card)
    declined = card.behaviour is cards.Behaviour.DECLINE
    charge = new_charge(
        intent=intent,
        method=method,
        created=now,
        status="failed" if declined else "succeeded",
        outcome=charge_outcome(card),
    )
    intent["latest_charge"] = charge["id"]
    sandbox.store.put(Kind.INTENT, intent)
    sandbox.store.put(Kind.CHARGE, charge)
    subscriptions.attach_payment(sandbox, invoice, intent)
    sandbox.emit("payment_intent.created", intent)
    if declined:
        fail_charge(charge, code=card.code, message=card.message)
        sandbox.emit("charge.failed", charge)
        fail_intent(sandbox, intent, decline_error(charge, method, card.decline_code))
        return False
    intent.update(payment_method=method["id"])
    succeed(sandbox, intent, charge)
    return True


def _method(sandbox: Sandbox, subscription: Object, card: Card) -> Object:
    customer = sandbox.store.need(Kind.CUSTOMER, subscription["customer"])
    facts: dict[str, Any] = {"brand": card.brand, "last4": card.last4, "exp_month": 12, "exp_year": 2099}
    method = payment_method(
        created=sandbox.store.now(),
        card=facts,
        email=customer["email"],
        name=customer["name"],
        place={"country": "US", "postal_code": None},
    )
    method["customer"] = customer["id"]
    return sandbox.store.put(Kind.METHOD, method)


def _lasting_discount(sandbox: Sandbox, subscription: Object) -> Object | None:
    for session in sandbox.store.newest_first(Kind.SESSION):
        if session["subscription"] == subscription["id"]:
            discount: Object | None = sandbox.store.need(Kind.CHECKOUT, session["id"])["discount"]
            coupon = sandbox.store.get(Kind.COUPON, discount["coupon"]) if discount else None
            return discount if coupon and coupon["duration"] == "forever" else None
    return None


def _begin_next_period(subscription: Object) -> None:
    for item in subscription["items"]["data"]:
        start = item["current_period_end"]
        item.update(
            current_period_start=start, current_period_end=start + billing.period_seconds(item["price"]["recurring"])
        )
