"""What a client can see of a payment: the part of the facts whose change is worth a version.

`Visible` is computed from facts alone; `Snapshot` is a row as every reader gets it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.domain.advice import FailureAdvice, advise
from gateway.domain.facts import AttemptState, Facts, RefundState
from gateway.domain.identifiers import PaymentId, PriceId, SessionId
from gateway.domain.money import Money
from gateway.domain.status import Status, derive


@dataclass(frozen=True, slots=True)
class Failure:
    """The latest failed attempt; `code` and `decline_code` are Stripe's words, `at` is Stripe's time."""

    code: str
    decline_code: str | None
    message: str
    at: datetime

    @property
    def advice(self) -> FailureAdvice:
        return advise(self.code, self.decline_code)


@dataclass(frozen=True, slots=True)
class Visible:
    """The visible part of the facts. Two equal values are one version."""

    status: Status
    is_final: bool
    is_payable: bool
    last_failure: Failure | None
    refunded_minor: int
    disputed: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One payment at one version, as read from its row."""

    payment_id: PaymentId
    session_id: SessionId
    price_id: PriceId
    quantity: int
    amount: Money
    version: int
    facts: Facts
    visible: Visible
    url: str | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    asked_at: datetime | None

    @property
    def status(self) -> Status:
        return self.visible.status

    @property
    def is_final(self) -> bool:
        return self.visible.is_final

    @property
    def checkout_url(self) -> str | None:
        """Where it can still be paid (resume), else None."""
        return self.url if self.visible.is_payable else None


def visible(facts: Facts) -> Visible:
    """What these facts let a client see."""
    rule = derive(facts)
    return Visible(
        status=rule.status,
        is_final=rule.is_final,
        is_payable=not (facts.money or facts.complete or facts.expired or facts.nothing_due),
        last_failure=_last_failure(facts),
        refunded_minor=refunded_minor(facts),
        disputed=facts.disputed,
    )


def refunded_minor(facts: Facts) -> int:
    """What went back: the refunds we know, or the charge's own total less what came back of it, whichever is more.

    A charge may tell its total before we hear of the single refunds; a refund that fails later lowers that total.
    """
    standing = sum(r.amount_minor for r in facts.refunds.values() if r.state is not RefundState.UNDONE)
    undone = sum(r.amount_minor for r in facts.refunds.values() if r.state is RefundState.UNDONE)
    return max(standing, facts.refunded_peak_minor - undone)


def _last_failure(facts: Facts) -> Failure | None:
    failed: list[tuple[Any, str]] = [
        (attempt.created.value, key) for key, attempt in facts.attempts.items() if attempt.state is AttemptState.FAILED
    ]
    if not failed:
        return None
    created, key = max(failed)
    said = facts.attempts[key].failure
    code, decline_code, message = said.value if said else ("", "", "")
    return Failure(
        code=code or "payment_failed",
        decline_code=decline_code or None,
        message=message or "The payment was not completed.",
        at=datetime.fromtimestamp(created, UTC),
    )
