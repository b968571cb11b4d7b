"""`gateway reconcile` as an operator or a cron job runs it: its lines, its JSON, its exit statuses."""

import json
from pathlib import Path
from typing import Any

from tests.harness.serving import free_socket, url_of

from .pair import Pair


async def test_differences_exit_1_and_the_run_after_exits_0(pair: Pair) -> None:
    pair.post.loses = lambda event: True
    session_id = await pair.create()
    await pair.pay(session_id)
    status, out, err = await pair.gateway("reconcile")
    assert (status, err) == (1, "")
    lines = out.splitlines()
    assert lines[0] == f"status         {session_id}  unpaid → paid  (repaired)"
    assert lines[1] == "ledger usd: here 500, at Stripe 500, drift 0 (minor units, captured less refunds and disputes)"
    assert lines[2].startswith("1 sessions compared, 1 differences, 1 repaired. Run ")

    status, out, err = await pair.gateway("reconcile", "--window", "90m")
    assert (status, err) == (0, "")
    assert "1 sessions compared, 0 differences, 0 repaired" in out
    assert [run.request.trigger for run in await pair.services.reconciliation.runs()] == ["cli", "cli"]


async def test_json_is_one_line_a_difference_and_then_the_summary(pair: Pair) -> None:
    pair.post.loses = lambda event: True
    session_id = await pair.create_at_stripe()
    await pair.pay(session_id)
    status, out, err = await pair.gateway("reconcile", "--json", "--adopt")
    assert (status, err) == (1, "")
    difference, summary = (json.loads(line) for line in out.splitlines())
    assert summary["openDiscrepancies"] == {}
    assert difference | {"paymentId": None} == {
        "type": "difference",
        "kind": "missing_here",
        "sessionId": session_id,
        "paymentId": None,
        "before": "no row",
        "after": "paid",
        "repaired": True,
    }
    expected: dict[str, Any] = {"type": "summary", "outcome": "differences", "differences": 1, "repaired": 1}
    assert expected.items() <= summary.items()
    assert summary["ledger"] == [{"currency": "usd", "hereMinor": 500, "thereMinor": 500, "driftMinor": 0}]


async def test_what_cannot_be_run_exits_2_with_a_sentence(pair: Pair, tmp_path: Path) -> None:
    nobody = free_socket()
    status, out, err = await pair.gateway("reconcile", "--json", STRIPE_API_BASE=url_of(nobody))
    nobody.close()
    assert status == 2
    assert json.loads(out.splitlines()[0])["outcome"] == "failed"
    assert err == (
        "The comparison could not be made: The payment provider is not answering right now. Please try again shortly.\n"
    )
    status, _, err = await pair.gateway("reconcile", STRIPE_API_KEY="")
    assert (status, "STRIPE_API_KEY is missing" in err, "Traceback" in err) == (2, True, False)
    status, _, err = await pair.gateway("reconcile", "--window", "soon")
    assert (status, "`soon` is no duration" in err) == (2, True)
    status, _, err = await pair.gateway("reconcile", DATABASE_URL=f"sqlite://{tmp_path / 'empty.db'}")
    assert (status, "Run: gateway migrate" in err, "Traceback" in err) == (2, True, False)
