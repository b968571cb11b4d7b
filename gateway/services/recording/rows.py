"""Rows → snapshots, and how a row is found. Reads alone; whoever writes goes through the recorder."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from gateway.domain.attempts import AttemptsSeen
from gateway.domain.catalogue import Item
from gateway.domain.facts import Asked, Facts
from gateway.domain.facts_json import asked_from_json, facts_from_json
from gateway.domain.identifiers import PaymentId, PriceId, SessionId
from gateway.domain.json_fields import Object, moment, text
from gateway.domain.money import Money
from gateway.domain.ownership import asked_of
from gateway.domain.snapshot import Snapshot, Visible, visible
from gateway.domain.stripe_event import References
from gateway.engines.database import Connection, Database
from gateway.models import Payment, StripeReference
from gateway.models.attempt import AttemptRow
from gateway.models.columns import table_of
from gateway.services.recording.attempts import seen_from_json
from gateway.services.recording.sql import Select
from gateway.services.recording.stored import StoredPayment

BATCH = 500
MOST_REMEMBERED = 1024


def snapshot_of(row: Payment | StoredPayment) -> Snapshot:
    """The row as readers get it; everything visible is computed from its facts and attempts."""
    if isinstance(row, StoredPayment):
        facts, attempts, shown = _seen_in_texts(row.facts, row.attempts_seen)
    else:
        facts, attempts, shown = _seen_in(row.facts, row.attempts_seen)
    asked = asked_of(facts) or shown_of(row)
    expected = expected_of(row)
    return Snapshot(
        payment_id=PaymentId(row.id),
        session_id=SessionId(row.session_id or ""),
        price_id=PriceId(row.price_id),
        quantity=row.quantity,
        amount=Money(asked.total, asked.currency) if asked else expected or Money(0, row.currency),
        expected=expected,
        version=row.version,
        facts=facts,
        attempts=attempts,
        visible=shown,
        url=row.url,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        retrieved_at=row.retrieved_at,
    )


def _seen_in(facts_json: Any, attempts_json: Any) -> tuple[Facts, AttemptsSeen, Visible]:
    facts, attempts = facts_from_json(facts_json), seen_from_json(attempts_json)
    return facts, attempts, visible(facts, attempts)


@lru_cache(maxsize=MOST_REMEMBERED)
def _seen_in_texts(facts: str, attempts: str) -> tuple[Facts, AttemptsSeen, Visible]:
    """A pure function, so it may be remembered: who polls or watches reads the same texts again and again."""
    return _seen_in(orjson.loads(facts), orjson.loads(attempts))


def shown_of(row: Payment | StoredPayment) -> Asked | None:
    """What Stripe has last said it asks for, frozen or not."""
    stored: Any = row.asked
    return asked_from_json(stored) if stored else None


def items_of(row: Payment) -> tuple[Item, ...]:
    """Every line that was asked for, the first one first."""
    pairs: Any = row.items or [[row.price_id, row.quantity]]
    return tuple(Item(str(price_id), int(quantity)) for price_id, quantity in pairs)


def expected_of(row: Payment | StoredPayment) -> Money | None:
    """Our own figure in the row's currency; None where nothing could be expected."""
    minor = row.expected.get(row.currency)
    return Money(minor, row.currency) if minor is not None else None


async def by_session(connection: Connection, session_id: SessionId, *, livemode: bool | None = None) -> Payment | None:
    """With `livemode`, only a row of that mode: one of the other, carried over, is for operators alone."""
    row = await Payment.get_or_none(session_id=session_id, using_db=connection)
    return row if row is None or livemode in {None, row.livemode} else None


async def by_id(connection: Connection, payment_id: PaymentId) -> Payment:
    return await Payment.get(id=payment_id, using_db=connection)


async def locked(connection: Connection, payment_id: PaymentId) -> Payment:
    """For a change: PostgreSQL makes writers of one payment queue here instead of colliding later.

    SQLite drops the lock, and does not need it: its transactions here hold the whole database.
    """
    return await Payment.filter(id=payment_id).using_db(connection).select_for_update().get()


