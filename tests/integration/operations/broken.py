"""Copies of a database, broken by hand the way no gateway would."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from gateway.domain.identifiers import PaymentId
from gateway.domain.status import Status
from gateway.services.recording.history import AuditKeys, StatusChangeView, linked_text

Break = Callable[[sqlite3.Connection], None]


def broken_copy(original: Path, copy: Path, break_it: Break, *, guarded: bool = True) -> str:
    """The url of the copy. Its triggers are taken away for the deed, and put back if `guarded`."""
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        triggers = target.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            target.execute(f'DROP TRIGGER "{name}"')
        break_it(target)
        for _, sql in triggers if guarded else ():
            target.execute(sql)
        target.commit()
    return f"sqlite://{copy}"


def sql(*statements: str) -> Break:
    def break_it(database: sqlite3.Connection) -> None:
        for statement in statements:
            done = database.execute(statement)
            assert done.rowcount, statement

    return break_it


def leave_paid(database: sqlite3.Connection) -> None:
    """A well-formed line that says that a paid payment became unpaid."""
    payment_id, version, previous = database.execute(
        "SELECT p.id, p.version, c.hash FROM payment p JOIN status_change c"
        " ON c.payment_id = p.id AND c.version = p.version WHERE p.status = 'paid' LIMIT 1"
    ).fetchone()
    change = StatusChangeView(version + 1, Status.PAID, Status.UNPAID, "api", datetime.now(UTC))
    line = (payment_id, change.version, "paid", "unpaid", "api", str(change.at), previous)
    digest = AuditKeys().mac(None, linked_text(previous, PaymentId(payment_id), change, None))
    database.execute(
        "INSERT INTO status_change (payment_id, version, from_status, to_status, cause, at, previous_hash, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*line, digest),
    )
    database.execute("UPDATE payment SET version = version + 1 WHERE id = ?", (payment_id,))


def share_a_session(database: sqlite3.Connection) -> None:
    """Without the table's constraints, as a careless restore would make it."""
    database.execute("CREATE TABLE copied AS SELECT * FROM payment")
    database.execute("DROP TABLE payment")
    database.execute("ALTER TABLE copied RENAME TO payment")
    database.execute("UPDATE payment SET session_id = (SELECT min(session_id) FROM payment)")


def share_a_key(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE copied AS SELECT * FROM idempotency_key")
    database.execute("DROP TABLE idempotency_key")
    database.execute("ALTER TABLE copied RENAME TO idempotency_key")
    database.execute("UPDATE idempotency_key SET key = 'one'")


def share_a_discrepancy(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE copied AS SELECT * FROM discrepancy")
    database.execute("DROP TABLE discrepancy")
    database.execute("ALTER TABLE copied RENAME TO discrepancy")
    row = "'event_failed', 'one', 'why', 'open', 0, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00'"
    columns = "id, kind, subject, detail, state, closed_by_itself, opened_at, last_seen_at"
    for name in ("a", "b"):
        database.execute(f"INSERT INTO discrepancy ({columns}) VALUES ('{name}', {row})")
