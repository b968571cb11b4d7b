"""A checkout at Stripe, step by step. Each verb changes the objects and leaves the messages that Stripe would send.

`deliveries` collects them in the order they were made; a webhook shows its object as it was then, and so does a
retrieve (`look`). Ids and times are the same in every run. What follows a payment is in `aftermath`.
"""

import copy
from typing import Any

from gateway.domain.facts import Asked, Conversion
from gateway.domain.stripe_event import Mode
from tests.scenarios import objects
from tests.scenarios.delivery import PAYMENT_ID, SESSION_ID, Channel
from tests.scenarios.messages import Messages, invoice_payment
from tests.scenarios.objects import Object


class Story(Messages):
    """One session in one mode, and what was created for it."""

    def __init__(
        self, *, mode: Mode, asked: Asked, conversion: Conversion | None = None, old_invoices: bool = False
    ) -> None:
        super().__init__(conversion=conversion, old_invoices=old_invoices)
        self.mode = mode
        self.charge: Object = {}
        self.method: Object = {}
        self.subscription: Object | None = None
        self._intent: Object | None = None
        self._invoice: Object | None = None
        self.session = objects.session(
            session_id=SESSION_ID, created=self.now, mode=mode, asked=asked, marker=PAYMENT_ID
        )

    # What a buyer does

    def change_total(self, asked: Asked) -> None:
        """A promotion code, an address that is taxed, an upsell: the open session asks for something else."""
        self.session.update(objects.session_figures(asked))

    def pay(self) -> None:
        """A card that succeeds at once."""
        self._begin_attempt("4242")
        self._succeed()
        self._complete("paid")

    def decline(self, *, decline_code: str = "generic_decline", message: str = "Your card was declined.") -> None:
        """A card the bank refuses; the session stays open."""
        self._begin_attempt("0002")
        self._fail_charge("card_declined", decline_code, message)

    def ask_authentication(self) -> None:
        """3-D Secure: the bank asks the buyer. There is no charge yet."""
        intent = self.need_intent()
        self.method = self.new_method("3220")
        intent.update(status="requires_action", payment_method=self.method["id"], last_payment_error=None)
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        self.emit("payment_intent.requires_action", intent)

    def fail_authentication(self) -> None:
        """The buyer fails the bank's question: no charge, no charge.failed, the session stays open."""
        error = {
            "code": "payment_intent_authentication_failure",
            "message": "The provided PaymentMethod has failed authentication.",
            "payment_method": copy.deepcopy(self.method),
            "type": "invalid_request_error",
        }
        self._fail_intent(error)

    def pay_later(self) -> None:
        """A bank debit or voucher: the session is complete, the money days away."""
        self._begin_attempt("3000")
        intent = self.need_intent()
        intent.update(status="processing", processing={"type": "card"})
        self.emit("charge.pending", self.charge)
        self.emit("payment_intent.processing", intent)
        self._complete("unpaid")

    def authorize(self) -> None:
        """A card of a seller who captures by hand: the session is complete, the money only held."""
        self._begin_attempt("4242")
        intent = self.need_intent()
        intent.update(status="requires_capture", capture_method="manual", amount_capturable=self.charge["amount"])
        self.charge.update(status="succeeded", paid=True)
        self.emit("charge.succeeded", self.charge)
        self._complete("unpaid")

    def take_for_free(self) -> None:
        """Nothing is due: complete without any intent."""
        self._complete("no_payment_required")

    # What time and the bank do

    def settle(self, *, succeeds: bool) -> None:
        """The delayed payment arrives, or never will."""
        if succeeds:
            self._succeed()
            self.session["payment_status"] = "paid"
        else:
            self._fail_charge("card_declined", "generic_decline", "The bank debit was returned.")
        self._end_invoice(paid=succeeds)
        self.emit(f"checkout.session.async_payment_{'succeeded' if succeeds else 'failed'}", self.session)

    def expire(self) -> None:
        """The session closes; an intent that was tried is canceled with it."""
        self.session.update(status="expired", url=None)
        if self._intent is not None:
            self._intent.update(status="canceled", canceled_at=self.now, cancellation_reason="automatic")
            self.emit("payment_intent.canceled", self._intent)
        self.emit("checkout.session.expired", self.session)

    def cancel_intent(self) -> None:
        """Somebody cancels the payment in the Dashboard; the session stays as it is."""
        intent = self.need_intent()
        intent.update(status="canceled", canceled_at=self.now, cancellation_reason="requested_by_customer")
        self.emit("payment_intent.canceled", intent)

    def receive_late_money(self) -> None:
        """Money for a session that is no longer open: a voucher paid in a shop after all."""
        self._begin_attempt("3000")
        self._succeed()

    # What we do

    def look(self, label: str) -> None:
        """Retrieve the session as it is now, and in subscription mode its first invoice and what pays that."""
        seen = copy.deepcopy(self.session)
        picture: dict[str, Any] = {"session": seen}
        if self.mode is Mode.PAYMENT and self._intent is not None:
            seen["payment_intent"] = self._expanded_intent(self._intent)
        if self.subscription is not None and seen["subscription"] is not None:
            seen["subscription"] = copy.deepcopy(self.subscription)
        if self._invoice is not None and seen["invoice"] is not None:
            picture["invoice"] = copy.deepcopy(self._invoice) | {"payments": {"object": "list", "data": []}}
            if self._intent is not None:
                payment = invoice_payment(self._invoice, self._intent["id"])
                picture["invoice"]["payments"]["data"].append(payment)
                picture["intents"] = [self._expanded_intent(self._intent)]
        self.deliver(f"retrieve ({label})", Channel.RETRIEVE, picture)

    # Steps

    def need_intent(self) -> Object:
        """Made at the first attempt. In subscription mode it is the invoice's: no marker, and not in the session."""
        if self._intent is None:
            in_payment_mode = self.mode is Mode.PAYMENT
            self._intent = objects.payment_intent(
                intent_id=self.mint("pi"),
                created=self.tick(),
                amount=self.session["amount_total"],
                currency=self.session["currency"],
                metadata={"gateway_payment_id": PAYMENT_ID} if in_payment_mode else {},
            )
            if in_payment_mode:
                self.session["payment_intent"] = self._intent["id"]
            else:
                self._begin_subscription()
            self.emit("payment_intent.created", self._intent)
        return self._intent

    def _begin_attempt(self, last4: str) -> None:
        intent = self.need_intent()
        intent.update(amount=self.session["amount_total"], currency=self.session["currency"])
        self.method = self.new_method(last4)
        self.charge = objects.charge(charge_id=self.mint("ch"), created=self.tick(), intent=intent, method=self.method)
        intent.update(
            latest_charge=self.charge["id"],
            payment_method=self.method["id"],
            last_payment_error=None,
            next_action=None,
        )

    def new_method(self, last4: str) -> Object:
        return objects.payment_method(method_id=self.mint("pm"), created=self.tick(), last4=last4)

    def _succeed(self) -> None:
        amount = self.charge["amount"]
        self.charge.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
        intent = self.need_intent()
        intent.update(status="succeeded", amount_received=amount, processing=None)
        self.emit("charge.succeeded", self.charge)
        self.emit("payment_intent.succeeded", intent)
        # The balance transaction follows a moment later: capture is asynchronous since API version 2024-04-10.
        self.charge["balance_transaction"] = self.mint("txn")
        self.emit("charge.updated", self.charge)

    def _fail_charge(self, code: str, decline_code: str, message: str) -> None:
        self.charge.update(status="failed", failure_code=code, failure_message=message)
        self.charge["outcome"] = {
            "network_status": "declined_by_network",
            "reason": decline_code,
            "type": "issuer_declined",
        }
        self.emit("charge.failed", self.charge)
        error = {
            "charge": self.charge["id"],
            "code": code,
            "decline_code": decline_code,
            "message": message,
            "payment_method": copy.deepcopy(self.method),
            "type": "card_error",
        }
        self._fail_intent(error)

    def _fail_intent(self, error: Object) -> None:
        intent = self.need_intent()
        intent.update(
            status="requires_payment_method",
            payment_method=None,
            next_action=None,
            processing=None,
            last_payment_error=error,
        )
        self.emit("payment_intent.payment_failed", intent)
        if self._invoice is not None and self.session["status"] == "open":
            self.emit_invoice("invoice.payment_failed", self._invoice, intent["id"])

    def _complete(self, payment_status: str) -> None:
        self.session.update(status="complete", url=None, payment_status=payment_status)
        if self.mode is Mode.SUBSCRIPTION:
            self._name_subscription()
            if payment_status != "unpaid":
                self._end_invoice(paid=True)
        self.emit("checkout.session.completed", self.session)

    def _begin_subscription(self) -> None:
        invoice_id, subscription_id = self.mint("in"), self.mint("sub")
        self.subscription = objects.subscription(
            subscription_id=subscription_id,
            created=self.tick(),
            currency=self.session["currency"],
            invoice_id=invoice_id,
            marker=PAYMENT_ID,
        )
        self._invoice = objects.invoice(
            invoice_id=invoice_id, created=self.now, session=self.session, subscription_id=subscription_id
        )

    def _name_subscription(self) -> None:
        """Subscription and invoice exist since the first attempt; the session names them from its completion on."""
        if self.subscription is None or self._invoice is None:
            self._begin_subscription()
        assert self.subscription is not None
        assert self._invoice is not None
        total = self.session["amount_total"]
        self._invoice.update(amount_due=total, amount_remaining=total, total=total, currency=self.session["currency"])
        named = {"subscription": self.subscription["id"], "invoice": self._invoice["id"]}
        self.session.update(named, customer=self.subscription["customer"])

    def _end_invoice(self, *, paid: bool) -> None:
        if self.subscription is None or self._invoice is None:
            return
        intent_id = self._intent["id"] if self._intent is not None else None
        if paid:
            self._invoice.update(status="paid", amount_paid=self._invoice["amount_due"], amount_remaining=0)
            self.subscription["status"] = "active"
        else:
            self._invoice["status"] = "void"
            self.subscription.update(status="incomplete_expired", ended_at=self.now)
        self.emit_invoice("invoice.paid" if paid else "invoice.payment_failed", self._invoice, intent_id)
        if paid and intent_id is not None:
            self.emit_invoice_payment(self._invoice, intent_id)

    def _expanded_intent(self, intent: Object) -> Object:
        seen = copy.deepcopy(intent)
        if intent["latest_charge"] is not None:
            seen["latest_charge"] = copy.deepcopy(self.charge)
        return seen
