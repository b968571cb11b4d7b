"""Every invariant, broken by hand in a copy of the database, is found by `gateway doctor --invariants`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.services.integrity.invariants import CHECKED
from tests.harness.child import ROOT, clean_environment

from .broken import Break, broken_copy, leave_paid, share_a_discrepancy, share_a_key, share_a_session, sql
from .conftest import Sample

pytestmark = pytest.mark.asyncio(loop_scope="module")

_REFUNDED = "id = (SELECT id FROM payment WHERE client_reference_id = 'order-two')"
_PAID = "id = (SELECT id FROM payment WHERE client_reference_id = 'order-one')"
_LAST = (
    "(SELECT max(version) FROM status_change WHERE payment_id ="
    " (SELECT id FROM payment WHERE client_reference_id = 'order-one'))"
)
_OPEN = "client_reference_id = 'order-three'"
_OF_REFUNDED = "payment_id = (SELECT id FROM payment WHERE client_reference_id = 'order-two')"
_OF_PAID = "payment_id = (SELECT id FROM payment WHERE client_reference_id = 'order-one')"

BREAKS: dict[str, tuple[str, Break, str]] = {
    "an applied event left no trace": (
        "I2",
        sql(f"UPDATE payment SET facts = json_remove(facts, '$.charges') WHERE {_PAID}"),
        "does not know what it reports",
    ),
    "a status nobody derived": (
        "I3",
        sql(f"UPDATE payment SET status = 'unpaid' WHERE {_PAID}"),
        "it says unpaid, final, and its facts say paid, final (rule 1)",
    ),
    "final without a reason": (
        "I3",
        sql(f"UPDATE payment SET is_final = 1 WHERE {_OPEN}"),
        "it says unpaid, final, and its facts say unpaid (rule 11)",
    ),
    "attempts that are gone": (
        "I3",
        sql(f"DELETE FROM attempt WHERE {_OF_PAID}"),
        "what it says of its attempts is not what their rows say",
    ),
    "settled without a reason": (
        "I3",
        sql(f"UPDATE payment SET is_settled = 0 WHERE {_PAID}"),
        "whether it is settled is not what its facts say",
    ),
    "a way out of paid": ("I4", leave_paid, "the payment went from paid, which is final, to unpaid"),
    "a gap in the history": (
        "I5",
        sql(f"DELETE FROM status_change WHERE version = 2 AND {_OF_PAID}"),
        "version 2 is missing: the next line is version 3",
    ),
    "a history without its end": (
        "I5",
        sql(f"DELETE FROM status_change WHERE {_OF_PAID} AND version = {_LAST}"),
        ", and its history ends at ",
    ),
    "a history without its payment": (
        "I5",
        sql(f"DELETE FROM payment WHERE {_OPEN}"),
        "there is a history, and no such payment",
    ),
    "two payments with one session": ("I6", share_a_session, "both have it"),
    "two payments for one key": ("I6", share_a_key, "an idempotency key stands for the payments"),
    "a key of another request": (
        "I6",
        sql(f"UPDATE idempotency_key SET request_hash = 'other' WHERE {_OF_PAID}"),
        "was used for another request",
    ),
    "a row that never got its session": (
        "I7",
        sql(
            "UPDATE payment SET creation = 'creating', session_id = NULL,"
            f" created_at = datetime('now', '-1 hour') || '+00:00' WHERE {_OPEN}"
        ),
        "it never got a session and was not closed within ten minutes",
    ),
    "a session at Stripe without its row": (
        "I7",
        sql(f"DELETE FROM payment WHERE {_OPEN}"),
        "Stripe has it with our marker, and no row has it",
    ),
    "a refund that is not here": (
        "I9",
        sql(f"UPDATE payment SET facts = json_remove(facts, '$.refunds', '$.charges') WHERE {_REFUNDED}"),
        "it kept $5.00 here and $3.00 at Stripe",
    ),
    "a session that Stripe does not have": (
        "I9",
        sql(f"UPDATE payment SET session_id = 'cs_test_madeUp' WHERE {_PAID}"),
        "Stripe has no such session",
    ),
    "a total that nobody was shown": (
        "I17",
        sql(f"UPDATE payment SET expected = '{{\"usd\": 700}}' WHERE {_PAID}"),
        "total_differs holds and is not on the desk: Stripe asked for $5.00, expected $7.00",
    ),
    "an amount that was changed": (
        "I16",
        sql(f"UPDATE movement SET amount_minor = 400 WHERE {_OF_PAID}"),
        "is booked, the facts say 500",
    ),
    "a movement that is gone": (
        "I16",
        sql(f"DELETE FROM movement WHERE {_OF_REFUNDED} AND kind = 'refund'"),
        "is booked, the facts say -200",
    ),
    "facts changed behind the gateway's back": (
        "I13",
        sql(f"UPDATE payment SET facts = json_set(facts, '$.cancel_requested', json('true')) WHERE {_PAID}"),
        "the payment's status or facts were changed by somebody else: its seal is of other contents",
    ),
    "a payment of the other mode": (
        "I19",
        sql(f"UPDATE payment SET livemode = 1 WHERE {_PAID}"),
        "1 payments made since its first start are of the other mode",
    ),
    "an installation of the other mode": (
        "I19",
        sql("UPDATE installation SET livemode = 1"),
        "its mode is not that of the Stripe key",
    ),
    "an hour that was summed by somebody else": (
        "I23",
        sql(
            "INSERT INTO summed_hour (hour, is_ready, noted_at)"
            " VALUES ('2026-01-02 03:00:00+00:00', 1, '2026-01-02 04:00:00+00:00')",
            "INSERT INTO hourly_payments (hour, status, is_final, creation, payments)"
            " VALUES ('2026-01-02 03:00:00+00:00', 'paid', 1, 'linked', 1)",
        ),
        "its sums are not what its payments and their movements say",
    ),
    "two rows about one thing": ("I17", share_a_discrepancy, "there are two rows about one"),
    "a changed line": (
        "I13",
        sql(f"UPDATE status_change SET cause = 'api' WHERE version = 3 AND {_OF_PAID}"),
        "the line was changed after it was written",
    ),
    "a changed event": (
        "I13",
        sql("UPDATE webhook_event SET type = 'charge.failed' WHERE type = 'payment_intent.succeeded'"),
        "its body and what was noted of it when it came differ",
    ),
    "an event that is no event": (
        "I13",
        sql("UPDATE webhook_event SET body = '{}' WHERE type = 'payment_intent.succeeded'"),
        "its body and what was noted of it when it came differ",
    ),
}


async def test_a_whole_database_passes_and_says_what_was_checked(sample: Sample) -> None:
    status, out, err = await sample.pair.gateway("doctor", "--invariants")
    assert (status, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()[:-2]] == [["✓", name] for name in CHECKED]
    assert out.splitlines()[-2].startswith("ledger usd: here 800, at Stripe 800, drift 0")


Reports = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reports(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """What is found in a copy for each way to break it."""
    folder = tmp_path_factory.mktemp("copies")
    urls = [
        broken_copy(sample.path, folder / f"{number}.db", break_it)
        for number, (_, break_it, _) in enumerate(BREAKS.values())
    ]
    out = await _python(sample, "-m", "tests.integration.operations.examine", *urls)
    return dict(zip(BREAKS, map(json.loads, out.splitlines()), strict=True))


@pytest.mark.parametrize("what", sorted(BREAKS))
async def test_what_was_broken_by_hand_is_found(reports: Reports, what: str) -> None:
    invariant, _, sentence = BREAKS[what]
    report = reports[what]
    assert not report["ok"]
    found = [violation["sentence"] for violation in report["violations"] if violation["invariant"] == invariant]
    assert any(sentence in one for one in found), report["violations"]


async def test_missing_triggers_are_found(sample: Sample, tmp_path: Path) -> None:
    url = broken_copy(sample.path, tmp_path / "copy.db", lambda database: None, guarded=False)
    status, report = await _examined(sample, url)
    assert (status, {one["name"]: one["count"] for one in report if not one["ok"]}) == (1, {"I13": 11})


async def test_no_session_id_is_shown_in_clear(sample: Sample, tmp_path: Path) -> None:
    def everything(database: Any) -> None:
        share_a_session(database)
        database.execute("UPDATE payment SET status = 'failed'")

    url = broken_copy(sample.path, tmp_path / "copy.db", everything)
    status, out, err = await sample.pair.gateway("doctor", "--invariants", DATABASE_URL=url)
    assert (status, "cs_test_" in out + err) == (1, False)


async def test_without_stripe_its_side_is_said_to_be_unchecked(sample: Sample) -> None:
    status, out, _ = await sample.pair.gateway("doctor", "--invariants", STRIPE_API_BASE="http://127.0.0.1:9")
    assert status == 0
    assert "– I9 paid minus refunded is what Stripe says (not checked: Stripe did not answer (Unanswered))" in out


async def test_a_second_session_at_stripe_is_found(sample: Sample, tmp_path: Path) -> None:
    """The marker of one payment on another session; the sample itself stays as it is, so this sees a copy of rows."""

    def two_for_one(database: Any) -> None:
        ids = [row[0] for row in database.execute("SELECT id FROM payment ORDER BY client_reference_id")]
        database.execute("DELETE FROM status_change WHERE payment_id = ?", (ids[0],))
        database.execute("DELETE FROM payment WHERE id = ?", (ids[0],))
        database.execute("UPDATE payment SET session_id = 'cs_test_other' WHERE id = ?", (ids[1],))

    url = broken_copy(sample.path, tmp_path / "copy.db", two_for_one)
    _, report = await _examined(sample, url)
    violations = [violation for one in report for violation in one["violations"]]
    assert any("a second session of payment" in violation["sentence"] for violation in violations)


async def _python(sample: Sample, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=clean_environment() | sample.pair.environment,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def _examined(sample: Sample, url: str) -> tuple[int, Any]:
    status, out, err = await sample.pair.gateway("doctor", "--invariants", "--json", DATABASE_URL=url)
    assert err == ""
    return status, json.loads(out)
