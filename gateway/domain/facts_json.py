"""Facts as plain JSON values and back: the shape stored in the payment's row and shown to operators.

Absent means not known, so the empty facts are `{}` and a fact added later needs no migration.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from gateway.domain.facts import (
    FLAGS,
    ID_SETS,
    Asked,
    BalanceTransaction,
    Charge,
    Conversion,
    Dispute,
    DisputeState,
    DisputeView,
    Facts,
    Intent,
    Refund,
    RefundState,
)

Item = TypeVar("Item")
Json = dict[str, Any]


def facts_to_json(facts: Facts) -> Json:
    """Deterministic: equal facts give equal JSON, whatever the order they were learned in."""
    known: Json = {flag: True for flag in FLAGS if getattr(facts, flag)}
    known |= {name: sorted(getattr(facts, name)) for name in ID_SETS}
    known |= {
        "asked": [asked_to_json(asked) for asked in sorted(facts.asked)],
        "conversions": [[c.shown, c.shown_total, c.currency, c.total] for c in sorted(facts.conversions)],
        "opening_invoices": {key: sorted(facts.opening_invoices[key]) for key in sorted(facts.opening_invoices)},
        "invoice_intents": {key: sorted(facts.invoice_intents[key]) for key in sorted(facts.invoice_intents)},
        "intents": _map(facts.intents, _intent_to_json),
        "charges": _map(facts.charges, _charge_to_json),
        "refunds": _map(facts.refunds, _refund_to_json),
        "disputes": _map(facts.disputes, _dispute_to_json),
        "legacy_refunded": dict(sorted(facts.legacy_refunded.items())),
        "session_created": facts.session_created,
        "invoice_urls": dict(sorted(facts.invoice_urls.items())),
        "delivered_at": facts.delivered_at,
        "given_up_at": facts.given_up_at,
    }
    return _known(known)


def facts_from_json(known: Json) -> Facts:
    """The inverse of `facts_to_json`."""
    if not known:
        return Facts()
    flags: Json = {flag: bool(known.get(flag, False)) for flag in FLAGS}
    sets: Json = {name: frozenset(known.get(name, ())) for name in ID_SETS}
    return Facts(
        **flags,
        **sets,
        asked=frozenset(asked_from_json(asked) for asked in known.get("asked", ())),
        conversions=frozenset(Conversion(*conversion) for conversion in known.get("conversions", ())),
        opening_invoices={key: frozenset(opened) for key, opened in known.get("opening_invoices", {}).items()},
        invoice_intents={key: frozenset(intents) for key, intents in known.get("invoice_intents", {}).items()},
        intents=_map(known.get("intents", {}), _intent_from_json),
        charges=_map(known.get("charges", {}), _charge_from_json),
        refunds=_map(known.get("refunds", {}), _refund_from_json),
        disputes=_map(known.get("disputes", {}), _dispute_from_json),
        legacy_refunded=known.get("legacy_refunded", {}),
        session_created=known.get("session_created"),
        invoice_urls=known.get("invoice_urls", {}),
        delivered_at=known.get("delivered_at"),
        given_up_at=known.get("given_up_at"),
    )


def asked_to_json(asked: Asked) -> Json:
    return _known(
        {
            "total": asked.total,
            "currency": asked.currency,
            "subtotal": asked.subtotal,
            "discount": asked.discount or None,
            "tax": asked.tax or None,
            "shipping": asked.shipping or None,
        }
    )


def asked_from_json(known: Json) -> Asked:
    return Asked(**known)


def _map(items: Mapping[str, Any], one: Callable[[Any], Item]) -> dict[str, Item]:
    return {key: one(items[key]) for key in sorted(items)}


def _known(values: Json) -> Json:
    """Without what is empty, false or not known. A zero is known."""
    return {name: value for name, value in values.items() if value or (value == 0 and value is not False)}


def _intent_to_json(intent: Intent) -> Json:
    return _known(
        {
            "paid": intent.is_paid,
            "canceled": intent.is_canceled,
            "received": dict(sorted(intent.received.items())),
            "created": intent.created,
        }
    )


def _intent_from_json(known: Json) -> Intent:
    return Intent(
        known.get("paid", False), known.get("canceled", False), known.get("received", {}), known.get("created")
    )


def _charge_to_json(charge: Charge) -> Json:
    return _known(
        {
            "intent": charge.intent_id,
            "paid": charge.is_paid,
            "captured": dict(sorted(charge.captured.items())),
            "refunded": dict(sorted(charge.refunded.items())),
            "disputed": charge.is_disputed,
            "created": charge.created,
            "receipt_url": charge.receipt_url,
        }
    )


def _charge_from_json(known: Json) -> Charge:
    return Charge(
        intent_id=known.get("intent"),
        is_paid=known.get("paid", False),
        captured=known.get("captured", {}),
        refunded=known.get("refunded", {}),
        is_disputed=known.get("disputed", False),
        created=known.get("created"),
        receipt_url=known.get("receipt_url"),
    )


def _refund_to_json(refund: Refund) -> Json:
    return _known(
        {
            "state": refund.state.name.lower(),
            "amounts": dict(sorted(refund.amounts.items())),
            "moved": refund.has_moved,
            "intent": refund.intent_id,
            "charge": refund.charge_id,
            "created": refund.created,
        }
    )


def _refund_from_json(known: Json) -> Refund:
    return Refund(
        state=RefundState[known["state"].upper()],
        amounts=known.get("amounts", {}),
        has_moved=known.get("moved", False),
        intent_id=known.get("intent"),
        charge_id=known.get("charge"),
        created=known.get("created"),
    )


def _dispute_to_json(dispute: Dispute) -> Json:
    newest = dispute.newest
    moved = {key: dispute.transactions[key] for key in sorted(dispute.transactions)}
    return _known(
        {
            "state": newest.state.name.lower(),
            "answer": newest.answer or None,
            "reason": newest.reason,
            "respond_by": newest.respond_by or None,
            "seen_transactions": newest.transactions or None,
            "amounts": dict(sorted(dispute.amounts.items())),
            "closed": sorted(state.name.lower() for state in dispute.closed),
            "transactions": {key: [t.amount, t.currency, t.created] for key, t in moved.items()},
            "intent": dispute.intent_id,
            "charge": dispute.charge_id,
        }
    )


def _dispute_from_json(known: Json) -> Dispute:
    newest = DisputeView(
        answer=known.get("answer", 0),
        transactions=known.get("seen_transactions", 0),
        state=DisputeState[known["state"].upper()],
        reason=known.get("reason", ""),
        respond_by=known.get("respond_by", 0),
    )
    return Dispute(
        newest=newest,
        amounts=known.get("amounts", {}),
        closed=frozenset(DisputeState[state.upper()] for state in known.get("closed", ())),
        transactions={key: BalanceTransaction(*moved) for key, moved in known.get("transactions", {}).items()},
        intent_id=known.get("intent"),
        charge_id=known.get("charge"),
    )
