"""What must hold of every notice, judged from the history, the deliveries and what the back end saw."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import asyncpg

from gateway.domain.notices import FULFILLING, FULFILMENT
from tests.harness.back_end import Notice

Row = dict[str, Any]
_QUERIES = (
    "SELECT * FROM status_change ORDER BY payment_id, version",
    "SELECT * FROM delivery ORDER BY payment_id, change_id",
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The gateway's own tables: `changes` that somebody is notified of, and `deliveries`."""

    changes: list[Row]
    deliveries: list[Row]

    @property
    def pending(self) -> int:
        return sum(row["state"] == "pending" for row in self.deliveries)


async def read_ledger(database_url: str) -> Ledger:
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.partition("://")[2], timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            changes, deliveries = ([dict(row) for row in connection.execute(query)] for query in _QUERIES)
    else:
        raw = await asyncpg.connect(database_url)
        try:
            changes, deliveries = [[dict(row) for row in await raw.fetch(query)] for query in _QUERIES]
        finally:
            await raw.close()
    return Ledger([row for row in changes if row["kind"] not in {None, FULFILMENT}], deliveries)


def breaches(ledger: Ledger, notices: list[Notice]) -> list[str]:
    """Every change was sent once or more with one id, in order per payment; only a `paid` replaced what came before."""
    return [*_missing(ledger), *_replaced(ledger), *_not_taken(ledger, notices), *_out_of_order(ledger, notices)]


def _missing(ledger: Ledger) -> list[str]:
    made = {row["change_id"] for row in ledger.deliveries}
    lost = [f"version {c['version']} of {c['payment_id']}" for c in ledger.changes if c["id"] not in made]
    doubled = len(ledger.deliveries) - len(made)
    return [f"never made: {one}" for one in lost] + ([f"{doubled} made twice"] if doubled else [])


def _replaced(ledger: Ledger) -> list[str]:
    fulfilling: dict[str, int] = defaultdict(int)
    for row in ledger.deliveries:
        if row["type"] in FULFILLING:
            fulfilling[row["payment_id"]] = max(fulfilling[row["payment_id"]], row["change_id"])
    return [
        f"{row['id']} ({row['type']}) was replaced by nothing"
        for row in ledger.deliveries
        if row["state"] == "superseded" and row["change_id"] > fulfilling[row["payment_id"]]
    ]


def _not_taken(ledger: Ledger, notices: list[Notice]) -> list[str]:
    taken = {notice.id for notice in notices if 200 <= notice.answered < 300}
    return [
        f"{row['id']} ({row['type']}) counts as {row['state']}, and the back end never took it"
        for row in ledger.deliveries
        if row["state"] != "superseded" and row["id"] not in taken
    ]


def _out_of_order(ledger: Ledger, notices: list[Notice]) -> list[str]:
    """A notice comes after those before it were taken; one that was taken comes again only right after itself."""
    place = {row["id"]: row["change_id"] for row in ledger.deliveries}
    payment = {row["id"]: row["payment_id"] for row in ledger.deliveries}
    last: dict[str, int] = {}
    found = []
    for notice in notices:
        if notice.id not in place:
            found.append(f"{notice.id} is no delivery of ours")
            continue
        key = payment[notice.id]
        if place[notice.id] < last.get(key, 0):
            found.append(f"{notice.id} ({notice.type}) came after a later one of its payment was taken")
        if 200 <= notice.answered < 300:
            last[key] = max(last.get(key, 0), place[notice.id])
    return found
