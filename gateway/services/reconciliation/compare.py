"""One row and its session at Stripe: fold what Stripe shows into the row, and say what was different before.

All writing goes through the projection, as for events and reads. Between Stripe's answer and our reading of the row a
webhook may come; so whatever does not agree at first is asked for once more before it is called a difference.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from gateway.database import Connection, Database
from gateway.domain.facts import merge
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId, SessionId
from gateway.domain.money import Money
from gateway.domain.snapshot import Snapshot
from gateway.domain.stripe_objects import all_of, read_refund, read_retrieved, text
from gateway.models import Payment
from gateway.models.payment import Creation
from gateway.pubsub.hub import Hub
from gateway.services.payments.refresh import Refresher, publish
from gateway.services.reconciliation.ledger import agree, kept_here, kept_there
from gateway.services.reconciliation.report import Difference, DifferenceKind
from gateway.services.recording import projection, rows
from gateway.services.recording.rows import snapshot_of
from gateway.stripe_api.checkout import Session, StripeCheckout
from gateway.stripe_api.errors import Refused, StripeFault

CAUSE = "reconciliation"
PATIENCE_SECONDS = (0.5, 2.0)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Compared:
    """What one comparison found; the status, in words, and both sides of the ledger after it."""

    status: str
    differences: tuple[Difference, ...]
    here: Money
    there: Money


class Comparer:
    def __init__(self, database: Database, stripe: StripeCheckout, refresher: Refresher, hub: Hub) -> None:
        self._database = database
        self._stripe = stripe
        self._refresher = refresher
        self._hub = hub

    async def compare(self, row: Payment, session: Session) -> Compared:
        """Bring the row up to date with an expanded session. Raises StripeFault when Stripe must be asked again."""
        if row.session_id is not None and row.session_id != session["id"]:
            return _second_session(row, session)
        if _tells_nothing_new(row, session):
            return Compared(_status(snapshot_of(row)), (), kept_here(row), kept_there(session))
        before = await self._load(row.id)
        after = await self._fold(before, session)
        if snapshot_of(after).facts.cancel_requested and text(session, "status") == "open":
            session = await self._finish_cancel(session)
            after = await self._fold(after, session)
        if not agree(kept_here(after), kept_there(session)):
            session = await self.retrieve(session["id"])
            after = await self._fold(after, session)
        if not agree(kept_here(after), kept_there(session)) and after.intent_id is not None:
            after = await self._fold_refunds(after, after.intent_id)
        here, there = kept_here(after), kept_there(session)
        differences = tuple(_differences(before, after, here, there))
        return Compared(_status(snapshot_of(after)), differences, here, there)

    async def retrieve(self, session_id: str) -> Session:
        """Raises Refused when Stripe has no such session.

        One at a time, so that readers of statuses keep most of what Stripe allows us.
        """
        return await patiently(lambda: self._stripe.retrieve_session(session_id, wait=True))

    async def _fold(self, row: Payment, session: Session) -> Payment:
        await self._refresher.fold(PaymentId(row.id), session, cause=CAUSE)
        return await self._load(row.id)

    async def _finish_cancel(self, session: Session) -> Session:
        """A cancel was recorded and its caller died before Stripe heard of it."""
        with suppress(Refused):  # It is no longer open: what it has become is the answer.
            await patiently(lambda: self._stripe.expire_session(session["id"]))
        return await self.retrieve(session["id"])

    async def _fold_refunds(self, row: Payment, intent_id: str) -> Payment:
        """A charge's total does not tell a refund that failed after all from one that is still to come."""
        refunds = await patiently(lambda: self._stripe.refunds_of(intent_id))
        reading = all_of(*(read_refund(refund) for refund in refunds))
        learned = projection.Learned(asked_at=datetime.now(UTC))
        payment_id = PaymentId(row.id)

        async def work(connection: Connection) -> projection.Change:
            return await projection.apply(connection, payment_id, reading, learned, cause=CAUSE)

        await publish(self._hub, [await self._database.run(work)])
        return await self._load(row.id)

    async def _load(self, payment_id: str) -> Payment:
        return await self._database.read(lambda connection: rows.by_id(connection, PaymentId(payment_id)))


async def patiently(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """A call that changes nothing by being repeated, tried again when Stripe stumbles. Raises StripeFault."""
    for seconds in PATIENCE_SECONDS:
        try:
            return await call()
        except Refused:
            raise
        except StripeFault:
            await asyncio.sleep(seconds)
    return await call()


def _tells_nothing_new(row: Payment, session: Session) -> bool:
    """Most rows of a window are final and known; writing down that Stripe was asked again would cost a commit each."""
    reading = read_retrieved(session, projection.expected_of(row))
    facts = facts_from_json(row.facts)
    learned = projection.learned_from_session(session)
    return (
        row.is_final
        and row.creation == Creation.LINKED.value
        and not reading.unknown
        and merge(facts, reading.facts) == facts
        and (row.intent_id is not None or learned.intent_id is None)
        and agree(kept_here(row), kept_there(session))
    )


def _differences(before: Payment, after: Payment, here: Money, there: Money) -> list[Difference]:
    was, now = snapshot_of(before), snapshot_of(after)
    found: list[Difference] = []

    def add(kind: DifferenceKind, old: str, new: str, *, repaired: bool = True) -> None:
        found.append(Difference(kind, after.session_id, after.id, old, new, repaired))

    if before.session_id is None:
        add(DifferenceKind.MISSING_HERE, before.creation, _status(now))
    elif _status(was) != _status(now):
        add(DifferenceKind.STATUS, _status(was), _status(now))
    if not agree(here, there):
        add(DifferenceKind.AMOUNT, f"{_worth(here)} here", f"{_worth(there)} at Stripe", repaired=False)
    elif was.visible.refunded_minor != now.visible.refunded_minor:
        add(DifferenceKind.AMOUNT, _refunded(was), _refunded(now))
    return found


def _second_session(row: Payment, session: Session) -> Compared:
    """Two sessions for one row must never be: neither is touched, and somebody has to look."""
    nothing = Money(0, row.currency)
    difference = Difference(
        DifferenceKind.MISSING_HERE,
        SessionId(session["id"]),
        row.id,
        before=f"the payment's session is {row.session_id}",
        after="a second session names this payment",
        repaired=False,
    )
    return Compared(row.status, (difference,), nothing, kept_there(session))


def _status(snapshot: Snapshot) -> str:
    return f"{snapshot.status}{', disputed' if snapshot.visible.disputed else ''}"


def _refunded(snapshot: Snapshot) -> str:
    return f"{_worth(Money(snapshot.visible.refunded_minor, snapshot.amount.currency))} refunded"


def _worth(money: Money) -> str:
    return f"{money.amount_minor} {money.currency}"
