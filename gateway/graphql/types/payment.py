"""A payment as its buyer may see it: everything but the customer, which is behind `operator`."""

from datetime import datetime
from enum import Enum

import strawberry

from gateway.domain.decline_codes import FailureAdvice as DomainAdvice
from gateway.domain.movements import totals_of
from gateway.domain.snapshot import Failure, Snapshot
from gateway.graphql.batches import Batches, Fetch, Found
from gateway.graphql.context import Context, Info
from gateway.graphql.operators import operator_field
from gateway.graphql.types.delivery import Delivery, Fulfilment
from gateway.graphql.types.discrepancy import Discrepancy
from gateway.graphql.types.explanation import Explanation
from gateway.graphql.types.money import Money
from gateway.graphql.types.operator_payment import OperatorPayment
from gateway.graphql.types.payment_attempt import PaymentAttempt
from gateway.graphql.types.payment_money import Dispute, Movement, PaymentTotals
from gateway.graphql.types.payment_status import PaymentStatus
from gateway.graphql.types.price import Price
from gateway.graphql.types.refund_request import RefundRequest
from gateway.services.operators.feed import FeedEntry
from gateway.services.operators.views import PaymentView
from gateway.services.recording.history import StatusChangeView


@strawberry.enum(description="What the buyer should do after a failed attempt.")
class FailureAdvice(Enum):
    RETRY = strawberry.enum_value("retry", description="Check the details and try again.")
    OTHER_METHOD = strawberry.enum_value("other_method", description="Pay another way.")
    CONTACT_ISSUER = strawberry.enum_value("contact_issuer", description="Ask the bank that issued the card.")

    @classmethod
    def of(cls, advice: DomainAdvice) -> "FailureAdvice":
        return cls(advice.value)


@strawberry.type(description="Why the latest failed attempt failed. It stays after a later attempt succeeded.")
class PaymentFailure:
    code: str = strawberry.field(
        description="Stripe's error code, like `card_declined`. A reason that Stripe asks to keep from buyers reads as "
        "the generic decline; operators see the true one."
    )
    decline_code: str | None = strawberry.field(
        description="The issuer's reason, like `insufficient_funds`; kept from buyers as `code` is."
    )
    message: str = strawberry.field(
        description="What happened and what to do next, for the buyer, in the caller's language (`Accept-Language`)."
    )
    advice: FailureAdvice = strawberry.field(description="What the buyer should do now.")
    at: datetime = strawberry.field(description="When it failed, by Stripe's clock.")

    @classmethod
    def of(cls, failure: Failure, context: Context) -> "PaymentFailure":
        """Sentence and advice are the buyer's, whoever asks; the codes are as this caller may see them."""
        seen, is_operator = failure.shown, context.operator is not None
        return cls(
            code=failure.code if is_operator else seen.code,
            decline_code=failure.decline_code if is_operator else seen.decline_code,
            message=seen.meaning.text.in_(context.language),
            advice=FailureAdvice.of(seen.meaning.advice),
            at=failure.at,
        )


@strawberry.type(description="One visible change of a payment, as the append-only history keeps it.")
class StatusChange:
    version: int = strawberry.field(description="The payment's version after the change; 1 is its beginning.")
    from_status: PaymentStatus | None = strawberry.field(name="from", description="Before; null at the beginning.")
    to_status: PaymentStatus = strawberry.field(
        name="to", description="After; equal to `from` when another field changed."
    )
    cause: str = strawberry.field(
        description="How the gateway learned of it: `webhook evt_…`, `retrieve`, `api`, `reconciliation`."
    )
    at: datetime = strawberry.field(description="When it was recorded.")
    occurred_at: datetime | None = strawberry.field(
        description="Stripe's time: when the money moved, else when Stripe made the event. Null where Stripe gave "
        "none, and in the operators' feed."
    )

    @classmethod
    def of(cls, change: StatusChangeView) -> "StatusChange":
        return cls(
            version=change.version,
            from_status=PaymentStatus.of(change.from_status) if change.from_status else None,
            to_status=PaymentStatus.of(change.to_status),
            cause=change.cause,
            at=change.at,
            occurred_at=change.occurred_at,
        )


