"""Why a payment has its status, in sentences: what Stripe said, the rule that decided, and how it came about.

It decides nothing and asks nobody: every sentence repeats one thing that is stored.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from gateway.cli.output import clean
from gateway.domain.attempts import Attempt, AttemptState
from gateway.domain.facts import Amounts, Charge, Dispute, Facts, Intent, Refund, RefundState
from gateway.domain.money import Money
from gateway.domain.movements import MovementKind
from gateway.services.operators.views import MovementView, PaymentExplanation
from gateway.services.recording.history import StatusChangeView

ShortId = Callable[[str], str]

_FLAGS = {
    "complete": "The buyer finished the checkout page.",
    "session_paid": "The session says that it is paid.",
    "nothing_due": "The session was completed and nothing was due.",
    "expired": "The session expired.",
    "async_failed": "A delayed payment failed after the checkout page was finished.",
    "open_and_canceled": "The session was open while its PaymentIntent was canceled.",
    "legacy_disputed": "An earlier version of the gateway saw a dispute and did not keep its id.",
    "legacy_wrong_money": "An earlier version of the gateway saw another amount than it expected.",
}
_OURS = {
    "cancel_requested": "Somebody asked us to cancel the session (not Stripe's word).",
    "written_off": "An operator wrote it off (not Stripe's word).",
}
_CAUSES = {
    "api": "by a call to the gateway",
    "retrieve": "because Stripe was asked",
    "reconciliation": "by a comparison with Stripe",
}
_REFUNDS = {
    RefundState.PENDING: "is pending",
    RefundState.SUCCEEDED: "succeeded",
    RefundState.CANCELED: "was canceled",
    RefundState.FAILED: "failed, so the money came back to the account",
}
_MOVEMENTS = {
    MovementKind.CAPTURE: "received with",
    MovementKind.REFUND: "refunded with",
    MovementKind.REFUND_FAILED: "came back to us: the refund failed,",
    MovementKind.DISPUTE: "withdrawn by the dispute",
    MovementKind.DISPUTE_REVERSED: "returned by the dispute",
}
_ATTEMPTS = {
    AttemptState.PENDING: "began and has not ended",
    AttemptState.FAILED: "failed",
    AttemptState.SUCCEEDED: "succeeded",
}


def explained(found: PaymentExplanation, short: ShortId) -> Iterator[str]:
    """The lines to print. `short` is how an id is written within a sentence."""
    snapshot, rule = found.payment.snapshot, found.rule
    name = clean(short(snapshot.session_id)) if snapshot.session_id else "This payment, which has no session,"
    final = ", final" if rule.is_final else ", not final"
    yield f"{name} asks for {snapshot.amount.formatted} ({snapshot.quantity} × {clean(short(snapshot.price_id))})."
    yield f"It is {rule.status.value}{final}, because of rule {rule.number}: {rule.name}."
    parts = {
        "What Stripe said": _said(snapshot.facts, short),
        "What happened": (_change(line, _type_of(found), short) for line in found.history),
        "Which money moved": (_movement(line, short) for line in found.movements),
        "The newest attempts to pay": (_attempt(key, attempt, short) for key, attempt in found.attempts),
        "The events it was learned from": (
            f"{clean(e.received_at)}  {clean(e.type)}, {e.state} ({clean(short(e.id))})" for e in found.events
        ),
    }
    for title, sentences in parts.items():
        yield ""
        yield title
        yield from (f"  {sentence}" for sentence in list(sentences) or ["Nothing yet."])
    yield ""
    yield f"Stripe was last asked: {_when(found.retrieved_at)}."


def in_words(cause: str, types: Mapping[str, str], short: ShortId) -> str:
    """What a line of the history was caused by. `types` are those of the events that are known."""
    kind, _, event_id = cause.partition(" ")
    if kind == "webhook" and event_id:
        of_type = f" {clean(types[event_id])}" if event_id in types else ""
        return f"by the event{of_type} ({clean(short(event_id))})"
    if kind == "delivery":
        return f"because a back end of the shop was notified ({clean(short(event_id))})"
    if kind == "refund":
        return f"by a refund that {clean(event_id.removeprefix('by '))} asked for"
    return _CAUSES.get(cause, clean(cause))


def _said(facts: Facts, short: ShortId) -> Iterator[str]:
    yield from (sentence for flag, sentence in _FLAGS.items() if getattr(facts, flag))
    yield from (f"It asked the buyer for {Money(a.total, a.currency).formatted}." for a in sorted(facts.asked))
    yield from (_intent(short(key), intent) for key, intent in sorted(facts.intents.items()))
    yield from (_charge(short(key), charge) for key, charge in sorted(facts.charges.items()))
    yield from (_refund(short(key), refund) for key, refund in sorted(facts.refunds.items()))
    yield from (_dispute(short(key), dispute) for key, dispute in sorted(facts.disputes.items()))
    yield from (sentence for flag, sentence in _OURS.items() if getattr(facts, flag))


def _intent(key: str, intent: Intent) -> str:
    state = "was paid in full" if intent.is_paid else "was canceled" if intent.is_canceled else "is not paid in full"
    brought = f" and brought {_amounts(intent.received)}" if _amounts(intent.received) else ""
    return f"The PaymentIntent {clean(key)} {state}{brought}."


def _charge(key: str, charge: Charge) -> str:
    took = f" took {_amounts(charge.captured)}" if _amounts(charge.captured) else " took nothing"
    back = f"; {_amounts(charge.refunded)} of it went back" if _amounts(charge.refunded) else ""
    return f"The charge {clean(key)}{took}{back}{'; it is disputed' if charge.is_disputed else ''}."


def _refund(key: str, refund: Refund) -> str:
    return f"The refund {clean(key)} of {_amounts(refund.amounts)} {_REFUNDS[refund.state]}."


def _dispute(key: str, dispute: Dispute) -> str:
    newest = dispute.newest
    why = f" ({clean(newest.reason)})" if newest.reason else ""
    until = f"; an answer is due by {_when(_moment(newest.respond_by))}" if newest.respond_by else ""
    state = newest.state.name.lower().replace("_", " ")
    return f"The dispute {clean(key)} over {_amounts(dispute.amounts)}{why}: {state}{until}."


def _change(line: StatusChangeView, types: Mapping[str, str], short: ShortId) -> str:
    if line.from_status is None:
        what = f"it began as {line.to_status}"
    elif line.from_status == line.to_status:
        what = f"it stayed {line.to_status}, and something else became known"
    else:
        what = f"it went from {line.from_status} to {line.to_status}"
    return f"{clean(line.at)}  {what}, {in_words(line.cause, types, short)}."


def _movement(line: MovementView, short: ShortId) -> str:
    when = clean(line.occurred_at or line.recorded_at)
    return f"{when}  {line.amount.formatted} {_MOVEMENTS[line.kind]} {clean(short(line.stripe_id))}."


def _attempt(key: str, attempt: Attempt, short: ShortId) -> str:
    reason = ""
    if attempt.failure is not None:
        code, decline_code, _ = attempt.failure.value
        reason = f" ({clean(', '.join(word for word in (code, decline_code) if word))})"
    return f"{clean(_moment(attempt.created.value))}  {clean(short(key))} {_ATTEMPTS[attempt.state]}{reason}."


def _type_of(found: PaymentExplanation) -> dict[str, str]:
    return {event.id: event.type for event in found.events}


def _amounts(amounts: Amounts) -> str:
    held = sorted((currency, amount) for currency, amount in amounts.items() if amount)
    return ", ".join(Money(amount, currency).formatted for currency, amount in held)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _when(moment: datetime | None) -> str:
    return f"{clean(moment)} UTC" if moment else "never"
