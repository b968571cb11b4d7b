"""Everything at once: fifty deliveries of one payment's events, a hundred creates with one key (issue 3, Show 4).

`python -m tests.crowds --payments 200 --keys 50 [--database sqlite|postgres] [--seed N]`.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from tests.houses import invariants
from tests.houses.child import eventually
from tests.houses.databases import database
from tests.houses.house import House
from tests.houses.shop import Answer, Shop
from tests.houses.stamp import stamp
from tests.houses.stripe import MARKER, Stripe
from tests.houses.tables import Tables, read_tables
from tests.houses.truth import Truth, read_truth
from tests.houses.zygote import open_zygote

DELIVERIES_AT_ONCE = 50
CREATES_AT_ONCE = 100
TRIES = 50

Keys = dict[str, set[str]]


async def crowds(house: House, *, payments: int, keys: int, seed: int) -> tuple[list[str], list[str]]:
    """What was measured, and every breach."""
    dice, counts = random.Random(seed), Counter[str]()
    await house.migrate()
    async with house.sandbox() as stripe, house.shop() as shop:
        gateway = await house.started_gateway()
        given: Keys = {}
        for number in range(keys):
            given[f"crowd-{number}"] = await _create_at_once(shop, f"crowd-{number}", counts)
        for number in range(payments):
            given |= await _deliver_at_once(stripe, shop, f"one-{number}", dice, counts)
        await _delivered(stripe)
        assert await gateway.stop() == 0, gateway.said()[-4000:]
        tables, truth = await read_tables(house.database_url), await read_truth(stripe)
    breaches = _breaches(tables, truth, given)
    sessions = sum(len(found) for found in truth.sessions.values())
    figures = [
        f"creates               {keys} keys × {CREATES_AT_ONCE}, {payments} single: {sessions} sessions in all",
        f"deliveries            {payments} payments × {DELIVERIES_AT_ONCE}, beside Stripe's own",
        f"answers               {dict(sorted(counts.items()))}",
        f"history               {len(tables.changes)} lines for {len(tables.payments)} payments",
        f"breaches              {len(breaches)}",
    ]
    return figures, breaches


async def _create_at_once(shop: Shop, key: str, counts: Counter[str]) -> set[str]:
    """A hundred calls with one key. One that is told to come again does."""

    async def one() -> str:
        for _ in range(TRIES):
            answer = _noted("create", await shop.create(key), counts)
            if answer.ok:
                return str(answer.body["sessionId"])
            await asyncio.sleep(0.2)
        raise AssertionError(f"{key} was refused {TRIES} times")

    return set(await asyncio.gather(*(one() for _ in range(CREATES_AT_ONCE))))


async def _deliver_at_once(
    stripe: Stripe, shop: Shop, key: str, dice: random.Random, counts: Counter[str]
) -> dict[str, set[str]]:
    """One payment, declined first in half of the cases; then each of its events many times, all in one moment."""
    created = _noted("create", await shop.create(key), counts)
    session_id: str = created.body["sessionId"]
    if dice.random() < 0.5:
        assert await stripe.pay(session_id, "pm_card_chargeDeclined") == 402
    assert await stripe.pay(session_id) == 200
    marker = (await stripe.session(session_id))["metadata"][MARKER]
    events = [event for event in await stripe.latest_events(20) if _names(event, marker)]
    copies = [events[number % len(events)] for number in range(DELIVERIES_AT_ONCE)]
    dice.shuffle(copies)
    await asyncio.gather(*(_deliver(shop, event, counts) for event in copies))
    return {key: {session_id}}


async def _deliver(shop: Shop, event: Any, counts: Counter[str]) -> None:
    answer = _noted("webhook", await shop.deliver(event), counts)
    if answer.status == 503:  # Not stored: Stripe would come again, and so do we.
        await _deliver(shop, event, counts)


def _names(event: Any, marker: str) -> bool:
    metadata = event["data"]["object"].get("metadata") or {}
    return bool(metadata.get(MARKER) == marker)


def _noted(what: str, answer: Answer | None, counts: Counter[str]) -> Answer:
    assert answer is not None, "the gateway hung up"
    counts[f"{what} {answer.status}"] += 1
    assert answer.ok or answer.status == 503, answer
    return answer


async def _delivered(stripe: Stripe) -> None:
    async def is_delivered() -> bool:
        return not await stripe.events(delivery_success="false")

    await eventually(is_delivered, seconds=120, what="everything is delivered")


def _breaches(tables: Tables, truth: Truth, given: Keys) -> list[str]:
    statuses: dict[str, list[str]] = defaultdict(list)
    for change in tables.changes:
        statuses[change["payment_id"]].append(change["to_status"])
    allowed = {
        ("unpaid",),
        ("unpaid", "paid"),
        ("unpaid", "failed", "paid"),
        ("unpaid", "failed", "processing", "paid"),
    }
    drift = invariants.ledger_drift(tables, truth)
    return [
        *invariants.second_sessions(given, tables, truth),
        *invariants.doubled_effects(tables, truth),
        *invariants.broken_histories(tables),
        *invariants.orphans(tables, truth),
        *invariants.wrong_statuses(tables, truth),
        *(f"ledger drift {currency} {amount:+d}" for currency, amount in drift.items()),
        *(f"{key} reads {' → '.join(words)}" for key, words in statuses.items() if not _is_plain(words, allowed)),
    ]


def _is_plain(words: list[str], allowed: set[tuple[str, ...]]) -> bool:
    """One line a change of status; a decline told late, beside a payment, may add one without changing the word."""
    changed = tuple(word for place, word in enumerate(words) if place == 0 or word != words[place - 1])
    return changed in allowed and len(words) <= len(changed) + 1


async def run(*, payments: int, keys: int, dialect: str, seed: int) -> tuple[list[str], list[str]]:
    with tempfile.TemporaryDirectory(prefix="gateway-crowds-") as name:
        folder = Path(name)
        with database(dialect, folder) as url:
            async with open_zygote(folder) as zygote:
                return await crowds(House(folder, url, zygote=zygote), payments=payments, keys=keys, seed=seed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crowds", description=__doc__)
    parser.add_argument("--payments", type=int, default=200)
    parser.add_argument("--keys", type=int, default=50)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = parser.parse_args()
    measured = run(payments=options.payments, keys=options.keys, dialect=options.database, seed=options.seed)
    figures, breaches = asyncio.run(measured)
    print("\n".join([*stamp(options.seed), *figures, *(f"  ! {breach}" for breach in breaches[:50])]))
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