async def queue_for(connection: Connection, name: str) -> None:
    """Until the commit nobody else is past this line with the same name.

    On PostgreSQL two transactions do not see each other's rows: an event could be stored as nobody's while its intent
    is being tied to a payment, or two purchases of one reference not see each other. On SQLite transactions follow
    each other anyway.
    """
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [name])


async def load_many(database: Database, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, Snapshot]:
    """One query a few hundred of them, which no database refuses: how the hub reads what is watched."""
    wanted, found = list(payment_ids), []
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        found += await database.read(lambda connection: _where_id_in(connection, batch))  # noqa: B023
    return {PaymentId(row.id): snapshot_of(row) for row in found}


async def _where_id_in(connection: Connection, payment_ids: Collection[PaymentId]) -> list[Payment]:
    return await Payment.filter(id__in=list(payment_ids)).using_db(connection)


async def versions_of(database: Database, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, int]:
    """Of as many payments as there are, by one query of two columns: how the hub finds what has moved."""
    wanted: list[str] = list(payment_ids)
    found = await database.read(lambda connection: _VERSIONS.rows(connection, wanted))
    return {PaymentId(payment_id): version for payment_id, version in found}


@dataclass(frozen=True, slots=True)
class Found:
    """A payment, and whether it is known by more than a marker."""

    payment_id: PaymentId
    is_known: bool


async def find(connection: Connection, references: References) -> Found | None:
    """The payment an object speaks of: by its session's id, by an id that is known to be its own, and only then by our
    marker, since shop code copies metadata."""
    known: PaymentId | None = None
    if references.session_id is not None:
        known = _first(await _BY_SESSION.rows(connection, references.session_id))
    elif references.key is not None:
        known = await by_reference(connection, references.key)
    if known is not None:
        return Found(known, is_known=True)
    marked = _first(await _BY_ID.rows(connection, references.marker)) if references.marker is not None else None
    return Found(marked, is_known=False) if marked is not None else None


async def may_be_linked(connection: Connection, payment_id: PaymentId, session: Object) -> bool:
    """Whether a session that bears the marker of a row without one is what that row asked for.

    Shop code copies metadata, and the first session would buy the row. Ours ends at the very second we asked for; a
    Stripe that answers otherwise is waited for: its answer to our own call links the row.
    """
    row = await Payment.get(id=payment_id, using_db=connection)
    return row.session_id is not None or moment(session, "expires_at") == row.parameters.get("expires_at")


def is_asked_for(row: Payment, session: Object) -> bool:
    """The same of a session that Stripe lists: it ends when we asked for, or is made of what we asked for."""
    if moment(session, "expires_at") == row.parameters.get("expires_at"):
        return True
    return all(text(session, name) == row.parameters.get(name) for name in _ECHOED)


_ECHOED = ("mode", "success_url", "cancel_url", "client_reference_id")
"""What a session says of itself exactly as it was asked for."""


async def by_reference(connection: Connection, stripe_id: str) -> PaymentId | None:
    """The payment whose own this intent, invoice or charge is."""
    found = _first(await _BY_REFERENCE.rows(connection, stripe_id))
    if found is None and stripe_id.startswith(("ch_", "py_")):
        found = _first(await _BY_CHARGE.rows(connection, stripe_id))
    return found


def _first(rows: Sequence[Sequence[str]]) -> PaymentId | None:
    return PaymentId(rows[0][0]) if rows else None


_BY_SESSION = Select.of(f'SELECT "id" FROM "{table_of(Payment)}" WHERE "session_id" = ?')  # noqa: S608 names of ours
_BY_ID = Select.of(f'SELECT "id" FROM "{table_of(Payment)}" WHERE "id" = ?')  # noqa: S608
_BY_REFERENCE = Select.of(f'SELECT "payment_id" FROM "{table_of(StripeReference)}" WHERE "id" = ?')  # noqa: S608
_BY_CHARGE = Select.of(f'SELECT "payment_id" FROM "{table_of(AttemptRow)}" WHERE "key" = ? LIMIT 1')  # noqa: S608
_VERSIONS = Select.of(f'SELECT "id", "version" FROM "{table_of(Payment)}" WHERE "id" among ?')  # noqa: S608
