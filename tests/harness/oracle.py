"""The invariants of docs/invariants.md, judged from committed rows and from what the sandbox reports.

Written apart from the gateway's own check of them (`gateway doctor --invariants`), so that the two can differ.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from gateway.domain.attempts import Attempt, AttemptsSeen, AttemptState, Reported, Source, seen
from gateway.domain.discrepancies import Condition, Control, DiscrepancyKind, conditions
from gateway.domain.facts import Facts
from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import MARKER, PaymentId
from gateway.domain.movements import SESSION_WORD, targets
from gateway.domain.ownership import own_intents
from gateway.domain.status import Status, derive
from gateway.services.recording.attempts import seen_from_json
from gateway.services.recording.history import GENESIS, AuditKeys, StatusChangeView, linked_text
from tests.harness.rows import Row, Rows

Session = dict[str, Any]

OF_ONE_PAYMENT = {
    DiscrepancyKind.TOTAL_DIFFERS,
    DiscrepancyKind.UNDERPAID,
    DiscrepancyKind.OVERPAID,
    DiscrepancyKind.LATE_MONEY,
    DiscrepancyKind.FOREIGN_INTENT,
    DiscrepancyKind.REFUND_FAILED,
    DiscrepancyKind.DISPUTE_OPEN,
    DiscrepancyKind.DISPUTE_LOST,
    DiscrepancyKind.COMPLETE_AND_EXPIRED,
    DiscrepancyKind.ASYNC_FAILED_AND_CANCELED,
}
"""Kinds that hold or do not hold by one payment's facts alone, so that none may be open without its cause."""


def violations(
    rows: Rows, sessions: Iterable[Session], *, settled: bool = True, keys: AuditKeys | None = None
) -> list[str]:
    """Sentences about what does not hold: none, when all is right. `settled` false: creates may be under way."""
    reported = list(sessions)
    found: list[str] = []
    for payment in rows.payments:
        found += [f"{payment['id']}: {problem}" for problem in _of_payment(rows, payment, keys or AuditKeys())]
    found += _of_keys(rows)
    found += _of_desk(rows)
    found += _of_sessions(rows, reported, settled=settled)
    return found


def _of_payment(rows: Rows, payment: Row, keys: AuditKeys) -> list[str]:
    facts, history = facts_from_json(payment["facts"]), rows.history(payment["id"])
    attempts = _attempts_seen(rows, payment, facts)
    rule = derive(facts, attempts)
    found = []
    if (payment["status"], payment["is_final"]) != (rule.status.value, rule.is_final):
        found.append(f"I3: {payment['status']} is stored, the facts say {rule.status}")
    if seen_from_json(payment["attempts_seen"]) != attempts:
        found.append(f"I3: {payment['attempts_seen']} is stored of the attempts, their rows say {attempts}")
    if [line["version"] for line in history] != list(range(1, payment["version"] + 1)):
        found.append(f"I5: version {payment['version']} with history {[line['version'] for line in history]}")
    if history and history[-1]["to_status"] != payment["status"]:
        found.append(f"I5: the history ends in {history[-1]['to_status']}, the row is {payment['status']}")
    causes = Counter(line["cause"] for line in history if line["cause"].startswith("webhook"))
    found += [f"I5: {cause} made {count} versions" for cause, count in causes.items() if count > 1]
    found += _of_journal(rows, payment, facts)
    return found + _of_steps(history) + _of_chain(payment["id"], history, keys)


def _attempts_seen(rows: Rows, payment: Row, facts: Facts) -> AttemptsSeen:
    """From all rows of attempts, by the domain's own rule instead of by queries."""
    attempts = {
        row["key"]: Attempt(
            state=AttemptState(row["state"]),
            created=Reported(Source(row["created_source"]), row["created"]),
            intent_id=row["intent_id"],
            failure=Reported(Source(row["failure"][0]), tuple(row["failure"][1])) if row["failure"] else None,
        )
        for row in rows.attempts_of(payment["id"])
    }
    return seen(attempts, own_intents=own_intents(facts))


def _of_journal(rows: Rows, payment: Row, facts: Facts) -> list[str]:
    """I16: what is booked of each object is what the facts say; rows are numbered without a gap."""
    own = [row for row in rows.movements if row["payment_id"] == payment["id"]]
    booked: Counter[tuple[str, str, str]] = Counter()
    for row in own:
        booked[row["stripe_id"], row["kind"], row["currency"]] += row["amount_minor"]
    wanted: Counter[tuple[str, str, str]] = Counter()
    for target, amount in targets(facts).items():
        stripe_id = payment["session_id"] if target.stripe_id == SESSION_WORD else target.stripe_id
        wanted[stripe_id, target.kind.value, target.currency] += amount
    found = []
    if [row["number"] for row in own] != list(range(1, payment["movements"] + 1)):
        found.append(f"I16: {payment['movements']} movements with numbers {[row['number'] for row in own]}")
    found += [f"I16: a movement of nothing ({row['kind']})" for row in own if row["amount_minor"] == 0]
    differing = {key for key in {*booked, *wanted} if booked[key] != wanted[key]}
    return found + [f"I16: {key}: {booked[key]} booked, the facts say {wanted[key]}" for key in sorted(differing)]


