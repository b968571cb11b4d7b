"""Pruning forgets what may be forgotten, and nothing else."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.services.running import upkeep
from tests.integration.reconciliation.pair import Pair

EVENT_COLUMNS = "id, type, created_at, received_at, livemode, body, state, tries"


async def test_old_keys_and_settled_events_are_forgotten(pair: Pair, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "gateway.db")) as database:
        for days in (34, 35, 36):
            for state in ("applied", "ignored", "unmatched", "failed"):
                _insert_event(database, f"{state}_{days}", state, timedelta(days=days))
        for hours in (23, 25):
            came = str(datetime.now(UTC) - timedelta(hours=hours))
            database.execute("INSERT INTO idempotency_key VALUES (?, 'hash', 'payment', ?)", (f"key_{hours}", came))
        database.commit()
        assert await pair.services.upkeep.prune() == 3
        assert await pair.services.upkeep.prune() == 0
        kept = {row[0] for row in database.execute("SELECT id FROM webhook_event")}
        keys = [row[0] for row in database.execute("SELECT key FROM idempotency_key")]
    assert "applied_36" not in kept
    assert {"applied_34", "ignored_35", "unmatched_36", "failed_36"} <= kept
    assert (len(kept), keys) == (10, ["key_23"])


async def test_a_round_is_bounded(pair: Pair, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 10)
    monkeypatch.setattr(upkeep, "BATCHES_A_ROUND", 2)
    with closing(sqlite3.connect(folder / "gateway.db")) as database:
        for number in range(25):
            _insert_event(database, f"evt_{number}", "applied", timedelta(days=40))
        database.commit()
    assert [await pair.services.upkeep.prune() for _ in range(3)] == [20, 5, 0]


def _insert_event(database: sqlite3.Connection, name: str, state: str, age: timedelta) -> None:
    came = str(datetime.now(UTC) - age)
    row = (name, "charge.succeeded", came, came, 0, "{}", state, 1)
    database.execute(f"INSERT INTO webhook_event ({EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