@strawberry.type(description="What is known of a checkout session, at one version.")
class Payment:
    snapshot: strawberry.Private[Snapshot]
    view: strawberry.Private[PaymentView | None]
    batches: strawberry.Private[Batches]
    session_id: strawberry.ID = strawberry.field(
        description="Stripe's session id: whoever holds it may read this. Operators see it empty while there is none."
    )
    status: PaymentStatus = strawberry.field(description="What happened so far.")
    is_final: bool = strawberry.field(
        description="Nothing more will happen, except that late money still makes it PAID."
    )
    version: int = strawberry.field(description="Grows by one with every visible change: pass it as `sinceVersion`.")
    amount: Money = strawberry.field(
        description="What Stripe asks the buyer for, with discount, tax and shipping; before Stripe has answered, what "
        "the gateway expects."
    )
    checkout_url: str | None = strawberry.field(
        description="Where it can be paid, while it can still be paid: send the buyer there to resume."
    )
    paid_amount: Money = strawberry.field(description="What the buyer has paid.")
    refunded_amount: Money = strawberry.field(description="What went back by refunds; the status stays PAID.")
    disputed: bool = strawberry.field(
        description="The buyer's bank questions it, or the shop has lost a dispute; the status stays as it is."
    )
    created_at: datetime = strawberry.field(description="When the session was created.")
    updated_at: datetime = strawberry.field(description="When this version was recorded.")
    expires_at: datetime | None = strawberry.field(
        description="When the checkout page closes by itself, if that is known."
    )
    feed_cursor: str | None = strawberry.field(
        description="In the operators' feed: pass it as `payments(after:)` to resume behind this change. "
        "Null everywhere else."
    )
    feed_change: StatusChange | None = strawberry.field(
        description="In the operators' feed: the change this payment is sent for. Null everywhere else."
    )

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        *,
        view: PaymentView | None = None,
        entry: FeedEntry | None = None,
        batches: Batches | None = None,
    ) -> "Payment":
        """`batches` are shared by the payments of one list; a payment alone has its own."""
        seen = snapshot.visible
        return cls(
            snapshot=snapshot,
            view=view,
            batches=batches or Batches(),
            session_id=strawberry.ID(snapshot.session_id),
            status=PaymentStatus.of(seen.status),
            is_final=seen.is_final,
            version=snapshot.version,
            amount=Money.of(snapshot.amount),
            checkout_url=snapshot.checkout_url,
            paid_amount=Money.of(snapshot.paid),
            refunded_amount=Money.of(snapshot.refunded),
            disputed=seen.disputed,
            created_at=snapshot.created_at,
            updated_at=snapshot.updated_at,
            expires_at=snapshot.expires_at,
            feed_cursor=entry.cursor if entry else None,
            feed_change=StatusChange.of(entry.change) if entry else None,
        )

    @classmethod
    def of_view(cls, view: PaymentView, *, batches: Batches | None = None) -> "Payment":
        return cls.of(view.snapshot, view=view, batches=batches)

    @classmethod
    def of_entry(cls, entry: FeedEntry) -> "Payment":
        return cls.of(entry.payment.snapshot, view=entry.payment, entry=entry)

    def _price(self, info: Info) -> Price | None:
        package = info.context.services.catalogue.find(self.snapshot.price_id)
        return Price.of(package, info.context.language) if package else None

    def _last_failure(self, info: Info) -> PaymentFailure | None:
        failure = self.snapshot.visible.last_failure
        return PaymentFailure.of(failure, info.context) if failure else None

    async def _history(self, info: Info) -> list[StatusChange]:
        changes = await self._loaded(info, "history", info.context.services.payments.histories)
        return [StatusChange.of(change) for change in changes or ()]

    def _explanation(self) -> Explanation:
        return Explanation.of(self.snapshot)

    def _receipt_url(self) -> str | None:
        return self.snapshot.receipt_url

    def _invoice_url(self) -> str | None:
        return self.snapshot.invoice_url

    def _fulfilment(self, info: Info) -> Fulfilment | None:
        known = info.context.services.notices.fulfilment(self.snapshot)
        return Fulfilment.of(known) if known is not None else None

    async def _expected_amount(self, info: Info) -> Money | None:
        return Money.of(self.snapshot.expected) if self.snapshot.expected is not None else None

    async def _totals(self, info: Info) -> list[PaymentTotals]:
        return [PaymentTotals.of(line) for line in totals_of(self.snapshot.facts)]

    async def _movements(self, info: Info) -> list[Movement]:
        views = await self._loaded(info, "movements", info.context.services.operators.movements_of)
        return [Movement.of(view) for view in views or ()]

    async def _disputes(self, info: Info) -> list[Dispute]:
        return Dispute.all_of(self.snapshot.facts)

    async def _discrepancies(self, info: Info) -> list[Discrepancy]:
        views = await self._loaded(info, "discrepancies", info.context.services.desk.of_payments)
        return [Discrepancy.of(view) for view in views or ()]

    async def _attempts(self, info: Info) -> list[PaymentAttempt]:
        attempts = await self._loaded(info, "attempts", info.context.services.operators.attempts_of)
        return [PaymentAttempt.of(key, attempt) for key, attempt in attempts or ()]

    async def _refund_requests(self, info: Info) -> list[RefundRequest]:
        views = await self._loaded(info, "refund_requests", info.context.services.refunds.of_payments)
        return [RefundRequest.of(view) for view in views or ()]

    async def _deliveries(self, info: Info) -> list[Delivery]:
        views = await self._loaded(info, "deliveries", info.context.services.deliveries.of_payments)
        return [Delivery.of(view) for view in views or ()]

    async def _operator(self, info: Info) -> OperatorPayment | None:
        view = self.view or await self._loaded(info, "operator", info.context.services.operators.payments_of)
        return OperatorPayment.of(view) if view else None

    async def _loaded(self, info: Info, kind: str, fetch: Fetch[Found]) -> Found | None:
        """Read for every payment of the same list at once, and once however many aliases ask for it."""
        return await self.batches.load(kind, self.snapshot.payment_id, fetch, info.context.services.nested_reads)

    price: Price | None = strawberry.field(
        resolver=_price, description="What was bought; null when the catalogue no longer has it."
    )
    last_failure: PaymentFailure | None = strawberry.field(
        resolver=_last_failure, description="Why the latest failed attempt failed, if any did."
    )
    history: list[StatusChange] = strawberry.field(resolver=_history, description="Every visible change, oldest first.")
    receipt_url: str | None = strawberry.field(
        resolver=_receipt_url, description="Stripe's receipt of the charge, once there is one."
    )
    invoice_url: str | None = strawberry.field(
        resolver=_invoice_url, description="Stripe's page of the invoice, where one was made."
    )
    fulfilment: Fulfilment | None = strawberry.field(
        resolver=_fulfilment,
        description="Whether the shop's back end has taken the news that it is paid; null without one.",
    )
    explanation: Explanation = strawberry.field(resolver=_explanation, description="Why it has this status.")
    expected_amount: Money | None = operator_field(
        _expected_amount,
        description="What the gateway expected from price and quantity, kept as a control; null if nothing could be "
        "expected.",
    )
    totals: list[PaymentTotals] = operator_field(_totals, description="The sums of its movements, a line per currency.")
    movements: list[Movement] = operator_field(_movements, description="Its journal of money, the first line first.")
    disputes: list[Dispute] = operator_field(_disputes, description="Its disputes, by id.")
    discrepancies: list[Discrepancy] = operator_field(
        _discrepancies, description="What somebody has to look at, or had to."
    )
    attempts: list[PaymentAttempt] = operator_field(
        _attempts, description="The newest twenty attempts to pay, newest first."
    )
    refund_requests: list[RefundRequest] = operator_field(
        _refund_requests, description="The refunds that operators asked for, oldest first."
    )
    deliveries: list[Delivery] = operator_field(
        _deliveries, description="The notices of it to the shop's back ends, newest first."
    )
    operator: OperatorPayment | None = operator_field(_operator, description="What its buyer is not shown.")
