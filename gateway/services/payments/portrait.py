"""Everything Stripe shows of one payment: its session, the intents that pay it, their refunds and disputes.

A retrieve of the session is enough for most; what it does not carry is fetched only where it matters: the intents of a
subscription's first invoice, the refunds of a charge that gave something back, the disputes of a disputed one.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.domain.facts import Facts
from gateway.domain.json_fields import mapping, number, objects, reference
from gateway.domain.stripe_objects import (
    Reading,
    all_of,
    read_dispute,
    read_expanded_intent,
    read_invoice,
    read_refund,
    read_retrieved,
)
from gateway.stripe_api.checkout import Session, StripeCheckout
from gateway.stripe_api.errors import Refused

Answer = TypeVar("Answer")
Call = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Portrait:
    """Raw objects. `intents` are those of the first invoice, each with its latest charge. None of the lists: not asked,
    so nothing is known; empty: there is none."""

    session: Session
    invoice: dict[str, Any] | None = None
    intents: tuple[dict[str, Any], ...] = ()
    refunds: tuple[dict[str, Any], ...] | None = None
    disputes: tuple[dict[str, Any], ...] | None = None
    answers: dict[str, int] = field(default_factory=dict)
    """Dispute → which answer to a question of ours this is."""

    def reading(self) -> Reading:
        """The same facts as its objects would report one by one."""
        return all_of(
            (
                read_retrieved(self.session),
                *([read_invoice(self.invoice)] if self.invoice is not None else []),
                *(read_expanded_intent(intent) for intent in self.intents),
                *(read_refund(refund) for refund in self.refunds or ()),
                *(read_dispute(d, answer=self.answers.get(str(d.get("id")), 0)) for d in self.disputes or ()),
            )
        )

    def all_intents(self) -> list[dict[str, Any]]:
        """The session's own and the first invoice's, expanded."""
        own = mapping(self.session, "payment_intent")
        return [*([dict(own)] if own else []), *self.intents]

    def charges(self) -> list[dict[str, Any]]:
        return [dict(charge) for intent in self.all_intents() if (charge := mapping(intent, "latest_charge"))]


async def retrieve(stripe: StripeCheckout, session_id: str, *, call: Call | None = None) -> Portrait:
    """The session, and the intents of its first invoice. Raises StripeFault."""
    ask = call or _once
    session = await ask(lambda: stripe.retrieve_session(session_id, wait=True))
    return await with_invoice(stripe, session, call=ask)


async def with_invoice(stripe: StripeCheckout, session: Session, *, call: Call | None = None) -> Portrait:
    """A session as it was listed, with the intents of its first invoice: a second retrieve, in subscription mode."""
    ask = call or _once
    invoice_id = reference(session, "invoice")
    if invoice_id is None or mapping(session, "payment_intent"):
        return Portrait(session)
    try:
        invoice = await ask(lambda: stripe.retrieve_invoice(invoice_id))
        named = {reference(mapping(payment, "payment"), "payment_intent") for payment in objects(invoice, "payments")}
        named.add(reference(invoice, "payment_intent"))
        intents = [await ask(lambda: stripe.retrieve_intent(one)) for one in sorted(filter(None, named))]  # noqa: B023
    except Refused:  # Stripe names an invoice that it does not have: the session's own word stands.
        return Portrait(session)
    return Portrait(session, invoice, tuple(intents))


async def with_aftermath(
    stripe: StripeCheckout, portrait: Portrait, facts: Facts, *, call: Call | None = None
) -> Portrait:
    """The same with the refunds and disputes of its intents. Answers about disputes are newer than any event."""
    ask = call or _once
    refunds: list[dict[str, Any]] = []
    disputes: list[dict[str, Any]] = []
    for intent in portrait.all_intents():
        intent_id = str(intent["id"])
        refunds += await ask(lambda: stripe.refunds_of(intent_id))  # noqa: B023 (awaited within the round)
        disputes += await ask(lambda: stripe.disputes_of(intent_id))  # noqa: B023 (awaited within the round)
    answers = {str(dispute.get("id")): _answer(dispute, facts) for dispute in disputes}
    return Portrait(
        portrait.session, portrait.invoice, portrait.intents, tuple(refunds), tuple(disputes), answers=answers
    )


def shows_aftermath(charges: Iterable[dict[str, Any]]) -> bool:
    """Something went back, or is disputed: the single objects say what."""
    return any((number(charge, "amount_refunded") or 0) > 0 or charge.get("disputed") is True for charge in charges)


def _answer(dispute: dict[str, Any], facts: Facts) -> int:
    """Which answer this is about a dispute: one more than before if it differs and would be taken for the older."""
    known = facts.disputes.get(str(dispute.get("id")))
    if known is None:
        return 0
    shown = read_dispute(dispute, answer=known.newest.answer).facts.disputes.values()
    return known.newest.answer + any(one.newest < known.newest for one in shown)


async def _once(request: Callable[[], Awaitable[Answer]]) -> Answer:
    return await request()
