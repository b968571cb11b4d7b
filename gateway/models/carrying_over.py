"""Carrying rows of the first schema over to the money model, inside the migration that brings it.

It reads the shapes of that schema and writes those of the next, by itself: the rules in `domain` go on changing, what
was written then does not. It calls nobody. Statuses, sums and versions stay as they are, to the cent:

- `money` meant that exactly the row's amount came: asked and received are that amount, and one capture is booked;
- a total of refunds whose ids were never learned becomes one refund, `legacy`, that shrinks as their ids arrive;
- money that did not match, and disputes without an id, are questions for the next reconciliation.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tortoise import BaseDBAsyncClient

BATCH = 500
LEGACY = "legacy"
_COPIED = ("complete", "expired", "nothing_due", "async_failed", "cancel_requested")
_STATES = {"pending": 0, "failed": 1, "succeeded": 2}
_SOURCES = {"event": 0, "method": 1, "charge": 2, "intent": 3}
_COLUMNS = "id, session_id, intent_id, amount_minor, currency, is_final, anomalies, facts"

Row = dict[str, Any]


@dataclass(slots=True)
class Carried:
    """One payment in the new shape. `movements` are (Stripe id, kind, signed minor units)."""

    facts: Row
    attempts: list[tuple[Any, ...]]
    attempts_seen: Row
    movements: list[tuple[str, str, int]]
    discrepancies: list[tuple[str, str, str]]
    references: list[str]
    asked: Row | None
    questions: list[str] = field(default_factory=list)
    has_pending_refund: bool = False


async def carry_over(db: BaseDBAsyncClient) -> int:
    """Every payment, in batches, in the transaction of the caller. How many there were."""
    now, last, count = datetime.now(UTC), "", 0
    mark = "$1" if db.capabilities.dialect == "postgres" else "?"
    query = f"SELECT {_COLUMNS} FROM payment WHERE id > {mark} ORDER BY id LIMIT {BATCH}"  # noqa: S608 (our own names)
    while rows := await db.execute_query_dict(query, [last]):
        for row in rows:
            await _write(db, row, carried(row), now)
        last, count = rows[-1]["id"], count + len(rows)
    return count


def carried(row: Row) -> Carried:
    """Pure: what becomes of one row."""
    old: Row = json.loads(row["facts"]) if isinstance(row["facts"], str) else row["facts"]
    intent_id = row["intent_id"] or (LEGACY if _needs_an_intent(old) else None)
    facts, asked = _facts(old, row, intent_id)
    attempts = list(_attempts(old, intent_id))
    done = Carried(
        facts=facts,
        attempts=attempts,
        attempts_seen=_attempts_seen(old),
        movements=list(_movements(facts, row, intent_id)),
        discrepancies=list(_discrepancies(old, row)),
        references=[row["intent_id"]] if row["intent_id"] else [],
        asked=asked,
    )
    done.questions = list(_questions(old, facts))
    done.has_pending_refund = any(state == "pending" for state, _ in old.get("refunds", {}).values())
    return done


def _needs_an_intent(old: Row) -> bool:
    return bool(old.get("intent_canceled") or old.get("attempts") or old.get("refunds"))


def _facts(old: Row, row: Row, intent_id: str | None) -> tuple[Row, Row | None]:
    amount, currency = row["amount_minor"], row["currency"]
    facts: Row = {flag: True for flag in _COPIED if old.get(flag)}
    asked: Row | None = None
    intent: Row = {}
    if intent_id is not None:
        facts["named_intents"] = [intent_id]
    if old.get("money"):
        asked = {"total": amount, "currency": currency, "subtotal": amount}
        facts["asked"] = [asked]
        if intent_id is not None:
            intent |= {"paid": True} | ({"received": {currency: amount}} if amount else {})
        else:
            facts["session_paid"] = True
    if old.get("intent_canceled"):
        intent["canceled"] = True
        if not (old.get("complete") or old.get("expired") or old.get("money")):
            facts["open_and_canceled"] = True
    if intent:
        facts["intents"] = {intent_id: intent}
    refunds = {
        key: {
            "state": "failed" if state == "undone" else state,
            "amounts": {currency: worth},
            "moved": True,
            "intent": intent_id,
        }
        for key, (state, worth) in sorted(old.get("refunds", {}).items())
    }
    if refunds:
        facts["refunds"] = refunds
    peak = old.get("refunded_peak_minor", 0)
    if peak > sum(worth for _, worth in old.get("refunds", {}).values()):
        facts["legacy_refunded"] = {currency: peak}
    facts |= {"legacy_disputed": True} if old.get("disputed") else {}
    facts |= {"legacy_wrong_money": True} if old.get("wrong_money") else {}
    return facts, asked


def _attempts(old: Row, intent_id: str | None) -> Iterator[tuple[Any, ...]]:
    for key, attempt in sorted(old.get("attempts", {}).items()):
        source, created = attempt["created"]
        details = [
            json.dumps([_SOURCES[attempt[name][0]], attempt[name][1]]) if name in attempt else None
            for name in ("failure", "card")
        ]
        yield key, intent_id, _STATES[attempt["state"]], created, _SOURCES[source], *details


def _attempts_seen(old: Row) -> Row:
    attempts = [(a["created"][1], key, a) for key, a in old.get("attempts", {}).items()]
    failed = [attempt for attempt in attempts if attempt[2]["state"] == "failed"]
    seen: Row = {}
    if any(attempt["state"] != "failed" for _, _, attempt in attempts):
        seen["moving"] = True
    if attempts and max(attempts, key=lambda item: item[:2])[2]["state"] == "failed":
        seen["latest_failed"] = True
    if failed:
        created, _, attempt = max(failed, key=lambda item: item[:2])
        words = attempt["failure"][1] if "failure" in attempt else ["", "", ""]
        seen["last_failure"] = [*words, created]
    return seen


def _movements(facts: Row, row: Row, intent_id: str | None) -> Iterator[tuple[str, str, int]]:
    if "asked" in facts and row["amount_minor"]:
        yield intent_id or row["session_id"] or row["id"], "capture", row["amount_minor"]
    known = 0
    for key, refund in facts.get("refunds", {}).items():
        worth = refund["amounts"][row["currency"]]
        known += worth
        yield key, "refund", -worth
        if refund["state"] == "failed":
            yield key, "refund_failed", worth
    peak = facts.get("legacy_refunded", {}).get(row["currency"], 0)
    if peak > known:
        yield LEGACY, "refund", known - peak


def _questions(old: Row, facts: Row) -> Iterator[str]:
    if old.get("intent_canceled") and not (old.get("complete") or old.get("expired")):
        yield "session:canceled"
    if facts.get("legacy_wrong_money"):
        yield "session:legacy"
    if facts.get("legacy_refunded"):
        yield "refunds:legacy"
    if facts.get("legacy_disputed"):
        yield "disputes:legacy"


def _discrepancies(old: Row, row: Row) -> Iterator[tuple[str, str, str]]:
    """(kind, subject, detail), in the words that the money model uses for the same."""
    anomalies = set(row["anomalies"].split(","))
    if "late_money" in anomalies:
        yield "late_money", row["id"], f"money came although it had ended ({_ended(old)})"
    if "complete_and_expired" in anomalies:
        yield (
            "complete_and_expired",
            row["id"],
            "Stripe reported it complete and expired, which exclude each other",
        )
    if "async_failed_and_canceled" in anomalies:
        detail = "Stripe reported that it failed late and was canceled, which exclude each other"
        yield "async_failed_and_canceled", row["id"], detail
    for key, (state, worth) in sorted(old.get("refunds", {}).items()):
        if state == "undone":
            amount = _formatted(worth, row["currency"])
            yield "refund_failed", key, f"a refund of {amount} failed; the money is here again"
    if old.get("disputed"):
        yield "dispute_open", row["id"], "disputed; the dispute itself is not known yet"
    if old.get("wrong_money"):
        found = ", ".join(_formatted(worth, currency) for worth, currency in sorted(old["wrong_money"]))
        asked = _formatted(row["amount_minor"], row["currency"])
        yield "amount", row["id"], f"carried over: {found} came where {asked} was expected"


def _ended(old: Row) -> str:
    if old.get("nothing_due"):
        return "complete with nothing due"
    if old.get("complete") and old.get("async_failed"):
        return "complete, the delayed payment failed"
    if old.get("complete") and old.get("intent_canceled"):
        return "complete, the intent was canceled"
    return "expired at our request" if old.get("cancel_requested") else "expired"


def _formatted(minor: int, currency: str) -> str:
    zero = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()
    digits = 0 if currency in zero else 3 if currency in "bhd jod kwd omr tnd".split() else 2
    whole, fraction = divmod(minor, 10**digits)
    number = f"{whole:,}" + (f".{fraction:0{digits}d}" if digits else "")
    symbols = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "cny": "CN¥", "hkd": "HK$", "inr": "₹", "krw": "₩"}
    return f"{symbols[currency]}{number}" if currency in symbols else f"{number} {currency.upper()}"


async def _write(db: BaseDBAsyncClient, row: Row, done: Carried, now: datetime) -> None:
    stamp: Any = now if db.capabilities.dialect == "postgres" else now.isoformat(sep=" ")
    is_settled = bool(row["is_final"]) and not done.questions and not done.has_pending_refund
    columns: Row = {
        "facts": json.dumps(done.facts),
        "expected": json.dumps({row["currency"]: row["amount_minor"]}),
        "asked": json.dumps(done.asked) if done.asked is not None else None,
        "attempts_seen": json.dumps(done.attempts_seen),
        "answered": "[]",
        "has_questions": any(not question.endswith(":legacy") for question in done.questions),
        "is_settled": is_settled,
        "movements": len(done.movements),
        "open_key": None,
        "caller": "anonymous",
        "details": "",
    }
    await _update(db, row["id"], columns)
    for attempt in done.attempts:
        names = "payment_id, key, intent_id, state, created, created_source, failure, card"
        await _insert(db, "attempt", names, (row["id"], *attempt))
    for number, (stripe_id, kind, amount) in enumerate(done.movements, start=1):
        names = "payment_id, number, stripe_id, kind, amount_minor, currency, recorded_at, cause"
        values = (row["id"], number, stripe_id, kind, amount, row["currency"], stamp, "migration")
        await _insert(db, "movement", names, values)
    for stripe_id in done.references:
        await _insert(db, "stripe_reference", "id, payment_id", (stripe_id, row["id"]), conflict=True)
    for kind, subject, detail in done.discrepancies:
        key = uuid.uuid4().hex
        names = "id, kind, subject, detail, state, closed_by_itself, opened_at, last_seen_at"
        await _insert(db, "discrepancy", names, (key, kind, subject, detail, "open", False, stamp, stamp))
        await _insert(db, "discrepancy_payment", "discrepancy_id, payment_id", (key, row["id"]))
        names = "discrepancy_id, to_state, by, detail, at"
        await _insert(db, "discrepancy_change", names, (key, "open", "migration", detail, stamp))


async def _update(db: BaseDBAsyncClient, payment_id: str, columns: Row) -> None:
    marks = _marks(db, len(columns) + 1)
    pairs = ", ".join(f'"{name}" = {mark}' for name, mark in zip(columns, marks, strict=False))
    statement = f'UPDATE "payment" SET {pairs} WHERE "id" = {marks[-1]}'  # noqa: S608 (our own names)
    await db.execute_query(statement, [*columns.values(), payment_id])


async def _insert(
    db: BaseDBAsyncClient, table: str, names: str, values: tuple[Any, ...], *, conflict: bool = False
) -> None:
    quoted = ", ".join(f'"{name.strip()}"' for name in names.split(","))
    marks = ", ".join(_marks(db, len(values)))
    ending = " ON CONFLICT DO NOTHING" if conflict else ""
    statement = f'INSERT INTO "{table}" ({quoted}) VALUES ({marks}){ending}'  # noqa: S608 (our own names)
    await db.execute_query(statement, list(values))


def _marks(db: BaseDBAsyncClient, count: int) -> list[str]:
    if db.capabilities.dialect == "postgres":
        return [f"${place}" for place in range(1, count + 1)]
    return ["?"] * count
