"""One thing that must hold and does not, fit for a log: sessions are hashed, customers never named."""

from dataclasses import dataclass

from gateway.models import Payment
from gateway.telemetry.logs import hash_id


@dataclass(frozen=True, slots=True)
class Violation:
    """Which invariant of docs/invariants.md, about what (`payment …`, `session cs#…`, `event evt_…`), in a sentence."""

    invariant: str
    subject: str
    sentence: str


def of_payment(invariant: str, payment: Payment, sentence: str) -> Violation:
    return Violation(invariant, f"payment {payment.id}", sentence)


def of_session(invariant: str, session_id: str, sentence: str) -> Violation:
    return Violation(invariant, f"session {hash_id(session_id)}", sentence)