def _of_steps(history: list[Row]) -> list[str]:
    """I4, over every step the row has taken."""
    found = []
    before: str | None = None
    ended: str | None = None
    for line in history:
        after = line["to_status"]
        if line["from_status"] != before:
            found.append(f"I5: version {line['version']} starts from {line['from_status']}, not {before}")
        if ended is not None and after not in {ended, Status.PAID.value}:
            found.append(f"I4: {ended} became {after}")
        if after in {Status.PAID.value, Status.EXPIRED.value, Status.NO_PAYMENT_REQUIRED.value}:
            ended = after  # The two others of these names may be passing states of an open session.
        before = after
    return found


def _of_chain(payment_id: str, history: list[Row], keys: AuditKeys) -> list[str]:
    previous = GENESIS
    for line in history:
        before = Status(line["from_status"]) if line["from_status"] else None
        view = StatusChangeView(line["version"], before, Status(line["to_status"]), line["cause"], line["at"])
        text = linked_text(previous, PaymentId(payment_id), view, line["digest"])
        if line["previous_hash"] != previous or line["hash"] != keys.mac(line["key_id"], text):
            return [f"I13: the chain breaks at version {line['version']}"]
        previous = line["hash"]
    return []


def _of_keys(rows: Rows) -> list[str]:
    payments = {payment["id"]: payment for payment in rows.payments}
    found = [f"I6: key {key['key']} points nowhere" for key in rows.keys if key["payment_id"] not in payments]
    refused = [key for key in rows.keys if payments.get(key["payment_id"], {}).get("creation") == "refused"]
    found += [f"I8: key {key['key']} remembers a refusal" for key in refused]
    sessions = Counter(payment["session_id"] for payment in rows.payments if payment["session_id"])
    found += [f"I6: {session} has {count} rows" for session, count in sessions.items() if count > 1]
    opened = Counter(payment["open_key"] for payment in rows.payments if payment["open_key"])
    return found + [f"I6: {count} rows are open for one purchase" for count in opened.values() if count > 1]


def _of_desk(rows: Rows) -> list[str]:
    """I17: every condition has exactly one row while it holds, open, or resolved by an operator with that detail."""
    desk: dict[Condition, list[Row]] = defaultdict(list)
    for row in rows.desk:
        desk[Condition(DiscrepancyKind(row["kind"]), row["subject"])].append(row)
    found = [f"I17: {len(same)} rows about {about}" for about, same in desk.items() if len(same) > 1]
    holding = _held_by_one(rows) | _held_by_two(rows)
    for condition, detail in holding.items():
        if not any(_is_shown(row, detail) for row in desk[condition]):
            found.append(f"I17: {condition.kind} of {condition.subject} holds and is not open ({detail})")
    for condition, same in desk.items():
        is_open = any(row["state"] != "resolved" for row in same)
        if is_open and condition.kind in OF_ONE_PAYMENT | {DiscrepancyKind.DUPLICATE_PURCHASE}:
            found += [f"I17: {condition.kind} is open without a cause"] if condition not in holding else []
    return found


def _held_by_one(rows: Rows) -> dict[Condition, str]:
    holding: dict[Condition, str] = {}
    for payment in rows.payments:
        holding |= conditions(facts_from_json(payment["facts"]), Control(payment["id"], payment["expected"]))
    return holding


def _held_by_two(rows: Rows) -> dict[Condition, str]:
    """Two payments with money for one reference and price, from the journal instead of from the facts."""
    paying: Counter[tuple[str, str]] = Counter()
    for payment in rows.payments:
        amounts = [amount for _, amount in rows.booked(payment["id"])]
        captured = sum(amount for kind, amount in rows.booked(payment["id"]) if kind == "capture")
        returned = -sum(amount for kind, amount in rows.booked(payment["id"]) if kind.startswith("refund"))
        if payment["client_reference_id"] and not payment["allow_repeat"] and amounts and captured > returned:
            paying[payment["price_id"], payment["client_reference_id"]] += 1
    return {
        Condition(DiscrepancyKind.DUPLICATE_PURCHASE, f"{price} {reference}"): (
            f"{count} payments hold money for reference {reference} and {price}"
        )
        for (price, reference), count in paying.items()
        if count > 1
    }


def _is_shown(row: Row, detail: str) -> bool:
    return row["state"] != "resolved" or (row["detail"] == detail and not row["closed_by_itself"])


