"""What is handed to the recorder beside facts, and what it answers once it has written."""

from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.domain.facts import Asked
from gateway.domain.identifiers import PaymentId, SessionId, email_hash
from gateway.domain.json_fields import Object, identifier, mapping, moment, text
from gateway.domain.status import Status
from gateway.domain.stripe_objects import asked_by
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import PAYMENT_CHANGES

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Learned:
    """What an object reports of the session itself, beside facts. Once known, an id never changes.

    `shown` is what an open session asks for: it is shown and counts for nothing. `answered` are the questions that
    this answer of Stripe's settles; `retrieved_at` is when it answered.
    """

    session_id: SessionId | None = None
    url: str | None = None
    expires_at: datetime | None = None
    shown: Asked | None = None
    retrieved_at: datetime | None = None
    answered: frozenset[str] = frozenset()
    email_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What one write did. `version` is published when `is_visible`; `reveals` are Stripe ids now known to be its own.

    `has_questions`: Stripe should be asked something.
    """

    payment_id: PaymentId
    version: int
    is_visible: bool
    before: Status
    after: Status
    has_questions: bool
    reveals: frozenset[str]


def learned_from_session(
    session: Object, *, retrieved_at: datetime | None = None, answered: frozenset[str] = frozenset()
) -> Learned:
    """What a Checkout Session says of itself, from an event or an answer of Stripe's."""
    session_id, expires_at = identifier(session, "id"), moment(session, "expires_at")
    email = text(mapping(session, "customer_details"), "email")
    return Learned(
        session_id=SessionId(session_id) if session_id else None,
        url=text(session, "url"),
        expires_at=datetime.fromtimestamp(expires_at, UTC) if expires_at else None,
        shown=asked_by(session),
        retrieved_at=retrieved_at,
        answered=answered,
        email_hash=email_hash(email) if email else None,
    )


def announce(change: Change) -> None:
    """Count and log a change that is committed."""
    if change.is_visible and change.before != change.after:
        PAYMENT_CHANGES.labels(change.after).inc()
        log.info(
            "A payment changed.",
            action="payment.changed",
            payment_id=change.payment_id,
            version=change.version,
            before=change.before.value,
            after=change.after.value,
        )
