"""The scenarios' objects bear Stripe's field names: each is also on the sandbox's object, which is held to Stripe's
own types elsewhere. A scenario built on a field that Stripe does not send would prove nothing."""

from typing import Any

import pytest

from gateway.domain.stripe_event import KINDS, parse_event
from gateway.sandbox.entities import after_payment, billing
from gateway.sandbox.entities import payment as sandbox
from gateway.sandbox.entities.catalogue import line_item, price
from gateway.sandbox.entities.session import session
from tests.scenarios.delivery import Channel
from tests.scenarios.plans import every_scenario

NOT_ALWAYS_SENT = {
    "refund": {"failure_reason", "failure_balance_transaction"},
    "invoice": {"payments", "payment_intent", "subscription", "subscription_details"},
}
"""Fields Stripe leaves out until they have a value or are expanded, and those of older API versions."""


def sandbox_objects() -> dict[str, dict[str, Any]]:
    """One object of a kind, as the sandbox makes them."""
    opened = session(
        session_id="cs_test_a1",
        base_url="http://localhost",
        created=1,
        expires_at=2,
        mode="subscription",
        currency="usd",
        success_url=None,
        cancel_url=None,
        client_reference_id=None,
        customer_email=None,
        locale=None,
        submit_type=None,
        metadata={},
        allow_promotion_codes=None,
        taxed=False,
    )
    intent = sandbox.payment_intent(
        amount=500, currency="usd", created=1, metadata={}, description=None, receipt_email=None, customer=None
    )
    card = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034}
    place = {"country": "US", "postal_code": None}
    method = sandbox.payment_method(created=1, card=card, email=None, name=None, place=place)
    charge = sandbox.charge(intent=intent, method=method, created=1, status="succeeded", outcome=None)
    things = [
        opened,
        intent,
        method,
        charge,
        after_payment.refund(charge=charge, amount=200, created=1, reason=None, metadata={}, status="succeeded"),
        after_payment.dispute(charge=charge, amount=500, created=1, status="needs_response", reason="fraudulent"),
        after_payment.balance_transaction(
            amount=-500,
            fee=1500,
            currency="usd",
            exchange_rate=None,
            created=1,
            source="du_1",
            kind="adjustment",
            category="dispute",
        ),
        *_billing_objects(intent),
    ]
    return {thing["object"]: thing for thing in things}


def _billing_objects(intent: dict[str, Any]) -> list[dict[str, Any]]:
    monthly = price(product_id="prod_1", currency="usd", unit_amount=500, created=1, interval="month")
    items = [line_item(price=monthly, quantity=1, description="Plan")]
    customer = billing.customer(created=1, email=None, name=None)
    subscribed = billing.subscription(customer_id="cus_1", line_items=items, created=1, metadata={}, currency="usd")
    invoice = billing.invoice(
        subscription=subscribed,
        customer=customer,
        currency="usd",
        line_items=items,
        totals={"subtotal": 500, "tax": 0, "total": 500},
        reason="subscription_create",
        created=1,
    )
    return [subscribed, invoice, billing.invoice_payment(invoice=invoice, intent=intent, created=1)]


def shown() -> dict[str, set[str]]:
    """Every field name the scenarios show, by the kind of object."""
    names: dict[str, set[str]] = {}

    def collect(thing: Any) -> None:
        if isinstance(thing, dict):
            kind = thing.get("object")
            if isinstance(kind, str) and kind not in {"event", "list"}:
                names.setdefault(kind, set()).update(thing)
            for value in thing.values():
                collect(value)
        for item in thing if isinstance(thing, list) else ():
            collect(item)

    for scenario in every_scenario():
        for delivery in scenario.deliveries:
            collect(delivery.payload)
    return names


@pytest.mark.parametrize("kind", sorted(shown()))
def test_the_scenarios_show_no_field_that_stripe_does_not_send(kind: str) -> None:
    assert shown()[kind] - sandbox_objects()[kind].keys() <= NOT_ALWAYS_SENT.get(kind, set())


def test_the_scenarios_show_every_kind_of_object_the_sandbox_knows() -> None:
    assert shown().keys() == sandbox_objects().keys()


def test_every_webhook_of_a_scenario_is_an_event_with_an_id_of_its_own() -> None:
    for scenario in every_scenario():
        events = [parse_event(d.payload) for d in scenario.deliveries if d.channel is Channel.WEBHOOK]
        assert None not in events
        assert len({event.id for event in events if event}) == len(events)


def test_the_scenarios_deliver_most_types_we_listen_to() -> None:
    sent = {delivery.label for scenario in every_scenario() for delivery in scenario.deliveries}
    assert KINDS.keys() - sent == {"payment_intent.partially_funded", "invoice.payment_succeeded", "invoice.finalized"}
