"""Facts as plain JSON values and back: the shape stored in the payment's row and shown to operators.

Absent means not known, so the empty facts are `{}` and a fact added later needs no migration.
"""

from typing import Any

from gateway.domain.facts import FLAGS, Attempt, AttemptState, Facts, Refund, RefundState, Said, Source
from gateway.domain.money import Money


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """Deterministic: equal facts give equal JSON, whatever the order they were learned in."""
    known: dict[str, Any] = {flag: True for flag in FLAGS if getattr(facts, flag)}
    if facts.wrong_money:
        known["wrong_money"] = [[money.amount_minor, money.currency] for money in sorted(facts.wrong_money)]
    if facts.attempts:
        known["attempts"] = {key: _attempt_to_json(facts.attempts[key]) for key in sorted(facts.attempts)}
    if facts.refunds:
        known["refunds"] = {
            key: [facts.refunds[key].state.name.lower(), facts.refunds[key].amount_minor]
            for key in sorted(facts.refunds)
        }
    if facts.refunded_peak_minor:
        known["refunded_peak_minor"] = facts.refunded_peak_minor
    return known


def facts_from_json(known: dict[str, Any]) -> Facts:
    """The inverse of `facts_to_json`."""
    return Facts(
        **{flag: bool(known.get(flag, False)) for flag in FLAGS},
        wrong_money=frozenset(Money(amount, currency) for amount, currency in known.get("wrong_money", ())),
        attempts={key: _attempt_from_json(attempt) for key, attempt in known.get("attempts", {}).items()},
        refunds={
            key: Refund(RefundState[state.upper()], amount) for key, (state, amount) in known.get("refunds", {}).items()
        },
        refunded_peak_minor=known.get("refunded_peak_minor", 0),
    )


def _attempt_to_json(attempt: Attempt) -> dict[str, Any]:
    details = {"created": attempt.created, "failure": attempt.failure, "card": attempt.card}
    return {"state": attempt.state.name.lower()} | {
        name: [said.source.name.lower(), said.value] for name, said in details.items() if said is not None
    }


def _attempt_from_json(known: dict[str, Any]) -> Attempt:
    created = _said(known["created"])
    failure, card = (_said(known[name]) if name in known else None for name in ("failure", "card"))
    return Attempt(AttemptState[known["state"].upper()], created, failure, card)


def _said(pair: list[Any]) -> Said:
    source, value = pair
    return Said(Source[source.upper()], tuple(value) if isinstance(value, list) else value)
