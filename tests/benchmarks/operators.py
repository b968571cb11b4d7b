"""`python -m tests.benchmarks.operators [--payments 1000000] [--database postgres]`: the console among many payments.

A gateway with so many payments over thirty days; every query that a page of the console asks, by itself; and what
buyers notice while the slowest is asked again and again. Exit 1: a query took longer than it may, or buyers noticed.
"""

import argparse
import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from gateway.openers import open_database
from gateway.services.operators import hourly_sums
from gateway.settings import load_settings
from tests.benchmarks.many import multiply
from tests.harness.back_end import SECRET, back_end
from tests.harness.child import ROOT
from tests.harness.databases import database
from tests.harness.deployment import ADMIN_KEY, Deployment, open_deployment
from tests.harness.figures import percentile
from tests.harness.rows import fetch
from tests.harness.shop import Shop
from tests.harness.stamp import stamp
from tests.harness.stripe import Stripe
from tests.harness.waiting import eventually

DAYS = 30
MAY_TAKE_MS = {"postgres": 200.0, "sqlite": 300.0}
MOST_RATIO = 1.5
ROUNDS = 5
READS_A_SECOND = 40
VIEWS = ROOT / "gateway" / "console" / "static" / "views"
TEMPLATE = re.compile(r"const (\w+) =\s*[`\"](.*?)[`\"];", re.DOTALL)
FILTERS = {
    "Payments": (
        "status",
        ("PAID", "UNPAID", "EXPIRED", "FAILED", "CANCELED", "PROCESSING", "NO_PAYMENT_REQUIRED"),
    ),
    "Inbox": ("state", ("APPLIED", "IGNORED", "UNMATCHED", "FAILED")),
    "Deliveries": ("state", ("PENDING", "DELIVERED", "SUPERSEDED")),
}
"""What a page lets its reader choose: the column, and its values."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a page of the console asks, with which variables."""

    name: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Milliseconds: of each question the median, of buyers' reads the p99 alone and beside the slowest question."""

    payments: int
    milliseconds: dict[str, float]
    slowest: str
    alone_ms: float
    beside_ms: float

    def breaches(self, dialect: str) -> list[str]:
        most = MAY_TAKE_MS[dialect]
        found = [f"{name} took {took:.0f} ms" for name, took in self.milliseconds.items() if took > most]
        if self.beside_ms > MOST_RATIO * self.alone_ms:
            found.append(f"buyers waited {self.beside_ms / self.alone_ms:.2f} times as long beside {self.slowest}")
        return found


async def measure(folder: Path, url: str, *, payments: int, rounds: int, seconds: float) -> Outcome:
    """On a new database."""
    async with open_deployment(folder, database_url=url) as (deployment, stripe, shop):
        await _make_originals(deployment, stripe, shop)
        await multiply(url, payments=payments, days=DAYS)
        await _sum_hours(url)
        gateway = await deployment.started_gateway()
        try:
            async with _console(deployment) as http:
                questions = [question async for question in _questions(url)]
                took = {question.name: await _median(http, question, rounds) for question in questions}
                slowest = max(questions, key=lambda question: took[question.name])
                sessions = [row["session_id"] for row in await fetch(url, _SOME)]
                alone = await _reads(deployment, sessions, seconds)
                asking = asyncio.create_task(_ask_on(http, slowest))
                beside = await _reads(deployment, sessions, seconds)
                asking.cancel()
                with suppress(asyncio.CancelledError):
                    await asking
        finally:
            await gateway.stop()
        count = (await fetch(url, "SELECT count(*) AS n FROM payment"))[0]["n"]
        return Outcome(count, took, slowest.name, percentile(alone, 99), percentile(beside, 99))


_SOME = "SELECT session_id FROM payment WHERE is_final ORDER BY id LIMIT 2000"
_CLUES = (
    "SELECT p.session_id AS session, p.id AS payment, p.client_reference_id AS reference, r.id AS reference_id, "
    "e.id AS event, d.id AS delivery, a.key AS charge, p.email_hash AS email "
    "FROM payment p JOIN stripe_reference r ON r.payment_id = p.id JOIN webhook_event e ON e.payment_id = p.id "
    "JOIN delivery d ON d.payment_id = p.id JOIN attempt a ON a.payment_id = p.id WHERE p.status = 'paid' LIMIT 1"
)


