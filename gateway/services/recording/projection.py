"""What was learned → the row: merge, derive, and write under an optimistic lock, with everything that follows from it.

When what a client can see has changed, the version grows by one and the history gets its line; when the targets of the
journal have moved, the difference is booked; what somebody has to look at is opened or closed. All of it in the
caller's transaction, and by nobody but the recorder.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.domain import questions
from gateway.domain.attempts import AttemptsSeen
from gateway.domain.discrepancies import Condition, Control, DiscrepancyKind, conditions
from gateway.domain.facts import Facts, merge
from gateway.domain.facts_json import asked_to_json, facts_from_json, facts_to_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.notices import kind_of_change
from gateway.domain.ownership import asked_of, first_invoices, is_paid, own_intents
from gateway.domain.snapshot import Visible, visible
from gateway.domain.states import Creation
from gateway.domain.status import Status
from gateway.domain.stripe_objects import Reading
from gateway.engines.database import Connection
from gateway.models import Payment
from gateway.services.recording import attempts, discrepancies, duplicates, history, movements
from gateway.services.recording.changes import Change, Learned
from gateway.services.recording.history import AuditKeys, StatusChangeView
from gateway.services.recording.sql import insert_unless_there, update
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import UNKNOWN_VALUES

RETRIEVED_AT_PRECISION = timedelta(seconds=60)
"""How stale `retrieved_at` may be: a poll every second need not write every second."""

log = get_logger(__name__)


class Collision(Exception):
    """Another writer was faster although the row was locked; the transaction is tried again."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything that decides what a row says: before a write, or after it."""

    facts: Facts
    attempts: AttemptsSeen

    @property
    def visible(self) -> Visible:
        return visible(self.facts, self.attempts)

    @property
    def own(self) -> frozenset[str]:
        """The Stripe ids by which objects without a marker join this payment."""
        return own_intents(self.facts) | first_invoices(self.facts) | self.facts.named_invoices


async def fold(
    connection: Connection, row: Payment, reading: Reading, learned: Learned, *, cause: str, keys: AuditKeys
) -> Change:
    """Fold what was learned into a locked row. Idempotent. Raises Collision."""
    now = datetime.now(UTC)
    before = State(facts_from_json(row.facts), attempts.seen_from_json(row.attempts_seen))
    recorded = await attempts.record(connection, PaymentId(row.id), reading.attempts)
    after = await _after(connection, row, before, reading, is_stale=recorded.changed)
    was, seen = before.visible, after.visible
    is_visible = was != seen
    columns = _learned_columns(row, learned, after.facts) | _columns(row, before, after, learned)
    if is_visible:
        columns |= {"version": row.version + 1, "updated_at": now}
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if changed:
        changed |= await _follow(connection, row, before, after, cause=cause, now=now)
        kind = kind_of_change(was, seen)
        await _write(connection, row, changed, after, kind=kind, keys=keys, cause=cause, now=now)
    await _note_unknown(connection, row, reading.unknown, now=now)
    return Change(
        payment_id=PaymentId(row.id),
        version=row.version + is_visible,
        is_visible=is_visible,
        before=was.status,
        after=seen.status,
        has_questions=bool(columns["has_questions"]),
        reveals=(after.own - before.own) | recorded.new,
    )


async def _after(connection: Connection, row: Payment, before: State, reading: Reading, *, is_stale: bool) -> State:
    facts = merge(before.facts, reading.facts)
    own = own_intents(facts)
    if not is_stale and own == own_intents(before.facts):
        return State(facts, before.attempts)
    return State(facts, await attempts.seen(connection, PaymentId(row.id), own))


async def _follow(
    connection: Connection, row: Payment, before: State, after: State, *, cause: str, now: datetime
) -> dict[str, Any]:
    """What a change of facts brings with it, beside the row itself; the columns that count it."""
    payment_id = PaymentId(row.id)
    control = Control(row.id, row.expected)
    for stripe_id in sorted(after.own - before.own):
        await insert_unless_there(connection, "stripe_reference", {"id": stripe_id, "payment_id": row.id})
    booked = await movements.append(connection, row, before.facts, after.facts, cause=cause, now=now)
    held, holds = conditions(before.facts, control), conditions(after.facts, control)
    await discrepancies.settle(connection, payment_id, held, holds, now=now)
    return {"movements": row.movements + booked} if booked else {}


async def _write(
    connection: Connection,
    row: Payment,
    changed: dict[str, Any],
    after: State,
    *,
    kind: str,
    keys: AuditKeys,
    cause: str,
    now: datetime,
) -> None:
    version, status = changed.get("version", row.version), after.visible.status
    digest = history.digest_of(status, after.facts)
    changed["seal"] = history.seal_of(PaymentId(row.id), version, digest, keys)
    same = {"id": row.id, "revision": row.revision}
    if not await update(connection, Payment, changed | {"revision": row.revision + 1}, where=same):
        raise Collision
    if version != row.version:
        line = StatusChangeView(version, Status(row.status), status, cause, now)
        await history.append(connection, PaymentId(row.id), line, kind=kind, digest=digest, keys=keys)
    if "movements" in changed:
        await duplicates.look(connection, row, after.facts, now=now)


def _columns(row: Payment, before: State, after: State, learned: Learned) -> dict[str, Any]:
    seen = after.visible
    answered = sorted({*row.answered, *learned.answered} & questions.questions(after.facts))
    columns: dict[str, Any] = {
        "status": str(seen.status),
        "is_final": seen.is_final,
        "is_settled": questions.is_settled(after.facts, answered, is_final=seen.is_final),
        "has_questions": questions.is_urgent(questions.unanswered(after.facts, answered)),
        "answered": answered,
    }
    if after.facts is not before.facts:
        columns["facts"] = facts_to_json(after.facts)
    if after.attempts is not before.attempts:
        columns["attempts_seen"] = attempts.seen_to_json(after.attempts)
    if after.facts.complete or after.facts.expired or is_paid(after.facts):
        columns["open_key"] = None  # The session is no longer open: the same purchase may be begun again.
    return columns


def _learned_columns(row: Payment, learned: Learned, facts: Facts) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if row.session_id is None and learned.session_id is not None:
        columns |= {"session_id": learned.session_id, "creation": Creation.LINKED.value}
    if row.url is None and learned.url is not None:
        columns["url"] = learned.url
    if row.expires_at is None and learned.expires_at is not None:
        columns["expires_at"] = learned.expires_at
    if row.email_hash is None and learned.email_hash is not None and row.has_details:
        columns["email_hash"] = learned.email_hash
    asked = asked_of(facts) or learned.shown
    if asked is not None:
        columns["asked"] = asked_to_json(asked)
        if not row.expected and row.session_id is None:
            columns["expected"] = {asked.currency: asked.subtotal}  # Only Stripe could say what it costs.
    retrieved_at = learned.retrieved_at
    if retrieved_at is not None and (
        row.retrieved_at is None or retrieved_at - row.retrieved_at >= RETRIEVED_AT_PRECISION
    ):
        columns["retrieved_at"] = retrieved_at
    return columns


async def _note_unknown(connection: Connection, row: Payment, unknown: tuple[str, ...], *, now: datetime) -> None:
    for field in unknown:
        UNKNOWN_VALUES.labels(field.partition("=")[0]).inc()
        log.error("Stripe sent a value nobody documented.", action="stripe.unknown_value", value=field)
        condition = Condition(DiscrepancyKind.UNKNOWN_VALUE, field)
        detail = f"Stripe sent {field}, which sets no fact"
        await discrepancies.show(connection, condition, detail, payments=[PaymentId(row.id)], now=now)
