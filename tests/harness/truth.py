"""What Stripe knows, read in full from the sandbox, and what the gateway's answer for it has to be.

The table is written a second time here, from Stripe's objects instead of facts, so that the two can disagree.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from tests.harness.stripe import MARKER, Stripe

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything at Stripe that carries our marker. `sessions` is by payment id: there should be one each."""

    sessions: dict[str, list[Object]]
    intents: dict[str, Object]
    charges: dict[str, list[Object]]
    """By intent, oldest first."""
    disputes: list[Object]
    """Of these charges."""
    events: dict[str, Object]

    def status_of(self, session: Object) -> str:
        """The guide's word for this session, once every event has arrived."""
        intent = self.intents.get(session["payment_intent"] or "")
        charges = self.charges.get(session["payment_intent"] or "", [])
        if session["payment_status"] == "paid":
            return "paid"
        if session["status"] == "complete":
            return "failed" if intent and intent["status"] == "requires_payment_method" else "processing"
        if session["status"] == "expired":
            return "canceled"  # No session here lives long enough to expire but by our own cancel.
        return "failed" if charges and charges[-1]["status"] == "failed" else "unpaid"

    def refunded_of(self, session: Object) -> int:
        charges = self.charges.get(session["payment_intent"] or "", [])
        return sum(charge["amount_refunded"] for charge in charges)

    def ledger(self) -> Counter[str]:
        """Captured less refunds and disputes, in minor units, by currency."""
        totals: Counter[str] = Counter()
        for charges in self.charges.values():
            for charge in charges:
                if charge["status"] == "succeeded":
                    totals[charge["currency"]] += charge["amount_captured"] - charge["amount_refunded"]
        for dispute in self.disputes:
            for transaction in dispute["balance_transactions"]:
                totals[transaction["currency"]] += transaction["amount"]
        return totals


async def read_truth(stripe: Stripe) -> Truth:
    sessions: dict[str, list[Object]] = defaultdict(list)
    for session in await stripe.sessions():
        if marker := session["metadata"].get(MARKER):
            sessions[marker].append(session)
    ours = {session["payment_intent"] for found in sessions.values() for session in found}
    charges: dict[str, list[Object]] = defaultdict(list)
    for charge in reversed(await stripe.charges()):
        if charge["payment_intent"] in ours:
            charges[charge["payment_intent"]].append(charge)
    return Truth(
        sessions=dict(sessions),
        intents={intent["id"]: intent for intent in await stripe.intents() if intent["id"] in ours},
        charges=dict(charges),
        disputes=[dispute for dispute in await stripe.disputes() if dispute["payment_intent"] in ours],
        events={event["id"]: event for event in await stripe.events()},
    )
