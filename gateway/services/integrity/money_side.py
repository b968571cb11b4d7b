"""The invariants of money: what was received, what the desk shows, whose installation it is (I3, I10, I17, I19)."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial

from gateway.domain.discrepancies import Condition, Control, DiscrepancyKind, DiscrepancyState, conditions
from gateway.domain.facts import Facts
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.movements import totals_of
from gateway.domain.ownership import asked_of, is_paid, own_intents
from gateway.engines.database import Connection, Database
from gateway.models import Discrepancy, Installation, Payment
from gateway.models.installation import ONLY_ROW
from gateway.services.integrity.violation import Violation, of_payment
from gateway.services.recording import attempts
from gateway.services.recording.attempts import seen_from_json

BATCH = 200


async def amounts(database: Database) -> AsyncIterator[Violation]:
    """I3: what is seen of the attempts is what their rows say. I10, I17: what somebody has to look at is on the desk,
    and received is what was asked or a row says otherwise."""
    last = ""
    while batch := await database.read(partial(_payments_after, last=last)):
        for row in batch:
            facts = facts_from_json(row.facts)
            seen = await database.read(partial(_seen, row=row, facts=facts))
            if seen != seen_from_json(row.attempts_seen):
                yield of_payment("I3", row, "what it says of its attempts is not what their rows say")
            for violation in await database.read(partial(_of_desk, row=row, facts=facts)):
                yield violation
        last = batch[-1].id


async def desk(database: Database) -> AsyncIterator[Violation]:
    """I17: one row a kind and subject; the columns say so, and a lost index would not be noticed otherwise."""
    rows = await database.read(_doubled)
    for kind, subject in rows:
        yield Violation("I17", f"discrepancy {kind}", f"there are two rows about {subject}")


async def installation(database: Database, *, livemode: bool) -> AsyncIterator[Violation]:
    """I19: one installation, one mode."""
    row = await database.read(_installation)
    if row is None:
        return
    if row.livemode is not livemode:
        yield Violation("I19", "installation", "its mode is not that of the Stripe key")
    others = await database.read(partial(_of_other_mode, livemode=row.livemode, since=row.created_at))
    if others:
        yield Violation("I19", "installation", f"{others} payments made since its first start are of the other mode")


async def _of_desk(connection: Connection, *, row: Payment, facts: Facts) -> list[Violation]:
    holds = conditions(facts, Control(row.id, row.expected))
    found = []
    for condition, detail in holds.items():
        shown = await Discrepancy.get_or_none(kind=condition.kind.value, subject=condition.subject, using_db=connection)
        if not _is_shown(shown, detail):
            found.append(of_payment("I17", row, f"{condition.kind} holds and is not on the desk: {detail}"))
    asked = asked_of(facts)
    if asked is not None and is_paid(facts):
        received = sum(line.captured for line in totals_of(facts) if line.currency == asked.currency)
        control = {DiscrepancyKind.UNDERPAID, DiscrepancyKind.OVERPAID, DiscrepancyKind.TOTAL_DIFFERS}
        if received != asked.total and not any(Condition(kind, row.id) in holds for kind in control):
            found.append(of_payment("I10", row, f"asked for {asked.total} {asked.currency}, received {received}"))
    return found


def _is_shown(row: Discrepancy | None, detail: str) -> bool:
    """Open, or resolved by an operator with this very detail."""
    if row is None:
        return False
    return row.state != DiscrepancyState.RESOLVED.value or (not row.closed_by_itself and row.detail == detail)


async def _seen(connection: Connection, *, row: Payment, facts: Facts) -> object:
    return await attempts.seen(connection, PaymentId(row.id), own_intents(facts))


async def _payments_after(connection: Connection, *, last: str) -> list[Payment]:
    return await Payment.filter(id__gt=last).using_db(connection).order_by("id").limit(BATCH)


async def _doubled(connection: Connection) -> list[tuple[str, str]]:
    query = 'SELECT "kind", "subject" FROM "discrepancy" GROUP BY "kind", "subject" HAVING COUNT(*) > 1 LIMIT 100'
    return [(row["kind"], row["subject"]) for row in await connection.execute_query_dict(query)]


async def _installation(connection: Connection) -> Installation | None:
    return await Installation.get_or_none(id=ONLY_ROW, using_db=connection)


async def _of_other_mode(connection: Connection, *, livemode: bool, since: datetime) -> int:
    """Those carried over from before the installation was written are for operators alone."""
    return await Payment.filter(livemode__not=livemode, created_at__gte=since).using_db(connection).count()