async def _make_originals(deployment: Deployment, stripe: Stripe, shop: Shop) -> None:
    """Ten payments of every fate, notices and all."""
    async with back_end() as receiver:
        gateway = await deployment.started_gateway(
            GATEWAY_NOTIFY_URLS=receiver.url, GATEWAY_NOTIFY_SECRETS=SECRET, GATEWAY_RATE_LIMIT="100000/minute"
        )
        sessions = []
        for number in range(10):
            answer = await shop.create(clientReferenceId=f"order-{number}", customerEmail="ann@example.com")
            assert answer is not None
            assert answer.ok, answer.body
            sessions.append(answer.body["sessionId"])
        for session in sessions[:7]:
            assert await stripe.pay(session) == 200
        assert await stripe.pay(sessions[7], "pm_card_chargeDeclined") == 402
        assert await shop.cancel(sessions[8]) is not None
        intent = (await stripe.session(sessions[0]))["payment_intent"]["id"]
        assert await stripe.refund(intent, 100) == 200

        async def all_has_arrived() -> bool:
            return not await stripe.events(delivery_success="false") and len(receiver.taken) >= 9

        await eventually(all_has_arrived, seconds=60, what="every event and every notice has arrived")
        await gateway.stop()


async def _sum_hours(url: str) -> None:
    """As the leader does it, without its pauses."""
    hourly_sums.SETTLED_SECONDS = 0.0
    settings = load_settings(stripe_api_key="sk_test_b", stripe_webhook_secrets="whsec_b", database_url=url)
    async with open_database(settings) as opened:
        sums = hourly_sums.HourlySums(opened)
        while await sums.round():
            pass


def _console(deployment: Deployment) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(deployment.url, headers={"Authorization": f"Bearer {ADMIN_KEY}"})


async def _questions(url: str) -> Any:
    """Every query of every page, with each filter and window that the page offers."""
    clues = (await fetch(url, _CLUES))[0]
    for view in sorted(VIEWS.glob("*.js")):
        for query in _queries(view):
            name = query.split("(")[0].split("{")[0].removeprefix("query ").strip()
            for words, variables in _variables(name, clues):
                yield Question(f"{name} {words}".strip(), query, variables)


def _queries(view: Path) -> Iterator[str]:
    known = dict(TEMPLATE.findall(view.read_text("utf-8")))
    for text in known.values():
        if text.startswith("query "):
            yield re.sub(r"\$\{(\w+)\}", lambda found: known[found[1]], text)


def _variables(name: str, clues: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Words for a reader, and what the page would send."""
    if name in FILTERS:
        column, values = FILTERS[name]
        yield "all", {}
        yield from ((value.lower(), {"filter": {column: value}}) for value in values)
    elif name == "Figures":
        yield from ((window.lower(), {"window": window}) for window in ("HOUR", "DAY", "WEEK", "MONTH"))
    elif name == "Search":
        wanted = clues | {"amount": "5.00", "an amount nobody paid": "123.45", "nobody's e-mail": "a@b.example"}
        yield from ((f"by {kind}", {"clue": clue}) for kind, clue in wanted.items())
    elif name == "Payment":
        yield "", {"clue": clues["payment"], "filter": {"paymentId": clues["payment"]}}
    else:
        yield "", {"id": clues["event"]} if name == "Body" else {}


async def _median(http: aiohttp.ClientSession, question: Question, rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        await _ask(http, question)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


async def _ask(http: aiohttp.ClientSession, question: Question) -> None:
    async with http.post("/graphql", json={"query": question.query, "variables": question.variables}) as answer:
        body = await answer.json()
        assert "errors" not in body, (question.name, body)


async def _ask_on(http: aiohttp.ClientSession, question: Question) -> None:
    while True:
        await _ask(http, question)


async def _reads(deployment: Deployment, sessions: list[str], seconds: float) -> list[float]:
    """Milliseconds of statuses read at an even pace: a slow one does not keep the next from being asked."""
    taken: list[float] = []

    async def read(http: aiohttp.ClientSession, session: str) -> None:
        began = time.perf_counter()
        async with http.get(f"/api/check-payment-status/{session}") as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()
        taken.append((time.perf_counter() - began) * 1000)

    async with aiohttp.ClientSession(deployment.url) as http, asyncio.TaskGroup() as group:
        for number in range(round(seconds * READS_A_SECOND)):
            group.create_task(read(http, sessions[number % len(sessions)]))
            await asyncio.sleep(1 / READS_A_SECOND)
    return taken


def main() -> None:
    options = _options()
    print("\n".join(stamp()), flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="gateway-many-") as name,
        database(options.database, Path(name)) as url,
    ):
        work = measure(Path(name), url, payments=options.payments, rounds=ROUNDS, seconds=options.seconds)
        outcome = asyncio.run(work)
    print(f"payments              {outcome.payments:,} over {DAYS} days, {options.database}")
    for question, took in sorted(outcome.milliseconds.items(), key=lambda pair: -pair[1]):
        print(f"{question:<32}{took:8.1f} ms")
    print(f"buyers' p99           {outcome.alone_ms:.1f} ms alone, {outcome.beside_ms:.1f} ms beside {outcome.slowest}")
    breaches = outcome.breaches(options.database)
    print("\n".join(f"BROKEN: {breach}" for breach in breaches) or "0 breaches")
    sys.exit(1 if breaches else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.operators", description=__doc__)
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long buyers read, alone and beside")
    return parser.parse_args()


if __name__ == "__main__":
    main()
