"""What the facts leave open and Stripe can answer: each question is asked once, however often its cause is seen.

A question is a short key, and another cause makes another key. Nothing here asks; `refetch` in the services does.
"""

from collections.abc import Collection

from gateway.domain.facts import Facts, RefundState
from gateway.domain.movements import has_unnamed_dispute, own_disputes, refund_gaps
from gateway.domain.ownership import charges_of, first_invoices, unexplained_intents, unexplained_invoices
from gateway.domain.status import intent_canceled

SESSION = "session"
REFUNDS = "refunds"
DISPUTES = "disputes"
INVOICE = "invoice"
LEGACY = "legacy"
"""Of a row that was carried over: the next reconciliation asks, nobody before."""

KEPT = 200
"""Answered questions remembered by a payment."""


def questions(facts: Facts) -> frozenset[str]:
    """Everything that is worth a look at Stripe now, answered before or not."""
    asked = {f"{SESSION}:{intent_id}" for intent_id in unexplained_intents(facts)}
    asked |= {f"{SESSION}:{invoice}" for invoice in unexplained_invoices(facts)}
    if intent_canceled(facts) and not (facts.complete or facts.expired):
        asked.add(f"{SESSION}:canceled")
    if facts.legacy_wrong_money:
        asked.add(f"{SESSION}:{LEGACY}")
    asked |= {f"{REFUNDS}:{charge_id}:{gap}" for charge_id, gap in refund_gaps(facts).items()}
    if facts.legacy_refunded:
        asked.add(f"{REFUNDS}:{LEGACY}")
    if has_unnamed_dispute(facts):
        disputed = [charge_id for charge_id, charge in charges_of(facts).items() if charge.is_disputed]
        asked |= {f"{DISPUTES}:{charge_id}" for charge_id in disputed or [LEGACY]}
    for dispute_id, dispute in own_disputes(facts).items():
        if len(dispute.closed) > 1:
            closed = "+".join(sorted(state.name.lower() for state in dispute.closed))
            asked.add(f"{DISPUTES}:{dispute_id}:{closed}:{len(dispute.transactions)}")
    asked |= {f"{INVOICE}:{invoice}" for invoice in first_invoices(facts) if not facts.invoice_intents.get(invoice)}
    return frozenset(asked)


def unanswered(facts: Facts, answered: Collection[str]) -> frozenset[str]:
    """Those that nobody has asked yet."""
    return questions(facts) - set(answered)


def is_urgent(asked: Collection[str]) -> bool:
    """Whether one of these is to be asked at once; what was carried over waits for the next reconciliation."""
    return any(not question.endswith(f":{LEGACY}") for question in asked)


def is_settled(facts: Facts, answered: Collection[str], *, is_final: bool) -> bool:
    """Nothing is expected to move any more: reconciliation need not look at it again, however old."""
    moving = any(not dispute.newest.state.is_closed for dispute in own_disputes(facts).values())
    pending = any(refund.state is RefundState.PENDING for refund in facts.refunds.values())
    return is_final and not (moving or pending or unanswered(facts, answered))
