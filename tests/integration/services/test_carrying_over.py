"""A database of the schema before the money model is carried over: statuses, sums and versions as before, to the cent.

Its rows are written here in plain SQL over the first three migrations; `python -m tests.carry_over` does the same with
the code of an earlier commit.
"""

import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.models import migrations
from gateway.models.migrations import upgrade
from gateway.openers import open_database
from gateway.services.integrity import audit, invariants
from gateway.services.recording.history import AuditKeys
from gateway.services.recording.rows import snapshot_of
from tests.harness.bare_gateway import open_gateway, settings_for
from tests.harness.emptied_database import drop, new_database
from tests.harness.oracle import violations
from tests.harness.rows import Rows, execute, rows_of
from tests.harness.stripe_account import Desk
from tests.harness.stripe_front import StripeFront
from tests.integration.services.conftest import SERVER_URL

AT = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
CREATED = 1_790_000_000
OLD_MIGRATIONS = 3


@dataclass(frozen=True)
class Old:
    """One payment as the old schema kept it. `steps` are the statuses of its history after the first.

    `is_looked_at`: the next reconciliation asks Stripe about it although it is final.
    """

    name: str
    facts: dict[str, Any]
    steps: tuple[str, ...]
    is_final: bool
    intent_id: str | None = None
    anomalies: str = ""
    paid: int = 0
    refunded: int = 0
    disputed: bool = False
    desk: tuple[str, ...] = ()
    booked: tuple[tuple[str, int], ...] = ()
    is_looked_at: bool = False
    session: bool = True
    caller: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return hashlib.md5(self.name.encode()).hexdigest()

    @property
    def session_id(self) -> str | None:
        return f"cs_test_{self.name}" if self.session else None


DECLINED = {"state": "failed", "created": ["charge", CREATED], "failure": ["intent", ["card_declined", "", "No."]]}
GOOD = {"state": "succeeded", "created": ["charge", CREATED + 5], "card": ["charge", ["visa", "4242"]]}
CAPTURE = ("capture", 500)

PAYMENTS = (
    Old("nothing", {}, (), False),
    Old("creating", {}, (), False, session=False),
    Old(
        "paid",
        {"complete": True, "money": True, "attempts": {"ch_1": DECLINED, "ch_2": GOOD}},
        ("failed", "paid"),
        True,
        intent_id="pi_paid",
        paid=500,
        booked=(CAPTURE,),
    ),
    Old("subscription", {"complete": True, "money": True}, ("paid",), True, paid=500, booked=(CAPTURE,)),
    Old(
        "refunded",
        {"complete": True, "money": True, "refunds": {"re_1": ["succeeded", 200]}, "refunded_peak_minor": 200},
        ("paid", "paid"),
        True,
        intent_id="pi_refunded",
        paid=500,
        refunded=200,
        booked=(CAPTURE, ("refund", -200)),
    ),
    Old(
        "peak",
        {"complete": True, "money": True, "refunds": {"re_2": ["succeeded", 100]}, "refunded_peak_minor": 300},
        ("paid", "paid"),
        True,
        intent_id="pi_peak",
        paid=500,
        refunded=300,
        booked=(CAPTURE, ("refund", -100), ("refund", -200)),
        is_looked_at=True,
    ),
    Old(
        "undone",
        {"complete": True, "money": True, "refunds": {"re_3": ["undone", 500]}, "refunded_peak_minor": 500},
        ("paid", "paid"),
        True,
        intent_id="pi_undone",
        paid=500,
        desk=("refund_failed",),
        booked=(CAPTURE, ("refund", -500), ("refund_failed", 500)),
    ),
    Old(
        "disputed",
        {"complete": True, "money": True, "disputed": True},
        ("paid", "paid"),
        True,
        intent_id="pi_disputed",
        paid=500,
        disputed=True,
        desk=("dispute_open",),
        booked=(CAPTURE,),
        is_looked_at=True,
    ),
    Old(
        "late",
        {"expired": True, "money": True},
        ("expired", "paid"),
        True,
        intent_id="pi_late",
        anomalies="late_money",
        paid=500,
        desk=("late_money",),
        booked=(CAPTURE,),
    ),
    Old(
        "other",
        {"wrong_money": [[400, "usd"]]},
        ("processing",),
        False,
        anomalies="wrong_money",
        desk=("amount",),
        is_looked_at=True,
    ),
    Old("declined", {"attempts": {"ch_3": DECLINED}}, ("failed",), False, intent_id="pi_declined"),
    Old("expired", {"expired": True}, ("expired",), True),
    Old("canceled", {"expired": True, "cancel_requested": True}, ("canceled",), True),
    Old("free", {"complete": True, "nothing_due": True}, ("no_payment_required",), True),
    Old("failed", {"complete": True, "async_failed": True}, ("failed",), True, intent_id="pi_failed"),
)


