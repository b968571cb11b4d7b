"""Rows → snapshots, and how a row is found. Reads alone; whoever writes goes through `projection`."""

from collections.abc import Collection, Mapping

from gateway.database import Connection, Database
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import IntentId, PaymentId, PriceId, SessionId
from gateway.domain.money import Money
from gateway.domain.snapshot import Snapshot, visible
from gateway.domain.stripe_event import References
from gateway.models import Payment

BATCH = 500


def snapshot_of(row: Payment) -> Snapshot:
    """The row as readers get it; everything visible is computed from its facts."""
    facts = facts_from_json(row.facts)
    return Snapshot(
        payment_id=PaymentId(row.id),
        session_id=SessionId(row.session_id or ""),
        price_id=PriceId(row.price_id),
        quantity=row.quantity,
        amount=Money(row.amount_minor, row.currency),
        version=row.version,
        facts=facts,
        visible=visible(facts),
        url=row.url,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        asked_at=row.asked_at,
    )


async def by_session(connection: Connection, session_id: SessionId) -> Payment | None:
    return await Payment.get_or_none(session_id=session_id, using_db=connection)


async def by_id(connection: Connection, payment_id: PaymentId) -> Payment:
    return await Payment.get(id=payment_id, using_db=connection)


async def locked(connection: Connection, payment_id: PaymentId) -> Payment:
    """For a change: PostgreSQL makes writers of one payment queue here instead of colliding later.

    SQLite drops the lock, and does not need it: its transactions here hold the whole database.
    """
    return await Payment.filter(id=payment_id).using_db(connection).select_for_update().get()


async def queue_for_intent(connection: Connection, intent_id: IntentId) -> None:
    """Until the commit nobody else ties this intent to a payment, or stores an event of it as nobody's.

    On PostgreSQL two such transactions would not see each other's row, and the event would be forgotten. On SQLite
    transactions follow each other anyway.
    """
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [intent_id])


async def load_many(database: Database, payment_ids: Collection[PaymentId]) -> Mapping[PaymentId, Snapshot]:
    """One query a few hundred of them, which no database refuses: how the hub reads what is watched."""
    wanted, found = list(payment_ids), []
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        found += await database.read(lambda connection: _where_id_in(connection, batch))  # noqa: B023
    return {PaymentId(row.id): snapshot_of(row) for row in found}


async def _where_id_in(connection: Connection, payment_ids: Collection[PaymentId]) -> list[Payment]:
    return await Payment.filter(id__in=list(payment_ids)).using_db(connection)


async def find(connection: Connection, references: References) -> PaymentId | None:
    """The payment an object speaks of: by our marker, else by session, else by intent."""
    found: PaymentId | None = None
    if references.marker is not None:
        found = await _id_where(connection, id=references.marker)
    if found is None and references.session_id is not None:
        found = await _id_where(connection, session_id=references.session_id)
    if found is None and references.intent_id is not None:
        found = await _id_where(connection, intent_id=references.intent_id)
    return found


async def _id_where(connection: Connection, **column: PaymentId | SessionId | IntentId) -> PaymentId | None:
    rows = await Payment.filter(**column).using_db(connection).limit(1).values_list("id", flat=True)
    return PaymentId(str(rows[0])) if rows else None
