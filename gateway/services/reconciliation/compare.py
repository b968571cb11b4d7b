"""One row and its session at Stripe: record what Stripe shows, and say what was different before.

All writing goes through the recorder, as for events and reads. Between Stripe's answer and our reading of the row a
webhook may come; so whatever does not agree at first is asked for once more before it is called a difference.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from gateway.domain.facts import merge
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId, SessionId
from gateway.domain.json_fields import text
from gateway.domain.ownership import asked_of
from gateway.domain.questions import unanswered
from gateway.domain.snapshot import Snapshot
from gateway.domain.states import Creation
from gateway.domain.status import Status
from gateway.engines.database import Database
from gateway.models import Payment
from gateway.services.payments import portrait
from gateway.services.payments.portrait import Portrait
from gateway.services.reconciliation.ledger import Kept, agree, kept_here, kept_there, words
from gateway.services.reconciliation.report import Difference, DifferenceKind
from gateway.services.recording import rows
from gateway.services.recording.changes import learned_from_session
from gateway.services.recording.recorder import Recorder
from gateway.services.recording.rows import snapshot_of
from gateway.stripe_api.checkout import Session, StripeCheckout
from gateway.stripe_api.errors import Refused, StripeFault

CAUSE = "reconciliation"
PATIENCE_SECONDS = (0.5, 2.0)

Answer = TypeVar("Answer")

_COMPLETE = frozenset({Status.NO_PAYMENT_REQUIRED, Status.FAILED, Status.CANCELED, Status.PROCESSING})
_EXPIRED = frozenset({Status.EXPIRED, Status.CANCELED})
_OPEN = frozenset({Status.UNPAID, Status.PROCESSING, Status.FAILED, Status.CANCELED})
"""What a payment may be called while Stripe shows its session so."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one comparison found; the status, in words, and both sides of the ledger after it."""

    status: str
    differences: tuple[Difference, ...]
    here: Kept
    there: Kept


class Comparer:
    def __init__(self, database: Database, stripe: StripeCheckout, recorder: Recorder) -> None:
        self._database = database
        self._stripe = stripe
        self._recorder = recorder

    async def compare(self, row: Payment, session: Session, *, is_whole: bool = False) -> Compared:
        """Bring the row up to date with an expanded session. Raises StripeFault when Stripe must be asked again.

        A settled subscription that agrees by its session alone costs no further call, unless it is looked at `is_whole`
        because something of it went back.
        """
        if row.session_id is not None and row.session_id != session["id"]:
            return await self._second_session(row, session)
        if row.is_settled and not is_whole and _shows_nothing_new(row, Portrait(session)):
            return Compared(_status(snapshot_of(row)), (), kept_here(row), kept_there(Portrait(session)))
        shown = await self.picture(row, session)
        if _shows_nothing_new(row, shown):
            return Compared(_status(snapshot_of(row)), (), kept_here(row), kept_there(shown))
        before = await self._load(row.id)
        after = await self._record(before, shown)
        if snapshot_of(after).facts.cancel_requested and text(session, "status") == "open":
            shown = await self.picture(after, await self._finish_cancel(session))
            after = await self._record(after, shown)
        if not agree(kept_here(after), kept_there(shown)) or _contradictions(after, shown.session):
            again = await self.retrieve(session["id"])
            shown = await portrait.with_aftermath(
                self._stripe,
                await portrait.with_invoice(self._stripe, again, call=patiently),
                facts_from_json(after.facts),
                call=patiently,
            )
            after = await self._record(after, shown)
        here, there = kept_here(after), kept_there(shown)
        differences = [*_differences(before, after, here, there), *_contradictions(after, shown.session)]
        return Compared(_status(snapshot_of(after)), tuple(differences), here, there)

    async def picture(self, row: Payment, session: Session) -> Portrait:
        """The session with whatever else must be known to compare amounts: the first invoice's intents, and the
        refunds and disputes of a charge that shows some."""
        shown = await portrait.with_invoice(self._stripe, session, call=patiently)
        facts = facts_from_json(row.facts)
        asks = any(not question.startswith("session") for question in unanswered(facts, row.answered))
        if asks or not row.is_settled or portrait.shows_aftermath(shown.charges()):
            has_moved = bool(facts.refunds or facts.disputes) or portrait.shows_aftermath(shown.charges())
            if asks or has_moved:
                shown = await portrait.with_aftermath(self._stripe, shown, facts, call=patiently)
        return shown

    async def retrieve(self, session_id: str) -> Session:
        """Raises Refused when Stripe has no such session.

        One at a time, so that readers of statuses keep most of what Stripe allows us.
        """
        return await patiently(lambda: self._stripe.retrieve_session(session_id, wait=True))

    async def _record(self, row: Payment, shown: Portrait) -> Payment:
        asked = unanswered(facts_from_json(row.facts), row.answered)
        is_whole = shown.refunds is not None
        answered = asked if is_whole else frozenset(q for q in asked if not q.startswith(("refunds", "disputes")))
        learned = learned_from_session(shown.session, retrieved_at=datetime.now(UTC), answered=answered)
        await self._recorder.learn(PaymentId(row.id), shown.reading(), learned, cause=CAUSE)
        return await self._load(row.id)

    async def _finish_cancel(self, session: Session) -> Session:
        """A cancel was recorded and its caller died before Stripe heard of it."""
        with suppress(Refused):  # It is no longer open: what it has become is the answer.
            await patiently(lambda: self._stripe.expire_session(session["id"]))
        return await self.retrieve(session["id"])

    async def _second_session(self, row: Payment, session: Session) -> Compared:
        """Two sessions for one row must never be: nothing of the second counts, and somebody has to look."""
        learned = learned_from_session(session)
        await self._recorder.learn(PaymentId(row.id), Portrait(session).reading(), learned, cause=CAUSE)
        difference = Difference(
            DifferenceKind.MISSING_HERE,
            SessionId(session["id"]),
            row.id,
            before=f"the payment's session is {row.session_id}",
            after="a second session names this payment",
            repaired=False,
        )
        there = kept_there(await portrait.with_invoice(self._stripe, session, call=patiently))
        return Compared(row.status, (difference,), {}, there)

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


