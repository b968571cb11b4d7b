"""What the facts leave open and Stripe can answer: each question is asked once, however often its cause is seen.

A question is a short key, and another cause makes another key. Nothing here asks; `refetch` in the services does.
"""

from collections.abc import Collection

from gateway.domain.facts import Facts, RefundState
from gateway.domain.movements import has_unnamed_dispute, of_unknown_currency, own_disputes, own_refunds, refund_gaps
from gateway.domain.ownership import charges_of, first_invoices, unexplained_intents, unexplained_invoices
from gateway.domain.status import intent_canceled

SESSION = "session"
REFUNDS = "refunds"
DISPUTES = "disputes"
INVOICE = "invoice"
LEGACY = "legacy"
"""Of a row that was carried over: the next reconciliation asks, nobody before."""

AT_ONCE = 50
"""Of a copied marker there may be any number of intents: beyond so many their number is the question."""


def questions(facts: Facts) -> frozenset[str]:
    """Everything that is worth a look at Stripe now, answered before or not."""
    asked = _bounded(unexplained_intents(facts)) | _bounded(unexplained_invoices(facts))
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
    asked |= {f"{REFUNDS}:{refund_id}:currency" for refund_id in of_unknown_currency(facts, own_refunds(facts))}
    asked |= {f"{DISPUTES}:{dispute_id}:currency" for dispute_id in of_unknown_currency(facts, own_disputes(facts))}
    asked |= {f"{INVOICE}:{invoice}" for invoice in first_invoices(facts) if not facts.invoice_intents.get(invoice)}
    return frozenset(asked)


def _bounded(stripe_ids: frozenset[str]) -> set[str]:
    if len(stripe_ids) > AT_ONCE:
        return {f"{SESSION}:{len(stripe_ids)} {min(stripe_ids)}"}
    return {f"{SESSION}:{stripe_id}" for stripe_id in stripe_ids}


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