@pytest.fixture
async def old_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A database with the first three migrations and every payment above."""
    server = os.environ.get(SERVER_URL)
    url = f"sqlite://{tmp_path / 'gateway.db'}" if server is None else await new_database(server, None)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "migrations_folder", lambda: _first_migrations(tmp_path))
        assert len(await upgrade(settings_for(url, tmp_path))) == OLD_MIGRATIONS
    for payment in PAYMENTS:
        await _write(url, payment)
    yield url
    if server is not None:
        await drop(server, url)


async def test_statuses_sums_and_versions_are_as_before(old_url: str, tmp_path: Path) -> None:
    assert len(await upgrade(settings_for(old_url, tmp_path))) == 3
    rows = await rows_of(old_url)
    for payment in PAYMENTS:
        row = next(row for row in rows.payments if row["id"] == payment.id)
        status = payment.steps[-1] if payment.steps else "unpaid"
        assert (row["status"], row["is_final"], row["version"]) == (status, payment.is_final, len(payment.steps) + 1)
        assert row["is_settled"] is (payment.is_final and not payment.is_looked_at)
        assert rows.booked(payment.id) == list(payment.booked)
        assert _kinds(rows, payment.id) == list(payment.desk)
        assert row["expected"] == {"usd": 500}
    assert rows.keys == []
    async with open_database(settings_for(old_url, tmp_path)) as database:
        from gateway.models import Payment

        for payment in PAYMENTS:
            found = await database.read(lambda connection: Payment.get(id=payment.id, using_db=connection))  # noqa: B023
            snapshot = snapshot_of(found)
            assert snapshot.amount.amount_minor == 500
            assert (snapshot.paid.amount_minor, snapshot.refunded.amount_minor) == (payment.paid, payment.refunded)
            assert snapshot.visible.disputed is payment.disputed
            assert (snapshot.status.value, snapshot.is_final) == (found.status, found.is_final)


async def test_the_history_verifies_across_the_seam_and_every_invariant_holds(old_url: str, tmp_path: Path) -> None:
    await upgrade(settings_for(old_url, tmp_path))
    async with open_database(settings_for(old_url, tmp_path)) as database:
        assert (await audit.verify(database, AuditKeys())).first_break is None
        report = await invariants.check(database, keys=AuditKeys(), livemode=False)
    creating = next(payment for payment in PAYMENTS if not payment.session)
    left = [one for one in report.violations if creating.id not in one.subject]
    assert left == []
    found = violations(await rows_of(old_url), [])
    assert found == []


async def test_a_second_run_changes_nothing(old_url: str, tmp_path: Path) -> None:
    await upgrade(settings_for(old_url, tmp_path))
    before = await rows_of(old_url)
    assert await upgrade(settings_for(old_url, tmp_path)) == []
    assert await rows_of(old_url) == before


async def test_what_stripe_calls_paid_becomes_paid_by_the_next_reconciliation(
    old_url: str, tmp_path: Path, side: tuple[StripeFront, Desk]
) -> None:
    """A payment whose money was not what was asked, as the old rules saw it; at Stripe its session is paid."""
    other = next(payment for payment in PAYMENTS if payment.name == "other")
    await upgrade(settings_for(old_url, tmp_path))
    async with open_gateway(old_url, tmp_path, side) as gateway:
        real = await gateway.created()
        await gateway.desk.pay(real)
        await execute(old_url, f"DELETE FROM payment WHERE session_id = '{real}'")
        await execute(old_url, f"UPDATE payment SET session_id = '{real}' WHERE id = '{other.id}'")
        await gateway.services.reconciliation.run(trigger="cli")
        rows = await rows_of(old_url)
    row = rows.payment(real)
    lines = rows.history(other.id)
    assert (row["status"], row["version"]) == ("paid", 3)
    assert lines[-1]["cause"] == "reconciliation"
    assert rows.booked(other.id) == [CAPTURE]
    assert "amount" not in _kinds(rows, other.id, unresolved=True)


def _first_migrations(scratch: Path) -> Path:
    """A copy of the folder without those that came later."""
    folder = scratch / "first"
    if not folder.exists():
        shutil.copytree(Path(migrations.__file__).parents[2] / "migrations", folder)
        for path in folder.glob("*/[0-9]*_*.py"):
            if int(path.name.partition("_")[0]) >= OLD_MIGRATIONS:
                path.unlink()
    return folder


def _kinds(rows: Rows, payment_id: str, *, unresolved: bool = False) -> list[str]:
    ids = {link["discrepancy_id"] for link in rows.desk_links if link["payment_id"] == payment_id}
    found = [row for row in rows.desk if row["id"] in ids and (not unresolved or row["state"] != "resolved")]
    return sorted(row["kind"] for row in found)


async def _write(url: str, old: Old) -> None:
    created = AT.isoformat(sep=" ")
    columns: dict[str, Any] = {
        "id": old.id,
        "session_id": old.session_id,
        "intent_id": old.intent_id,
        "price_id": "price_starter",
        "quantity": 1,
        "amount_minor": 500,
        "currency": "usd",
        "mode": "payment",
        "livemode": False,
        "client_reference_id": f"order-{old.name}",
        "creation": "linked" if old.session else "creating",
        "attempt": 1,
        "parameters": json.dumps({"mode": "payment"}),
        "request_hash": hashlib.sha256(old.name.encode()).hexdigest(),
        "open_key": hashlib.sha256(f"open {old.name}".encode()).hexdigest(),
        "url": "https://checkout.stripe.test/pay",
        "facts": json.dumps(old.facts),
        "status": old.steps[-1] if old.steps else "unpaid",
        "is_final": old.is_final,
        "anomalies": old.anomalies,
        "version": len(old.steps) + 1,
        "revision": len(old.steps) + 1,
        "created_at": created,
        "updated_at": created,
    }
    await _insert(url, "payment", columns)
    await _insert(
        url,
        "idempotency_key",
        {
            "key": f"key-{old.name}",
            "request_hash": columns["request_hash"],
            "payment_id": old.id,
            "created_at": created,
        },
    )
    previous, before = "0" * 64, ""
    for version, status in enumerate(("unpaid", *old.steps), start=1):
        cause = "api" if version == 1 else f"webhook evt_{old.name}{version}"
        at = AT.isoformat(timespec="microseconds")
        text = "\n".join((previous, old.id, str(version), before, status, cause, at))
        digest = hashlib.sha256(text.encode()).hexdigest()
        line = {
            "payment_id": old.id,
            "version": version,
            "from_status": before or None,
            "to_status": status,
            "cause": cause,
            "at": created,
            "previous_hash": previous,
            "hash": digest,
        }
        await _insert(url, "status_change", line)
        previous, before = digest, status


async def _insert(url: str, table: str, columns: dict[str, Any]) -> None:
    names = ", ".join(columns)
    await execute(url, f"INSERT INTO {table} ({names}) VALUES ({', '.join(map(_literal, columns.values()))})")


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
