"""The invariants of design/safety.md, judged from committed rows and from what the sandbox tells.

Written apart from the house's own check of them (`gateway doctor --invariants`), so that the two can differ.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from gateway.domain.facts_json import facts_from_json
from gateway.domain.identifiers import MARKER, PaymentId
from gateway.domain.status import Status, anomalies, derive
from gateway.services.recording.history import GENESIS, StatusChangeView, link
from tests.integration.services.rows import Row, Rows

Session = dict[str, Any]


def violations(rows: Rows, sessions: Iterable[Session], *, settled: bool = True) -> list[str]:
    """Sentences about what does not hold: none, when all is well. `settled` false: creates may be under way."""
    told = list(sessions)
    found: list[str] = []
    for payment in rows.payments:
        history = rows.history(payment["id"])
        found += [f"{payment['id']}: {problem}" for problem in _of_payment(payment, history)]
    found += _of_keys(rows)
    found += _of_sessions(rows, told, settled=settled)
    return found


def _of_payment(payment: Row, history: list[Row]) -> list[str]:
    facts = facts_from_json(payment["facts"])
    rule = derive(facts)
    found = []
    if (payment["status"], payment["is_final"]) != (rule.status.value, rule.is_final):
        found.append(f"I3: {payment['status']} is stored, the facts say {rule.status}")
    if payment["anomalies"] != ",".join(sorted(anomalies(facts))):
        found.append(f"I3: the anomalies stored are {payment['anomalies']!r}")
    if [line["version"] for line in history] != list(range(1, payment["version"] + 1)):
        found.append(f"I5: version {payment['version']} with history {[line['version'] for line in history]}")
    if history and history[-1]["to_status"] != payment["status"]:
        found.append(f"I5: the history ends in {history[-1]['to_status']}, the row is {payment['status']}")
    causes = Counter(line["cause"] for line in history if line["cause"].startswith("webhook"))
    found += [f"I5: {cause} made {count} versions" for cause, count in causes.items() if count > 1]
    return found + _of_steps(history) + _of_chain(payment["id"], history)


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


def _of_chain(payment_id: str, history: list[Row]) -> list[str]:
    previous = GENESIS
    for line in history:
        before = Status(line["from_status"]) if line["from_status"] else None
        view = StatusChangeView(line["version"], before, Status(line["to_status"]), line["cause"], line["at"])
        if line["previous_hash"] != previous or line["hash"] != link(previous, PaymentId(payment_id), view):
            return [f"I13: the chain breaks at version {line['version']}"]
        previous = line["hash"]
    return []


def _of_keys(rows: Rows) -> list[str]:
    ids = {payment["id"] for payment in rows.payments}
    found = [f"I6: key {key['key']} points nowhere" for key in rows.keys if key["payment_id"] not in ids]
    sessions = Counter(payment["session_id"] for payment in rows.payments if payment["session_id"])
    return found + [f"I6: {session} has {count} rows" for session, count in sessions.items() if count > 1]


def _of_sessions(rows: Rows, sessions: list[Session], *, settled: bool) -> list[str]:
    by_id = {payment["id"]: payment for payment in rows.payments}
    found = []
    markers = Counter(session["metadata"].get(MARKER) for session in sessions if MARKER in session["metadata"])
    found += [f"I6: {count} sessions for {marker}" for marker, count in markers.items() if count > 1]
    for session in sessions:
        payment = by_id.get(session["metadata"].get(MARKER, ""))
        if MARKER not in session["metadata"]:
            continue
        if payment is None:
            found.append(f"I7: {session['id']} has our marker and no row")
        elif payment["session_id"] != session["id"] and (settled or payment["session_id"] is not None):
            found.append(f"I7: {session['id']} belongs to a row that knows {payment['session_id']}")
        elif payment["status"] == Status.PAID.value:
            found += _of_money(payment, session)
    return found


def _of_money(payment: Row, session: Session) -> list[str]:
    """I10, and that nothing is called paid that Stripe does not call paid."""
    asked = (payment["amount_minor"], payment["currency"])
    got = (session["amount_total"], session["currency"])
    found = [] if asked == got else [f"I10: {payment['id']} asked {asked} and got {got}"]
    intent = session["payment_intent"]
    has_money = session["payment_status"] == "paid" or (intent or {}).get("status") == "succeeded"
    return found if has_money else [*found, f"I10: {payment['id']} is paid and Stripe knows no money"]


def truth(session: Session, *, cancel_recorded: bool) -> set[Status]:
    """What the payment may be called once everything about it has come: the table again, from Stripe's side.

    Two answers only where Stripe no longer shows that an earlier authentication failed.
    """
    intent = session["payment_intent"] if isinstance(session["payment_intent"], dict) else {}
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
    intent = session["payment_intent"] if isinstance(session["payment_intent"], dict) else {}
    return int((intent.get("latest_charge") or {}).get("amount_refunded", 0))
