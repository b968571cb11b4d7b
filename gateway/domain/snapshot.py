"""What a client can see of a payment: the part of the facts whose change is worth a version.

`Visible` is computed from facts and attempts alone; `Snapshot` is a row as every reader gets it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.domain.attempts import NO_ATTEMPTS, AttemptsSeen
from gateway.domain.decline_codes import UNKNOWN, Shown, shown
from gateway.domain.facts import DisputeState, Facts
from gateway.domain.fulfilment import Fulfilment, fulfilment_of
from gateway.domain.identifiers import PaymentId, PriceId, SessionId
from gateway.domain.money import Money
from gateway.domain.movements import has_unnamed_dispute, own_disputes, totals_of
from gateway.domain.ownership import asked_of, charges_of, first_invoices, is_paid
from gateway.domain.status import Status, derive


@dataclass(frozen=True, slots=True)
class Failure:
    """The latest failed attempt; `code`, `decline_code` and `message` are Stripe's own and for operators, `at` is
    Stripe's time."""

    code: str
    decline_code: str | None
    message: str
    at: datetime

    @property
    def shown(self) -> Shown:
        """What the buyer may see of it."""
        return shown(self.code, self.decline_code)


@dataclass(frozen=True, slots=True)
class Visible:
    """The visible part of the facts. Two equal values are one version.

    `asked` is None until Stripe has frozen it. `paid` and `refunded` are of the payment's main currency, None for
    nothing: what was captured, and what of it went back by refunds. `open_disputes` is how many wait for an end;
    `fulfilment` is None until a notice that it is paid was delivered or given up.
    """

    status: Status
    is_final: bool
    is_payable: bool
    last_failure: Failure | None = None
    asked: Money | None = None
    paid: Money | None = None
    refunded: Money | None = None
    disputed: bool = False
    open_disputes: int = 0
    fulfilment: Fulfilment | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One payment at one version, as read from its row.

    `amount` is what Stripe asks for, and before it has answered what we expect; `expected` stays for ever.
    """

    payment_id: PaymentId
    session_id: SessionId
    price_id: PriceId
    quantity: int
    amount: Money
    expected: Money | None
    version: int
    facts: Facts
    attempts: AttemptsSeen
    visible: Visible
    url: str | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    retrieved_at: datetime | None

    @property
    def status(self) -> Status:
        return self.visible.status

    @property
    def is_final(self) -> bool:
        return self.visible.is_final

    @property
    def paid(self) -> Money:
        """What was captured; nothing is nothing of the payment's currency."""
        return self.visible.paid or Money(0, self.amount.currency)

    @property
    def refunded(self) -> Money:
        return self.visible.refunded or Money(0, self.paid.currency)

    @property
    def receipt_url(self) -> str | None:
        """The newest charge's, once Stripe has sent it: it is no change of its own."""
        charges = sorted(charges_of(self.facts).items(), key=lambda item: (item[1].created or 0, item[0]))
        return next((charge.receipt_url for _, charge in reversed(charges) if charge.receipt_url), None)

    @property
    def invoice_url(self) -> str | None:
        """Of the invoice that the session names, or the first one of its subscription."""
        own = sorted(first_invoices(self.facts) & self.facts.invoice_urls.keys())
        return self.facts.invoice_urls[own[0]] if own else None

    @property
    def checkout_url(self) -> str | None:
        """Where it can still be paid (resume), else None."""
        return self.url if self.visible.is_payable else None


def visible(facts: Facts, attempts: AttemptsSeen = NO_ATTEMPTS) -> Visible:
    """What these facts let a client see."""
    rule = derive(facts, attempts)
    asked = asked_of(facts)
    sums = {line.currency: line for line in totals_of(facts)}
    main = asked.currency if asked is not None and (asked.currency in sums or not sums) else min(sums, default=None)
    line = sums.get(main) if main is not None else None
    return Visible(
        status=rule.status,
        is_final=rule.is_final,
        is_payable=not (is_paid(facts) or facts.complete or facts.expired or facts.nothing_due),
        last_failure=_last_failure(attempts),
        asked=Money(asked.total, asked.currency) if asked is not None else None,
        paid=Money(line.captured, line.currency) if line is not None and line.captured else None,
        refunded=Money(line.refunded, line.currency) if line is not None and line.refunded else None,
        disputed=is_disputed(facts),
        open_disputes=_open_disputes(facts),
        fulfilment=fulfilment_of(facts),
    )


def is_disputed(facts: Facts) -> bool:
    """While a dispute is open or lost. One known by a charge's word alone counts until it is known by its id."""
    disputes = own_disputes(facts).values()
    if disputes:
        return any(not d.newest.state.is_closed or d.newest.state is DisputeState.LOST for d in disputes)
    return has_unnamed_dispute(facts)


def _open_disputes(facts: Facts) -> int:
    """One that a charge's word alone tells of is open until it is known by its id."""
    disputes = own_disputes(facts).values()
    return sum(not one.newest.state.is_closed for one in disputes) if disputes else int(has_unnamed_dispute(facts))


def _last_failure(attempts: AttemptsSeen) -> Failure | None:
    failure = attempts.last_failure
    if failure is None:
        return None
    return Failure(
        code=failure.code or UNKNOWN,
        decline_code=failure.decline_code or None,
        message=failure.message or "The payment was not completed.",
        at=datetime.fromtimestamp(failure.created, UTC),
    )