def _of_sessions(rows: Rows, sessions: list[Session], *, settled: bool) -> list[str]:
    by_id = {payment["id"]: payment for payment in rows.payments}
    found = []
    ours = [session for session in sessions if MARKER in session["metadata"]]
    markers = Counter(session["metadata"][MARKER] for session in ours)
    found += [f"I6: {count} sessions for {marker}" for marker, count in markers.items() if count > 1]
    for session in ours:
        payment = by_id.get(session["metadata"][MARKER])
        if payment is None:
            found.append(f"I7: {session['id']} has our marker and no row")
        elif payment["session_id"] != session["id"] and (settled or payment["session_id"] is not None):
            found.append(f"I7: {session['id']} belongs to a row that knows {payment['session_id']}")
        else:
            found += _of_money(rows, payment, session)
    return found


def _of_money(rows: Rows, payment: Row, session: Session) -> list[str]:
    """I20: only the session's own objects moved money; nothing is called paid that Stripe does not call paid. I10."""
    own = own_objects(session)
    moved = [row for row in rows.movements if row["payment_id"] == payment["id"]]
    found = [f"I20: {row['stripe_id']} moved money of {payment['id']}" for row in moved if row["stripe_id"] not in own]
    if payment["status"] != Status.PAID.value:
        return found
    intents = intents_of(session)
    has_money = session["payment_status"] == "paid" or any(intent["status"] == "succeeded" for intent in intents)
    found += [] if has_money else [f"I10: {payment['id']} is paid and Stripe knows no money"]
    received = sum(row["amount_minor"] for row in moved if row["kind"] == "capture")
    asked = (payment["asked"] or {}).get("total")
    shown = {row["kind"] for row in rows.desk if row["subject"] == payment["id"]}
    if session["payment_status"] == "paid" and received != asked and not shown & {"underpaid", "overpaid"}:
        found.append(f"I10: {payment['id']} was asked for {asked} and {received} came")
    return found


def own_objects(session: Session) -> set[str]:
    """The Stripe ids that this session accounts for: itself, its intents, their charges, refunds and disputes."""
    own = {session["id"]}
    for intent in intents_of(session):
        own.add(intent["id"])
        own |= {thing["id"] for thing in (*intent.get("refunds", ()), *intent.get("disputes", ()))}
    return own


def intents_of(session: Session) -> list[dict[str, Any]]:
    """The session's own, and those of its first invoice, as `Desk.sessions` collects them."""
    own = [session["payment_intent"]] if isinstance(session["payment_intent"], dict) else []
    return [*own, *session.get("invoice_intents", ())]


def truth(session: Session, *, cancel_recorded: bool) -> set[Status]:
    """What the payment may be called once everything about it has come: the table again, from Stripe's side.

    Two answers only where Stripe no longer shows that an earlier authentication failed.
    """
    intents = intents_of(session)
    intent = intents[0] if intents else {}
    charge = intent.get("latest_charge") or {}
    subscription = session["subscription"] if isinstance(session["subscription"], dict) else {}
    has_failed = intent.get("status") == "requires_payment_method" or subscription.get("status") == "incomplete_expired"
    match session["status"], session["payment_status"]:
        case _, "paid":
            return {Status.PAID}
        case "complete", "no_payment_required":
            return {Status.NO_PAYMENT_REQUIRED}
        case "complete", _:
            return {Status.FAILED if has_failed else Status.PROCESSING}
        case "expired", _:
            return {Status.CANCELED if cancel_recorded else Status.EXPIRED}
    if charge.get("status") == "failed" or intent.get("last_payment_error"):
        return {Status.FAILED}
    return {Status.UNPAID, Status.FAILED} if intent.get("status") == "requires_action" else {Status.UNPAID}


def refunded_minor(session: Session) -> int:
    """What went back by refunds that moved money and did not fail, by the single refunds."""
    refunds = [refund for intent in intents_of(session) for refund in intent.get("refunds", ())]
    moved = [refund for refund in refunds if refund["balance_transaction"] and refund["status"] == "succeeded"]
    return sum(int(refund["amount"]) for refund in moved)


def kept_minor(session: Session) -> int:
    """Captured less refunds and disputes, in the session's currency, as Stripe's objects say."""
    kept = 0
    for intent in intents_of(session):
        charge = intent.get("latest_charge") or {}
        kept += charge.get("amount_captured", 0) if charge.get("paid") and charge.get("captured") else 0
        for dispute in intent.get("disputes", ()):
            kept += sum(transaction["amount"] for transaction in dispute["balance_transactions"])
    return kept - refunded_minor(session)


def is_disputed(session: Session) -> bool:
    """While a dispute is open or lost."""
    disputes = [dispute for intent in intents_of(session) for dispute in intent.get("disputes", ())]
    return any(dispute["status"] not in {"won", "prevented", "warning_closed"} for dispute in disputes)
