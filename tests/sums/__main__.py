"""`python -m tests.sums --payments 10000 --seed 7`: the ledger, the statistics, GraphQL and both exports, compared.

Each sums what came and went per currency in its own way; all of them must say the same, to the cent, and the drift
against the sandbox must be zero after refunds, failures and disputes.
"""

import argparse
import asyncio
import csv
import io
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import httpx

from gateway.app import create_app
from gateway.models.migrations import upgrade
from gateway.services.operators.statistics import StatsWindow
from tests.harness.bare_gateway import BareGateway, open_gateway, settings_for
from tests.harness.proof import Proof
from tests.harness.stripe_account import stripe_side
from tests.sums.shop import Shop

ADMIN_KEY = "an-operators-key-of-the-sums"
PAGE = """query ($after: String) { payments(first: 200, after: $after) {
  edges { node { totals { currency capturedMinor refundedMinor disputedMinor netMinor } } }
  pageInfo { hasNextPage endCursor } } }"""

Sums = dict[str, int]
"""Currency → minor units kept."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    ways, sums, drift, violations = asyncio.run(show(given.payments, given.seed))
    print(f"seed {given.seed}: {given.payments} payments {dict(ways)}")
    for source, kept in sums.items():
        print(f"  {source:<22}{kept}")
    print(f"  drift against the sandbox: {drift}; invariants violated: {violations or 'none'}")
    proof = Proof()
    for what, word in (
        ("given back", "refund"),
        ("disputed", "dispute"),
        ("that failed", "failed"),
        ("in euro", "euro"),
    ):
        proof.needs(f"payments {what}", sum(count for way, count in ways.items() if word in way))
    proof.needs("currencies with money in them", sum(minor > 0 for minor in sums["ledger"].values()), at_least=2)
    same = len({json.dumps(kept, sort_keys=True) for kept in sums.values()}) == 1
    claims = {"all say the same": same, "the drift is 0": not any(drift.values()), "invariants hold": not violations}
    proof.finish(broken=[claim for claim, holds in claims.items() if not holds])
    return 0


async def show(payments: int, seed: int) -> tuple[Counter[str], dict[str, Sums], Sums, dict[str, int]]:
    """How the payments went, what each source says was kept, the drift, and what `doctor --invariants` counts."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        url = f"sqlite://{scratch}/gateway.db"
        await asyncio.create_task(upgrade(settings_for(url, scratch)))
        values: dict[str, Any] = {"currencies": "usd,eur", "admin_keys": ADMIN_KEY}
        async with stripe_side() as side, open_gateway(url, scratch, side, **values) as gateway:
            shop = Shop(gateway, random.Random(seed), await gateway.desk.price(250))
            ways: Counter[str] = Counter()
            for number in range(1, payments + 1):
                ways[await shop.buy()] += 1
                if sys.stderr.isatty():
                    print(f"\r{number} of {payments}", end="", file=sys.stderr, flush=True)
            await gateway.services.refetcher.settled()
            ledger, drift = await _ledger(gateway)
            sums = {
                "ledger": ledger,
                "statistics": await _statistics(gateway),
                "GraphQL": await _graphql(gateway),
                "export movements": _exported(url, "movements", "amountMinor"),
                "export payments": _exported(url, "payments", "netMinor"),
            }
            return ways, sums, drift, _violations(url, gateway)


async def _ledger(gateway: BareGateway) -> tuple[Sums, Sums]:
    report = await gateway.services.reconciliation.run(trigger="cli")
    assert report.problem is None, report.problem
    kept = {line.currency: line.here_minor for line in report.ledger}
    return kept, {line.currency: line.drift_minor for line in report.ledger}


async def _statistics(gateway: BareGateway) -> Sums:
    stats = await gateway.services.statistics.payments(StatsWindow.MONTH)
    return {
        line.captured.currency: line.captured.amount_minor - line.refunded.amount_minor - line.disputed.amount_minor
        for line in stats.currencies
    }


async def _graphql(gateway: BareGateway) -> Sums:
    kept: defaultdict[str, int] = defaultdict(int)
    app = create_app(gateway.settings)
    app.state.services = gateway.services
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3002") as client:
        after: str | None = None
        while True:
            answer = await client.post(
                "/graphql",
                json={"query": PAGE, "variables": {"after": after}},
                headers={"Authorization": f"Bearer {ADMIN_KEY}"},
            )
            page = answer.json()["data"]["payments"]
            for edge in page["edges"]:
                for line in edge["node"]["totals"]:
                    kept[line["currency"]] += line["netMinor"]
            if not page["pageInfo"]["hasNextPage"]:
                return dict(kept)
            after = page["pageInfo"]["endCursor"]


def _exported(url: str, what: str, column: str) -> Sums:
    text = _command(url, "export", what)
    kept: defaultdict[str, int] = defaultdict(int)
    for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))):
        if int(row[column]):
            kept[row["currency"]] += int(row[column])
    return dict(kept)


def _violations(url: str, gateway: BareGateway) -> dict[str, int]:
    report = json.loads(_command(url, "doctor", "--invariants", "--json", gateway=gateway))
    return {check["name"]: check["count"] for check in report if not check["ok"]}


def _command(url: str, *words: str, gateway: BareGateway | None = None) -> str:
    variables = {"DATABASE_URL": url}
    if gateway is not None:
        variables |= {
            "STRIPE_API_KEY": gateway.settings.stripe_api_key.get_secret_value(),
            "STRIPE_WEBHOOK_SECRET": "whsec_sums",
        }
    ran = subprocess.run(
        [sys.executable, "-m", "gateway", *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in {0, 1}, ran.stderr
    return ran.stdout


if __name__ == "__main__":
    sys.exit(main())
