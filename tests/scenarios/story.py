"""A checkout lived through at Stripe. Each verb changes the objects and leaves behind the messages Stripe would send.

`deliveries` collects them in the order they came to be; a webhook shows its object as it was then, and so does a
retrieve (`look`). Ids and times are the same in every run. Sequences: reference/stripe-facts.md.
"""

import copy

from gateway.domain.money import Money
from gateway.domain.stripe_event import Mode
from tests.scenarios import objects
from tests.scenarios.delivery import Channel, Delivery
from tests.scenarios.objects import Object

BEGAN_AT = 1_790_000_000
PAYMENT_ID = "0123456789abcdef0123456789abcdef"
SESSION_ID = "cs_test_a1" + "Scenario" * 7


class Story:
    """One session in one mode. The clock ticks ten seconds with each thing that is born or told."""

    def __init__(self, *, mode: Mode, asked: Money) -> None:
        self.deliveries: list[Delivery] = []
        self.now = BEGAN_AT
        self._mode = mode
        self._after: frozenset[int] = frozenset()
        self._numbers: dict[str, int] = {}
        self._intent: Object | None = None
        self._method: Object = {}
        self._charge: Object = {}
        self._refund: Object = {}
        self._subscription: Object | None = None
        self._invoice: Object | None = None
        self._session = objects.session(
            session_id=SESSION_ID,
            created=self.now,
            mode=mode,
            amount=asked.amount_minor,
            currency=asked.currency,
            marker=PAYMENT_ID,
        )

    # What a buyer does

    def pay(self, *, charged: Money | None = None) -> None:
        """A card that succeeds at once. `charged` is what was really taken, where that is not what was asked."""
        self._take(charged)
        self._begin_attempt("4242")
        self._succeed()
        self._complete("paid")

    def decline(self, *, decline_code: str = "generic_decline", message: str = "Your card was declined.") -> None:
        """A card the bank refuses; the session stays open."""
        self._begin_attempt("0002")
        self._fail_charge("card_declined", decline_code, message)

    def ask_authentication(self) -> None:
        """3-D Secure: the bank asks the buyer. There is no charge yet."""
        intent = self._need_intent()
        self._method = self._new_method("3220")
        intent.update(status="requires_action", payment_method=self._method["id"], last_payment_error=None)
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        self._emit("payment_intent.requires_action", intent)

    def fail_authentication(self) -> None:
        """The buyer fails the bank's question: no charge, no charge.failed, the session stays open."""
        error = {
            "code": "payment_intent_authentication_failure",
            "message": "The provided PaymentMethod has failed authentication.",
            "payment_method": copy.deepcopy(self._method),
            "type": "invalid_request_error",
        }
        self._fail_intent(error)

    def pay_later(self) -> None:
        """A bank debit or voucher: the session is complete, the money days away."""
        self._begin_attempt("3000")
        intent = self._need_intent()
        intent.update(status="processing", processing={"type": "card"})
        self._emit("charge.pending", self._charge)
        self._emit("payment_intent.processing", intent)
        self._complete("unpaid")

    def take_for_free(self) -> None:
        """Nothing is due: complete without any intent."""
        self._complete("no_payment_required")

    # What time and the bank do

    def settle(self, *, well: bool) -> None:
        """The delayed payment arrives, or never will."""
        if well:
            self._succeed()
            self._session["payment_status"] = "paid"
        else:
            self._fail_charge("card_declined", "generic_decline", "The bank debit was returned.")
        self._end_invoice(paid=well)
        self._emit(f"checkout.session.async_payment_{'succeeded' if well else 'failed'}", self._session)

    def expire(self) -> None:
        """The session closes; an intent that was tried is canceled with it."""
        self._session.update(status="expired", url=None)
        if self._intent is not None:
            self._intent.update(status="canceled", canceled_at=self.now, cancellation_reason="automatic")
            self._emit("payment_intent.canceled", self._intent)
        self._emit("checkout.session.expired", self._session)

    def cancel_intent(self) -> None:
        """Somebody cancels the delayed payment in the Dashboard; the session stays complete."""
        intent = self._need_intent()
        intent.update(status="canceled", canceled_at=self.now, cancellation_reason="requested_by_customer")
        self._emit("payment_intent.canceled", intent)

    def receive_late_money(self) -> None:
        """Money for a session that is no longer open: a voucher paid in a shop after all."""
        self._begin_attempt("3000")
        self._succeed()

    # What the seller and the bank do afterwards

    def refund(self, amount_minor: int) -> None:
        self._charge["amount_refunded"] += amount_minor
        self._charge["refunded"] = self._charge["amount_refunded"] == self._charge["amount_captured"]
        self._refund = objects.refund(
            refund_id=self._mint("re"), created=self._tick(), charge=self._charge, amount=amount_minor
        )
        self._emit("refund.created", self._refund)
        self._emit("charge.refunded", self._charge)

    def lose_refund(self) -> None:
        """The buyer's bank sends the last refund back: the money is the seller's again."""
        self._charge.update(amount_refunded=self._charge["amount_refunded"] - self._refund["amount"], refunded=False)
        self._refund.update(status="failed", failure_reason="lost_or_stolen_card")
        self._emit("refund.failed", self._refund)
        self._emit("charge.refund.updated", self._refund)

    def dispute(self) -> None:
        self._charge["disputed"] = True
        opened = objects.dispute(dispute_id=self._mint("du"), created=self._tick(), charge=self._charge)
        self._emit("charge.dispute.created", opened)
        self._emit("charge.dispute.funds_withdrawn", opened)

    # What we do

    def look(self, label: str) -> None:
        """Retrieve the session as it is now, expanded as the gateway asks for it."""
        seen = copy.deepcopy(self._session)
        if self._mode is Mode.PAYMENT and self._intent is not None:
            seen["payment_intent"] = copy.deepcopy(self._intent)
            if self._intent["latest_charge"] is not None:
                seen["payment_intent"]["latest_charge"] = copy.deepcopy(self._charge)
        if self._subscription is not None:
            seen["subscription"] = copy.deepcopy(self._subscription)
        self._deliver(Delivery(f"retrieve ({label})", Channel.RETRIEVE, seen, self._after))

    def request_cancel(self) -> None:
        """Our own request, recorded before Stripe is called: all that follows comes to us after it."""
        self._deliver(Delivery("our cancel request", Channel.CANCEL, {}, self._after))
        self._after |= {len(self.deliveries) - 1}

    def request_cancel_when_final(self) -> None:
        """Our own request on a row that the last message has made final: it is refused and leaves no trace."""
        made_final = frozenset({len(self.deliveries) - 1})
        self._deliver(Delivery("our cancel request (refused)", Channel.CANCEL, {}, self._after | made_final))

    # Steps

    def _take(self, charged: Money | None) -> None:
        if charged is not None:
            self._session.update(amount_total=charged.amount_minor, currency=charged.currency)

    def _need_intent(self) -> Object:
        """Made at the first attempt. In subscription mode it is the invoice's: no marker, and not in the session."""
        if self._intent is None:
            in_payment_mode = self._mode is Mode.PAYMENT
            self._intent = objects.payment_intent(
                intent_id=self._mint("pi"),
                created=self._tick(),
                amount=self._session["amount_total"],
                currency=self._session["currency"],
                metadata={"gateway_payment_id": PAYMENT_ID} if in_payment_mode else {},
            )
            if in_payment_mode:
                self._session["payment_intent"] = self._intent["id"]
            self._emit("payment_intent.created", self._intent)
        return self._intent

    def _begin_attempt(self, last4: str) -> None:
        intent = self._need_intent()
        self._method = self._new_method(last4)
        self._charge = objects.charge(
            charge_id=self._mint("ch"), created=self._tick(), intent=intent, method=self._method
        )
        intent.update(
            latest_charge=self._charge["id"],
            payment_method=self._method["id"],
            last_payment_error=None,
            next_action=None,
        )

    def _new_method(self, last4: str) -> Object:
        return objects.payment_method(method_id=self._mint("pm"), created=self._tick(), last4=last4)

    def _succeed(self) -> None:
        amount = self._charge["amount"]
        self._charge.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
        intent = self._need_intent()
        intent.update(status="succeeded", amount_received=amount, processing=None)
        self._emit("charge.succeeded", self._charge)
        self._emit("payment_intent.succeeded", intent)
        # The books follow a moment later: capture is asynchronous since API version 2024-04-10.
        self._charge["balance_transaction"] = self._mint("txn")
        self._emit("charge.updated", self._charge)

    def _fail_charge(self, code: str, decline_code: str, message: str) -> None:
        self._charge.update(status="failed", failure_code=code, failure_message=message)
        self._charge["outcome"] = {
            "network_status": "declined_by_network",
            "reason": decline_code,
            "type": "issuer_declined",
        }
        self._emit("charge.failed", self._charge)
        error = {
            "charge": self._charge["id"],
            "code": code,
            "decline_code": decline_code,
            "message": message,
            "payment_method": copy.deepcopy(self._method),
            "type": "card_error",
        }
        self._fail_intent(error)

    def _fail_intent(self, error: Object) -> None:
        intent = self._need_intent()
        intent.update(
            status="requires_payment_method",
            payment_method=None,
            next_action=None,
            processing=None,
            last_payment_error=error,
        )
        self._emit("payment_intent.payment_failed", intent)

    def _complete(self, payment_status: str) -> None:
        self._session.update(status="complete", url=None, payment_status=payment_status)
        if self._mode is Mode.SUBSCRIPTION:
            self._begin_subscription()
            if payment_status != "unpaid":
                self._end_invoice(paid=True)
        self._emit("checkout.session.completed", self._session)

    def _begin_subscription(self) -> None:
        invoice_id, subscription_id = self._mint("in"), self._mint("sub")
        self._subscription = objects.subscription(
            subscription_id=subscription_id,
            created=self._tick(),
            currency=self._session["currency"],
            invoice_id=invoice_id,
            marker=PAYMENT_ID,
        )
        self._invoice = objects.invoice(
            invoice_id=invoice_id, created=self.now, session=self._session, subscription_id=subscription_id
        )
        self._session.update(customer=self._subscription["customer"], subscription=subscription_id, invoice=invoice_id)

    def _end_invoice(self, *, paid: bool) -> None:
        if self._subscription is None or self._invoice is None:
            return
        if paid:
            self._invoice.update(status="paid", amount_paid=self._invoice["amount_due"], amount_remaining=0)
            self._subscription["status"] = "active"
        else:
            self._invoice["status"] = "void"
            self._subscription.update(status="incomplete_expired", ended_at=self.now)
        self._emit("invoice.paid" if paid else "invoice.payment_failed", self._invoice)

    def _emit(self, event_type: str, thing: Object) -> None:
        event = objects.event(
            event_id=self._mint("evt"), event_type=event_type, created=self._tick(), thing=copy.deepcopy(thing)
        )
        self._deliver(Delivery(event_type, Channel.WEBHOOK, event, self._after))

    def _deliver(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)

    def _mint(self, prefix: str) -> str:
        number = self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}_3Scenario{number:015d}"

    def _tick(self) -> int:
        self.now += 10
        return self.now
