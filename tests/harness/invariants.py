"""The invariants of docs/invariants.md, by plain SQL against the gateway's rows and by its API against Stripe.

Every function answers the breaches it found, as sentences; none of them changes anything.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import PaymentId
from gateway.domain.movements import SESSION_WORD, targets
from gateway.domain.status import Status, derive
from gateway.services.recording.attempts import seen_from_json
from gateway.services.recording.history import GENESIS, AuditKeys, StatusChangeView, linked_text
from tests.harness.tables import Row, Tables
from tests.harness.truth import Truth


def lost_events(acknowledged: Mapping[str, Any], tables: Tables) -> list[str]:
    """I1: every event that was answered 2xx is there, as it was sent."""
    kept = {row["id"]: row for row in tables.events}
    breaches = [f"event {key} was acknowledged and is gone" for key in acknowledged if key not in kept]
    changed = [key for key, event in acknowledged.items() if key in kept and _differs(kept[key]["body"], event)]
    return breaches + [f"event {key} is not kept as it was sent" for key in changed]


def unhandled_events(tables: Tables) -> list[str]:
    """Once everything has settled, nothing waits and nothing has failed."""
    return [
        f"event {row['id']} ({row['type']}) is still {row['state']}: {row['error']}"
        for row in tables.events
        if row["state"] not in {"applied", "ignored"}
    ]


def doubled_effects(tables: Tables, truth: Truth) -> list[str]:
    """I2, I5: an event id is kept once, changes its payment once, and no money is counted twice."""
    breaches = [f"event {key} is kept {count} times" for key, count in _repeated(row["id"] for row in tables.events)]
    causes = Counter((row["payment_id"], row["cause"]) for row in tables.changes if "evt_" in row["cause"])
    breaches += [f"{cause} changed payment {payment} {count} times" for (payment, cause), count in _many(causes)]
    for row, session in _pairs(tables, truth):
        back = [amount for kind, _, amount in tables.booked(row["id"]) if kind.startswith("refund")]
        ours, theirs = -sum(back), truth.refunded_of(session)
        if ours != theirs:
            breaches.append(f"payment {row['id']} has {ours} refunded, Stripe has {theirs}")
    return breaches


def broken_histories(tables: Tables) -> list[str]:
    """I3, I4, I5, I13: derived, versions 1..n, each line going on from the last, the chain unbroken."""
    lines: dict[str, list[Row]] = defaultdict(list)
    for change in tables.changes:
        lines[change["payment_id"]].append(change)
    breaches = [
        f"history of {key} without its payment" for key in lines.keys() - {row["id"] for row in tables.payments}
    ]
    for row in tables.payments:
        breaches += [f"payment {row['id']}: {problem}" for problem in _problems(row, lines[row["id"]])]
    return breaches


def wrong_journals(tables: Tables) -> list[str]:
    """I16: what is booked of each object is what the facts say, numbered without a gap."""
    breaches = []
    for row in tables.payments:
        own = [one for one in tables.movements if one["payment_id"] == row["id"]]
        booked: Counter[tuple[str, str, str]] = Counter()
        for one in own:
            booked[one["stripe_id"], one["kind"], one["currency"]] += one["amount_minor"]
        wanted: Counter[tuple[str, str, str]] = Counter()
        for target, amount in targets(facts_from_json(row["facts"])).items():
            stripe_id = row["session_id"] if target.stripe_id == SESSION_WORD else target.stripe_id
            wanted[stripe_id, target.kind.value, target.currency] += amount
        if [one["number"] for one in own] != list(range(1, row["movements"] + 1)):
            breaches.append(f"payment {row['id']} numbers its movements {[one['number'] for one in own]}")
        if any(booked[key] != wanted[key] for key in {*booked, *wanted}):
            breaches.append(f"payment {row['id']} has booked {dict(booked)}, its facts say {dict(wanted)}")
    return breaches


def _problems(row: Row, history: list[Row]) -> Iterable[str]:
    rule = derive(facts_from_json(row["facts"]), seen_from_json(row["attempts_seen"]))
    if (row["status"], bool(row["is_final"])) != (rule.status.value, rule.is_final):
        yield f"is {row['status']}, its facts say {rule.status.value}"
    if [line["version"] for line in history] != list(range(1, row["version"] + 1)):
        yield f"has version {row['version']} and history {[line['version'] for line in history]}"
    if not history or history[-1]["to_status"] != row["status"]:
        yield "does not end its history"
    for before, after in pairwise(history):
        if after["from_status"] != before["to_status"]:
            yield f"version {after['version']} starts from {after['from_status']}, not {before['to_status']}"
        if before["to_status"] == "paid" != after["to_status"]:
            yield f"left paid for {after['to_status']}"
    previous = GENESIS
    for line in history:
        if (line["previous_hash"], line["hash"]) != (previous, _hash(previous, line)):
            yield f"breaks its chain at version {line['version']}"
        previous = line["hash"]


def orphans(tables: Tables, truth: Truth) -> list[str]:
    """I7: every session with our marker has the row that owns it, and no row waits for a session."""
    owner = {row["id"]: row for row in tables.payments}
    breaches = []
    for payment_id, sessions in truth.sessions.items():
        row = owner.get(payment_id)
        if row is None or row["session_id"] not in {session["id"] for session in sessions}:
            breaches.append(f"session {sessions[0]['id']} has no row of its own ({payment_id})")
    waiting = [row["id"] for row in tables.payments if row["creation"] == "creating"]
    ghosts = [row["id"] for row in tables.payments if row["session_id"] and row["id"] not in truth.sessions]
    breaches += [f"payment {key} never got a session" for key in waiting]
    return breaches + [f"payment {key} has a session that Stripe does not know" for key in ghosts]


def second_sessions(sessions_of_key: Mapping[str, set[str]], tables: Tables, truth: Truth) -> list[str]:
    """I6, I8: one key, one answer, one session at Stripe."""
    breaches = [f"{key} was given {sorted(given)}" for key, given in sessions_of_key.items() if len(given) > 1]
    breaches += [
        f"payment {payment_id} has {len(sessions)} sessions at Stripe"
        for payment_id, sessions in truth.sessions.items()
        if len(sessions) > 1
    ]
    row_of = {row["key"]: row["payment_id"] for row in tables.keys}
    session_of = {row["id"]: row["session_id"] for row in tables.payments}
    for key, given in sessions_of_key.items():
        stands_for = session_of.get(row_of.get(_stored(key), ""))
        if given and stands_for not in given:
            breaches.append(f"{key} was given {sorted(given)} and stands for {stands_for}")
    references = Counter(row["client_reference_id"] for row in tables.payments if row["client_reference_id"])
    return breaches + [f"reference {name} has {count} payments" for name, count in _many(references)]


def _stored(key: str) -> str:
    """An anonymous caller's key as the gateway keeps it; written down again on purpose."""
    return hashlib.sha256(f"anonymous\0{key}".encode()).hexdigest()


