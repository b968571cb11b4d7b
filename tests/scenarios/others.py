"""What others do on the same account: intents and subscriptions made with a copy of our metadata, and renewals."""

from tests.scenarios import objects
from tests.scenarios.delivery import PAYMENT_ID
from tests.scenarios.story import Story


def pay_foreign_intent(story: Story, amount: int, *, succeeds: bool = True) -> None:
    """An intent that shop code made with a copy of our metadata; no session names it."""
    metadata = {"gateway_payment_id": PAYMENT_ID}
    intent = objects.payment_intent(
        intent_id=story.mint("pi"), created=story.tick(), amount=amount, currency="usd", metadata=metadata
    )
    method = story.new_method("4242")
    charge = objects.charge(charge_id=story.mint("ch"), created=story.tick(), intent=intent, method=method)
    if succeeds:
        charge.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
        intent.update(status="succeeded", amount_received=amount, latest_charge=charge["id"])
        story.emit("charge.succeeded", charge)
        story.emit("payment_intent.succeeded", intent)
    else:
        charge.update(status="failed", failure_code="expired_card", failure_message="Your card has expired.")
        story.emit("charge.failed", charge)


def pay_foreign_subscription(story: Story) -> None:
    """Another subscription, of one dollar, made with a copy of our metadata; our session names another or none."""
    invoice = objects.invoice(
        invoice_id="in_foreign", created=story.tick(), session=story.session, subscription_id="sub_foreign"
    )
    invoice.update(amount_due=100, amount_paid=100, amount_remaining=0, total=100, status="paid")
    intent = objects.payment_intent(
        intent_id="pi_foreign", created=story.tick(), amount=100, currency="usd", metadata={}
    )
    intent.update(status="succeeded", amount_received=100)
    story.emit("payment_intent.succeeded", intent)
    story.emit_invoice("invoice.paid", invoice, intent["id"])
    story.emit_invoice_payment(invoice, intent["id"])


def renew(story: Story) -> None:
    """The next month's invoice, paid by an intent of its own. It carries the marker, its intent does not."""
    assert story.subscription is not None
    invoice = objects.invoice(
        invoice_id=story.mint("in"),
        created=story.tick(),
        session=story.session,
        subscription_id=story.subscription["id"],
        reason="subscription_cycle",
    )
    story.subscription["latest_invoice"] = invoice["id"]
    intent = objects.payment_intent(
        intent_id=story.mint("pi"),
        created=story.tick(),
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        metadata={},
    )
    charge = objects.charge(charge_id=story.mint("ch"), created=story.tick(), intent=intent, method=story.method)
    amount = charge["amount"]
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
    intent.update(status="succeeded", amount_received=amount, latest_charge=charge["id"])
    invoice.update(status="paid", amount_paid=amount, amount_remaining=0)
    story.emit("charge.succeeded", charge)
    story.emit("payment_intent.succeeded", intent)
    story.emit_invoice("invoice.paid", invoice, intent["id"])
    story.emit_invoice_payment(invoice, intent["id"])
