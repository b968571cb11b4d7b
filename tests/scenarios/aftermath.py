"""What follows a payment: refunds, captures by hand, disputes. Each changes the charge and sends its messages."""

import copy

from tests.scenarios import objects
from tests.scenarios.delivery import Channel
from tests.scenarios.objects import Object
from tests.scenarios.story import Story


class Refund:
    """One refund of the story's charge. Money moves when its balance transaction is made."""

    def __init__(self, story: Story, amount: int, *, status: str = "succeeded", is_reported: bool = True) -> None:
        """`is_reported` false: the messages of its creation are lost."""
        self._story = story
        charge = story.charge
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self._refund = objects.refund(
            refund_id=story.mint("re"), created=story.tick(), charge=charge, amount=amount, status=status
        )
        if status == "succeeded":
            self._refund["balance_transaction"] = story.mint("txn")
        if is_reported:
            story.emit("refund.created", self._refund)
            story.emit("charge.refunded", charge)

    def succeed(self) -> None:
        """The bank took a refund that was pending."""
        self._refund.update(status="succeeded", balance_transaction=self._story.mint("txn"))
        self._story.emit("refund.updated", self._refund)

    def fail(self) -> None:
        """The buyer's bank sends it back, days later: the money is the seller's again."""
        self._give_back()
        self._refund.update(status="failed", failure_reason="lost_or_stolen_card")
        self._refund["failure_balance_transaction"] = self._story.mint("txn")
        self._story.emit("refund.failed", self._refund)
        self._story.emit("charge.refund.updated", self._refund)

    def cancel(self) -> None:
        """A refund that waited for the buyer and was withdrawn: no money moved."""
        self._give_back()
        self._refund["status"] = "canceled"
        self._story.emit("refund.updated", self._refund)

    def _give_back(self) -> None:
        charge = self._story.charge
        charge.update(amount_refunded=charge["amount_refunded"] - self._refund["amount"], refunded=False)


def capture(story: Story, amount: int) -> None:
    """Capture what was authorized; the session says paid. The rest is released, which Stripe shows as a refund that
    moves no money."""
    held = story.charge["amount"]
    intent = story.need_intent()
    story.charge.update(captured=True, amount_captured=amount)
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    story.session["payment_status"] = "paid"
    if amount < held:
        story.charge["amount_refunded"] = held - amount
        release = objects.refund(
            refund_id=story.mint("re"),
            created=story.tick(),
            charge=story.charge,
            amount=held - amount,
            status="succeeded",
        )
        story.emit("refund.created", release)
    story.emit("charge.captured", story.charge)
    story.emit("payment_intent.succeeded", intent)


def release(story: Story) -> None:
    """Give up the whole authorization."""
    story.charge.update(amount_refunded=story.charge["amount"], refunded=True)
    story.emit("charge.refunded", story.charge)
    story.cancel_intent()


class Dispute:
    """One dispute of the whole charge. `settlement`: the account's own currency, where it is not the charge's."""

    def __init__(self, story: Story, *, status: str = "needs_response", settlement: str | None = None) -> None:
        self._story = story
        self._settlement = settlement or story.charge["currency"]
        story.charge["disputed"] = True
        self._dispute = objects.dispute(
            dispute_id=story.mint("du"), created=story.tick(), charge=story.charge, status=status
        )
        self._closings: list[int] = []

    def open(self) -> None:
        self._emit("charge.dispute.created")

    def withdraw(self, amount: int, *, is_reported: bool = True) -> None:
        self._move(-amount)
        if is_reported:
            self._emit("charge.dispute.funds_withdrawn")

    def reinstate(self, amount: int) -> None:
        self._move(amount)
        self._emit("charge.dispute.funds_reinstated")

    def update(self, status: str) -> None:
        self._dispute["status"] = status
        self._emit("charge.dispute.updated")

    def close(self, status: str) -> None:
        self._dispute["status"] = status
        self._emit("charge.dispute.closed")
        self._closings.append(len(self._story.deliveries) - 1)

    def answer(self, status: str) -> None:
        """Stripe's answer to our question, asked because two closed states contradict each other."""
        shown: Object = copy.deepcopy(self._dispute) | {"status": status}
        payload = {"disputes": [shown], "answer": 1}
        self._story.deliver("answer about the dispute", Channel.LIST, payload, after=frozenset(self._closings))

    def _move(self, amount: int) -> None:
        moved = objects.balance_transaction(
            transaction_id=self._story.mint("txn"),
            created=self._story.tick(),
            amount=amount,
            currency=self._settlement,
            source=self._dispute["id"],
        )
        self._dispute["balance_transactions"].append(moved)

    def _emit(self, event_type: str) -> None:
        self._story.emit(event_type, self._dispute)