def wrong_statuses(tables: Tables, truth: Truth) -> list[str]:
    """Each row reads as Stripe's own objects demand."""
    return [
        f"payment {row['id']} ({session['id']}) is {row['status']}, at Stripe {truth.status_of(session)}"
        for row, session in _pairs(tables, truth)
        if row["status"] != truth.status_of(session)
    ]


def ledger_drift(tables: Tables, truth: Truth) -> dict[str, int]:
    """I9: by currency, captured less refunds and disputes here, less the same at Stripe. Empty when there is none."""
    here: Counter[str] = Counter()
    for movement in tables.movements:
        here[movement["currency"]] += movement["amount_minor"]
    there = truth.ledger()
    drift = {currency: here[currency] - there[currency] for currency in here | there}
    return {currency: amount for currency, amount in drift.items() if amount}


def _pairs(tables: Tables, truth: Truth) -> list[tuple[Row, Any]]:
    return [(row, truth.sessions[row["id"]][0]) for row in tables.payments if row["id"] in truth.sessions]


def _hash(previous: str, line: Row) -> str:
    change = StatusChangeView(
        version=line["version"],
        from_status=Status(line["from_status"]) if line["from_status"] else None,
        to_status=Status(line["to_status"]),
        cause=line["cause"],
        at=line["at"],
    )
    return AuditKeys().mac(None, linked_text(previous, PaymentId(line["payment_id"]), change, line["digest"]))


def _differs(body: str, event: Mapping[str, Any]) -> bool:
    """`pending_webhooks` is Stripe's own count of deliveries, which falls as they succeed."""
    kept = json.loads(body)
    return {**kept, "pending_webhooks": 0} != {**event, "pending_webhooks": 0}


def _repeated(keys: Iterable[str]) -> list[tuple[str, int]]:
    return _many(Counter(keys))


def _many(counts: Counter[Any]) -> list[tuple[Any, int]]:
    return [(key, count) for key, count in counts.items() if count > 1]