def _shows_nothing_new(row: Payment, shown: Portrait) -> bool:
    """Most rows of a window are final and known; writing down that Stripe was asked again would cost a commit each."""
    reading = shown.reading()
    facts = facts_from_json(row.facts)
    return (
        row.is_final
        and row.creation == Creation.LINKED.value
        and not row.has_questions
        and not reading.unknown
        and merge(facts, reading.facts) == facts
        and agree(kept_here(row), kept_there(shown))
    )


def _differences(before: Payment, after: Payment, here: Kept, there: Kept) -> list[Difference]:
    was, now = snapshot_of(before), snapshot_of(after)
    found: list[Difference] = []

    def add(kind: DifferenceKind, old: str, new: str, *, repaired: bool = True) -> None:
        found.append(Difference(kind, after.session_id, after.id, old, new, repaired))

    if before.session_id is None:
        add(DifferenceKind.MISSING_HERE, before.creation, _status(now))
    elif _status(was) != _status(now):
        add(DifferenceKind.STATUS, _status(was), _status(now))
    if not agree(here, there):
        add(DifferenceKind.AMOUNT, f"{words(here)} here", f"{words(there)} at Stripe", repaired=False)
    elif not _is_new_money(was, now) and not agree(kept_here(before), here):
        add(DifferenceKind.AMOUNT, f"{words(kept_here(before))} kept", f"{words(here)} kept")
    return found


def _contradictions(row: Payment, session: Session) -> list[Difference]:
    """What the row says after all was recorded, against the session's own words: a mistake in reading facts must show.

    Money that an intent shows may be ahead of its session, so `paid` contradicts nothing.
    """
    says, pays = text(session, "status"), text(session, "payment_status")
    allowed = {"complete": _COMPLETE, "expired": _EXPIRED, "open": _OPEN}.get(says or "", frozenset(Status))
    if pays == "paid":
        allowed = frozenset({Status.PAID})
    if Status(row.status) in allowed | {Status.PAID}:
        return []
    after = f"Stripe shows it {says}, {pays}"
    return [Difference(DifferenceKind.STATUS, row.session_id, row.id, row.status, after, repaired=False)]


def _is_new_money(was: Snapshot, now: Snapshot) -> bool:
    """It was not paid and is: that is a difference of status, and no second one of amount."""
    return asked_of(was.facts) is None and was.status != now.status


def _status(snapshot: Snapshot) -> str:
    return f"{snapshot.status}{', disputed' if snapshot.visible.disputed else ''}"
