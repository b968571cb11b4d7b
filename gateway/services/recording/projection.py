"""Facts → the row. The one way anything we learn of a payment is written, whoever told it.

Merge, derive, and write under an optimistic lock; when what a client can see has changed, the version grows by one and
the history gets its row, in the same transaction (design/status.md, writing it).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.database import Connection
from gateway.domain.facts import Facts, merge
from gateway.domain.facts_json import facts_from_json, facts_to_json
from gateway.domain.identifiers import IntentId, PaymentId, SessionId
from gateway.domain.money import Money
from gateway.domain.snapshot import Visible, visible
from gateway.domain.status import Anomaly, Status, anomalies
from gateway.domain.stripe_objects import Object, Reading, identifier, mapping, moment, text
from gateway.models import Payment
from gateway.models.payment import Creation
from gateway.services.recording import history as audit
from gateway.services.recording import rows
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import ANOMALIES, PAYMENT_CHANGES, UNKNOWN_VALUES

TRIES = 20
ASKED_AT_PRECISION = timedelta(seconds=60)
"""How stale `asked_at` may be: a poll every second need not write every second."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Learned:
    """What an object tells of the session itself, beside facts. Once known, an id never changes."""

    session_id: SessionId | None = None
    intent_id: IntentId | None = None
    url: str | None = None
    expires_at: datetime | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a committed projection did. `version` is to be published when `is_visible`."""

    payment_id: PaymentId
    version: int
    is_visible: bool
    before: Status
    after: Status
    new_anomalies: frozenset[Anomaly]
    reveals_intent: IntentId | None


def learned_from_session(session: Object, *, asked_at: datetime | None = None) -> Learned:
    """The joining facts of a Checkout Session, from an event or an answer of Stripe's."""
    intent = identifier(session, "payment_intent") or identifier(mapping(session, "payment_intent"), "id")
    session_id, expires_at = identifier(session, "id"), moment(session, "expires_at")
    return Learned(
        session_id=SessionId(session_id) if session_id else None,
        intent_id=IntentId(intent) if intent and text(session, "mode") == "payment" else None,
        url=text(session, "url"),
        expires_at=datetime.fromtimestamp(expires_at, UTC) if expires_at else None,
        asked_at=asked_at,
    )


def expected_of(row: Payment) -> Money:
    """What was asked for, fixed before Stripe was called."""
    return Money(row.amount_minor, row.currency)


async def apply(
    connection: Connection, payment_id: PaymentId, reading: Reading, learned: Learned, *, cause: str
) -> Change:
    """Fold what was learned into the row. Idempotent, and right under any concurrency; call it in a transaction."""
    for field in reading.unknown:
        UNKNOWN_VALUES.labels(field.partition("=")[0]).inc()
        log.error("Stripe sent a value nobody documented.", action="stripe.unknown_value", value=field)
    for _ in range(TRIES):
        row = await rows.locked(connection, payment_id)
        change = await _fold(connection, row, reading.facts, learned, cause)
        if change is not None:
            return change
    raise RuntimeError(f"payment {payment_id} changed {TRIES} times while it was being written")


async def _fold(connection: Connection, row: Payment, facts: Facts, learned: Learned, cause: str) -> Change | None:
    """One try: None when another writer was faster."""
    known = facts_from_json(row.facts)
    merged = merge(known, facts)
    before, after = visible(known), visible(merged)
    columns = _learned_columns(row, learned) | _fact_columns(merged, after)
    is_visible = before != after
    now = datetime.now(UTC)
    if is_visible:
        columns |= {"version": row.version + 1, "updated_at": now}
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if not changed:
        return _change(row, before, after, merged, is_visible=False, learned=learned)
    updated = (
        await Payment.filter(id=row.id, revision=row.revision)
        .using_db(connection)
        .update(**changed, revision=row.revision + 1)
    )
    if not updated:
        return None
    if is_visible:
        line = audit.StatusChangeView(row.version + 1, before.status, after.status, cause, now)
        await audit.append(connection, PaymentId(row.id), line)
    return _change(row, before, after, merged, is_visible=is_visible, learned=learned)


def _fact_columns(facts: Facts, seen: Visible) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "facts": facts_to_json(facts),
        "status": str(seen.status),
        "is_final": seen.is_final,
        "anomalies": ",".join(sorted(anomalies(facts))),
    }
    if facts.complete or facts.expired or facts.money:
        columns["open_key"] = None  # The session is no longer open: the same reference may buy again.
    return columns


def _learned_columns(row: Payment, learned: Learned) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if row.session_id is None and learned.session_id is not None:
        columns |= {"session_id": learned.session_id, "creation": Creation.LINKED.value}
    if row.intent_id is None and learned.intent_id is not None:
        columns["intent_id"] = learned.intent_id
    if row.url is None and learned.url is not None:
        columns["url"] = learned.url
    if row.expires_at is None and learned.expires_at is not None:
        columns["expires_at"] = learned.expires_at
    if learned.asked_at is not None and (row.asked_at is None or learned.asked_at - row.asked_at >= ASKED_AT_PRECISION):
        columns["asked_at"] = learned.asked_at
    return columns


def _change(
    row: Payment, before: Visible, after: Visible, merged: Facts, *, is_visible: bool, learned: Learned
) -> Change:
    revealed = learned.intent_id if row.intent_id is None else None
    return Change(
        payment_id=PaymentId(row.id),
        version=row.version + is_visible,
        is_visible=is_visible,
        before=before.status,
        after=after.status,
        new_anomalies=anomalies(merged) - frozenset(Anomaly(name) for name in row.anomalies.split(",") if name),
        reveals_intent=revealed,
    )


def announce(change: Change) -> None:
    """Count and log a change that is committed; what somebody has to look at is logged as an error."""
    if change.is_visible and change.before != change.after:
        PAYMENT_CHANGES.labels(change.after).inc()
        log.info(
            "A payment changed.",
            action="payment.changed",
            payment_id=change.payment_id,
            version=change.version,
            before=change.before.value,
            after=change.after.value,
        )
    for anomaly in sorted(change.new_anomalies):
        ANOMALIES.labels(anomaly).inc()
        log.error("A payment needs a look.", action=f"anomaly.{anomaly}", payment_id=change.payment_id)
